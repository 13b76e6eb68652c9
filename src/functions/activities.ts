import * as df from 'durable-functions';
import { collectHost } from '../activities/collect-host.ts';
import { finishRun } from '../activities/finish-run.ts';
import { openRun } from '../activities/open-run.ts';
import { preflightHost } from '../activities/preflight-host.ts';
import { reachHost } from '../activities/reach-host.ts';
import { writeReport } from '../activities/write-report.ts';
import { writeWorkbook } from '../activities/write-workbook.ts';
import { activityNames } from '../orchestrators/function-names.ts';
import type { Services } from '../services.ts';

/** Hands out the services of this process; called at each activity, so that settings are read when they are needed. */
export type ServicesSource = () => Services | Promise<Services>;

/** Registers the activities. */
export function registerActivities(services: ServicesSource): void {
  const register = <Input, Output>(
    name: string,
    activity: (input: Input, services: Services) => Promise<Output>,
  ): void => {
    df.app.activity(name, { handler: async (input: Input) => activity(input, await services()) });
  };
  register(activityNames.openRun, openRun);
  register(activityNames.preflightHost, preflightHost);
  register(activityNames.reachHost, reachHost);
  register(activityNames.collectHost, collectHost);
  register(activityNames.writeReport, writeReport);
  register(activityNames.writeWorkbook, writeWorkbook);
  register(activityNames.finishRun, finishRun);
}
