// The Functions app in a process of its own, which a test can kill: on the embedded host, its runs in Azurite.

import { registerFunctions } from '../../src/functions/register-functions.ts';
import { contextLog } from '../../src/functions/services-source.ts';
import { servicesOverAzurite } from '../fixtures/services-over-azurite.ts';
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
  const services = await servicesOverAzurite(connectionString, account);
  const app = await startFunctionsApp({
    register: () => registerFunctions((context) => ({ ...services, log: contextLog(context) })),
    maxConcurrentActivities,
  });
  process.once('disconnect', () => process.exit());
  const answer: AppAnswer = { url: app.url };
  process.send?.(answer);
});
