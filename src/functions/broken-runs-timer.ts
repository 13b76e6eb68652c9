import * as df from 'durable-functions';
import { durableRuns } from './durable-runs.ts';
import type { ServicesSource } from './services-source.ts';

/** Every minute: a run that broke off goes on, without anybody having to look. */
export function registerBrokenRunsTimer(services: ServicesSource): void {
  df.app.client.timer('restartBrokenRuns', {
    schedule: '0 * * * * *',
    handler: async (_timer, client, context) => {
      const { restartBrokenRuns } = await import('../api/broken-runs.ts');
      const ready = await services(context);
      for (const { runId, restart } of await restartBrokenRuns(ready, durableRuns(client)))
        ready.log({ event: 'brokenRunRestarted', runId, restart });
    },
  });
}
