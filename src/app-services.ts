import { UnusableSettings } from './functions/services-source.ts';
import { createServices, type Services } from './services.ts';
import { azureCredential } from './settings/azure-credential.ts';
import { loadSettings } from './settings/load-settings.ts';
import { accountsOf } from './settings/run-access.ts';
import { runDefaultsOf } from './settings/run-defaults.ts';
import type { RawSettings, Settings } from './settings/settings.ts';
import { openAppStores } from './stores/app-stores.ts';
import { openWinrmSession } from './winrm/session.ts';

/** The parts of the Functions app as its settings put them together. Throws {@link UnusableSettings}, with all of it. */
export async function openAppServices(environment: RawSettings): Promise<Services> {
  const settings = await loadSettings(environment, { path: '.env', required: false }, 'app');
  if (!settings.ok) throw new UnusableSettings(settings.error.map(({ message }) => message));
  const { runs, config } = await storesOf(settings.value);
  return createServices({
    store: runs,
    config,
    connect: openWinrmSession,
    accounts: accountsOf(settings.value, process.cwd()),
    log: () => undefined,
    defaults: runDefaultsOf(settings.value),
  });
}

async function storesOf(settings: Settings) {
  const stores = await openAppStores(settings, () => azureCredential(settings.identity));
  if (!stores.ok) throw new UnusableSettings([stores.error.message]);
  return stores.value;
}
