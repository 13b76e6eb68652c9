import { app } from '@azure/functions';
import { registerActivities } from './activities.ts';
import { registerBrokenRunsTimer } from './broken-runs-timer.ts';
import { registerCancelRun } from './http-cancel-run.ts';
import { registerListRuns } from './http-list-runs.ts';
import { registerRunFiles } from './http-run-files.ts';
import { registerRunStatus } from './http-run-status.ts';
import { registerStartRun } from './http-start-run.ts';
import { registerNightlyTimer } from './nightly-timer.ts';
import { registerOrchestrations } from './orchestrations.ts';
import type { ServicesSource } from './services-source.ts';

/** Every registration of the app: Azure's host and the embedded host load the very same. */
export function registerFunctions(services: ServicesSource): void {
  // A workbook of a hundred megabytes does not fit into a message between host and worker.
  app.setup({ enableHttpStream: true });
  registerOrchestrations();
  registerActivities(services);
  registerStartRun(services);
  registerListRuns(services);
  registerRunStatus(services);
  registerRunFiles(services);
  registerCancelRun(services);
  registerNightlyTimer(services);
  registerBrokenRunsTimer(services);
}
