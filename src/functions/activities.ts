import * as df from 'durable-functions';
import type { CancelRequestedInput } from '../activities/cancel-requested.ts';
import { activityNames } from '../orchestrators/function-names.ts';
import type { Services } from '../services.ts';
import { outlastStore } from '../stores/outlast.ts';
import type { ServicesSource } from './services-source.ts';

/** Runs an activity and logs that it was done: in which run, its host, how long it took, and the code of what went wrong. */
async function logged<Input, Output>(
  activity: string,
  input: Input,
  run: (input: Input, services: Services) => Promise<Output>,
  services: Services,
): Promise<Output> {
  const started = performance.now();
  const output = await outlastStore(services.storePausesMs, () => run(input, services));
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

/** Registers the activities. Each is loaded by its first call: what a host only has to list, it need not read. */
export function registerActivities(services: ServicesSource): void {
  const register = <Input, Output>(
    name: string,
    load: () => Promise<(input: Input, services: Services) => Promise<Output>>,
  ): void => {
    df.app.activity(name, {
      handler: async (input: Input, context) => logged(name, input, await load(), await services(context)),
    });
  };
  register(activityNames.openRun, async () => (await import('../activities/open-run.ts')).openRun);
  register(activityNames.reopenRun, async () => (await import('../activities/reopen-run.ts')).reopenRun);
  register(activityNames.preflightHost, async () => (await import('../activities/preflight-host.ts')).preflightHost);
  register(activityNames.reachHost, async () => (await import('../activities/reach-host.ts')).reachHost);
  register(activityNames.collectHost, async () => (await import('../activities/collect-host.ts')).collectHost);
  register(activityNames.seekVms, async () => (await import('../activities/seek-vms.ts')).seekVms);
  register(activityNames.writeReport, async () => (await import('../activities/write-report.ts')).writeReport);
  register(activityNames.writeWorkbook, async () => (await import('../activities/write-workbook.ts')).writeWorkbook);
  register(activityNames.finishRun, async () => (await import('../activities/finish-run.ts')).finishRun);
  // Asked again and again while a run waits: its answers are no news.
  df.app.activity(activityNames.cancelRequested, {
    handler: async (input: CancelRequestedInput, context) => {
      const { cancelRequested } = await import('../activities/cancel-requested.ts');
      return await cancelRequested(input, await services(context));
    },
  });
}
