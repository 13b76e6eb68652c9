import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { failure, type Result, success } from './result.ts';
import { createServices, type Services } from './services.ts';
import { azureCredential } from './settings/azure-credential.ts';
import { loadSettings } from './settings/load-settings.ts';
import { accountsOf, authoritiesOf, caFileOf } from './settings/run-access.ts';
import { runDefaultsOf } from './settings/run-defaults.ts';
import type { RawSettings, Settings } from './settings/settings.ts';
import { openAppStores } from './stores/app-stores.ts';
import { proxyTunnels } from './winrm/proxy-tunnel.ts';
import { openWinrmSession } from './winrm/session.ts';

/** A process of the app outlives many runs: a proxy that has refused its account is asked again after this time. */
const proxyRefusalMs = 15 * 60_000;

/** The services of the Functions app, as its settings have them; else everything that is wrong with those. */
export async function appServices(
  environment: RawSettings,
  workingFolder: string,
): Promise<Result<Services, readonly string[]>> {
  const loaded = await loadSettings(environment, { path: join(workingFolder, '.env'), required: false }, 'app');
  if (!loaded.ok) return failure(loaded.error.map(({ message }) => message));
  const settings = loaded.value;
  const authorities = await authoritiesOf(caFileOf(undefined, settings, workingFolder), settings);
  // One for store and vault: tokens are kept in it.
  const identity = madeOnce(() => azureCredential(settings.identity));
  const stores = await openAppStores(settings, identity);
  const problems = [
    ...(authorities.ok ? [] : [authorities.error]),
    ...(hasAccounts(settings) ? [] : [noAccounts]),
    ...(stores.ok ? [] : [stores.error.message]),
  ];
  if (!authorities.ok || !stores.ok || problems.length > 0) return failure(problems);
  return success(
    createServices({
      store: stores.value.runs,
      config: stores.value.config,
      connect: openWinrmSession,
      accounts: accountsOf(settings, workingFolder, identity),
      proxy: settings.proxy && proxyTunnels(settings.proxy, { refusalMs: proxyRefusalMs }),
      authorities: authorities.value,
      log: () => undefined,
      defaults: runDefaultsOf(settings),
    }),
  );
}

const noAccounts =
  'KEY_VAULT_URL must be set, or HYPERV_USER and HYPERV_PASSWORD for work on one machine: there is no account to ask hosts with.';

/** Whether each host has one shows only when it is asked. */
const hasAccounts = (settings: Settings): boolean =>
  settings.keyVaultUrl !== undefined ||
  settings.credential !== undefined ||
  settings.authentication === 'kerberos' ||
  settings.namedCredentials.size + settings.clientCertificates.size > 0;
