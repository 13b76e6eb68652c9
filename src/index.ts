import { registerFunctions } from './functions/register-functions.ts';
import { contextLog, UnusableSettings } from './functions/services-source.ts';
import { madeOnce } from './made-once.ts';
import { environment } from './settings/environment.ts';

/**
 * Entry of the Functions app. Settings are read, and all that is not needed to list the functions is loaded, at the first
 * call: an error there fails that call, not the indexing.
 */
const services = madeOnce(async () => {
  const { appServices } = await import('./app-services.ts');
  const made = await appServices(environment, process.cwd());
  if (made.ok) return made.value;
  throw new UnusableSettings(made.error);
});

registerFunctions(async (context) => ({ ...(await services()), log: contextLog(context) }));
