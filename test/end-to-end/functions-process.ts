// The Functions app in a process of its own, which a test can kill: on the embedded host, its runs in Azurite.

import { registerFunctions } from '../../src/functions/register-functions.ts';
import { contextLog } from '../../src/functions/services-source.ts';
import { createServices } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import { openAppStores } from '../../src/stores/app-stores.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { startFunctionsApp } from '../functions-host/functions-app.ts';

/** What the process is sent to start the app. */
export interface AppRequest {
  /** Of the storage account. */
  readonly connectionString: string;
  readonly account: { readonly user: string; readonly password: string };
  readonly maxConcurrentActivities: number;
}

/** What it answers once the app takes calls. */
export interface AppAnswer {
  readonly url: string;
}

process.once('message', async ({ connectionString, account, maxConcurrentActivities }: AppRequest) => {
  const stores = await openAppStores({ runsStorage: connectionString }, () => {
    throw new Error('Azurite asks for no identity');
  });
  if (!stores.ok) throw new Error(stores.error.message);
  const services = createServices({
    store: stores.value.runs,
    config: stores.value.config,
    connect: openWinrmSession,
    accounts: oneAccount(account),
    log: () => undefined,
  });
  const app = await startFunctionsApp({
    register: () => registerFunctions((context) => ({ ...services, log: contextLog(context) })),
    maxConcurrentActivities,
  });
  process.once('disconnect', () => process.exit());
  const answer: AppAnswer = { url: app.url };
  process.send?.(answer);
});
