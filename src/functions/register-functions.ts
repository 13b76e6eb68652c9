import { registerActivities } from './activities.ts';
import { registerOrchestrations } from './orchestrations.ts';
import type { ServicesSource } from './services-source.ts';

/** Every registration of the app: Azure's host and the embedded host load the very same. */
export function registerFunctions(services: ServicesSource): void {
  registerOrchestrations();
  registerActivities(services);
}
