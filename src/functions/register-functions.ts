import { registerActivities, type ServicesSource } from './activities.ts';
import { registerOrchestrations } from './orchestrations.ts';

/** Every registration of the app: Azure's host and the embedded host load the very same. */
export function registerFunctions(services: ServicesSource): void {
  registerOrchestrations();
  registerActivities(services);
}
