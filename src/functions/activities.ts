import * as df from 'durable-functions';
import { type CancelRequestedInput, cancelRequested } from '../activities/cancel-requested.ts';
import { collectHost } from '../activities/collect-host.ts';
import { finishRun } from '../activities/finish-run.ts';
import { openRun } from '../activities/open-run.ts';
import { preflightHost } from '../activities/preflight-host.ts';
import { reachHost } from '../activities/reach-host.ts';
import { reopenRun } from '../activities/reopen-run.ts';
import { seekVms } from '../activities/seek-vms.ts';
import { writeReport } from '../activities/write-report.ts';
import { writeWorkbook } from '../activities/write-workbook.ts';
import { activityNames } from '../orchestrators/function-names.ts';
import type { Services } from '../services.ts';
import type { ServicesSource } from './services-source.ts';

/** Runs an activity and logs that it was done: in which run, its host, how long it took, and the code of what went wrong. */
async function logged<Input, Output>(
  activity: string,
  input: Input,
  run: (input: Input, services: Services) => Promise<Output>,
  services: Services,
): Promise<Output> {
  const started = performance.now();
  const output = await run(input, services);
  const { runId, host } = input as { readonly runId?: string; readonly host?: { readonly given: string } };
  const { error } = (output ?? {}) as { readonly error?: { readonly code?: string } };
  services.log({
    event: 'activityDone',
    ...(runId ? { runId } : {}),
    activity,
    ...(host ? { host: host.given } : {}),
    durationMs: Math.round(performance.now() - started),
    ...(error?.code ? { error: error.code } : {}),
  });
  return output;
}

/** Registers the activities. */
export function registerActivities(services: ServicesSource): void {
  const register = <Input, Output>(
    name: string,
    activity: (input: Input, services: Services) => Promise<Output>,
  ): void => {
    df.app.activity(name, {
      handler: async (input: Input, context) => logged(name, input, activity, await services(context)),
    });
  };
  register(activityNames.openRun, openRun);
  register(activityNames.reopenRun, reopenRun);
  register(activityNames.preflightHost, preflightHost);
  register(activityNames.reachHost, reachHost);
  register(activityNames.collectHost, collectHost);
  register(activityNames.seekVms, seekVms);
  register(activityNames.writeReport, writeReport);
  register(activityNames.writeWorkbook, writeWorkbook);
  register(activityNames.finishRun, finishRun);
  // Asked again and again while a run waits: its answers are no news.
  df.app.activity(activityNames.cancelRequested, {
    handler: async (input: CancelRequestedInput, context) => cancelRequested(input, await services(context)),
  });
}
