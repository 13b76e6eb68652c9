import { join } from 'node:path';
import { registerFunctions } from './functions/register-functions.ts';
import { contextLog, UnusableSettings } from './functions/services-source.ts';
import { createServices, type Services } from './services.ts';
import { environment } from './settings/environment.ts';
import { loadSettings } from './settings/load-settings.ts';
import { accountsOf } from './settings/run-access.ts';
import { runDefaultsOf } from './settings/run-defaults.ts';
import { folderStore } from './stores/folder-store.ts';
import { openWinrmSession } from './winrm/session.ts';

/** Entry of the Functions app. Settings are read at the first activity: an error there fails that, not the indexing. */
let services: Promise<Services> | undefined;

async function fromSettings(): Promise<Services> {
  const settings = await loadSettings(environment, { path: '.env', required: false }, 'app');
  if (!settings.ok) throw new UnusableSettings(settings.error.map(({ message }) => message));
  return createServices({
    store: folderStore(join(process.cwd(), 'out', 'runs')),
    connect: openWinrmSession,
    accounts: accountsOf(settings.value, process.cwd()),
    log: () => undefined,
    defaults: runDefaultsOf(settings.value),
  });
}

registerFunctions(async (context) => {
  services ??= fromSettings();
  return { ...(await services), log: contextLog(context) };
});
