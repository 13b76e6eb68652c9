import { registerFunctions } from './functions/register-functions.ts';
import { contextLog } from './functions/services-source.ts';
import type { Services } from './services.ts';
import { environment } from './settings/environment.ts';

/**
 * Entry of the Functions app. Settings are read, and all that is not needed to list the functions is loaded, at the first
 * call: an error there fails that call, not the indexing.
 */
let services: Promise<Services> | undefined;

async function open(): Promise<Services> {
  const { openAppServices } = await import('./app-services.ts');
  return await openAppServices(environment);
}

registerFunctions(async (context) => {
  services ??= open();
  return { ...(await services), log: contextLog(context) };
});
