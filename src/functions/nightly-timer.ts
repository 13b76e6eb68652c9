import * as df from 'durable-functions';
import { environment } from '../settings/environment.ts';
import { durableRuns } from './durable-runs.ts';
import type { ServicesSource } from './services-source.ts';

/** Two in the morning, in UTC unless the app's `WEBSITE_TIME_ZONE` says otherwise. */
const standardSchedule = '0 0 2 * * *';

/**
 * The nightly inventory, at the time that the app's settings had when it was indexed: an unset `%NAME%` would fail that.
 * What keeps it from starting makes its call fail, so that Azure's own alerts see it.
 */
export function registerNightlyTimer(services: ServicesSource): void {
  df.app.client.timer('nightlyInventory', {
    schedule: environment.INVENTORY_SCHEDULE?.trim() || standardSchedule,
    handler: async (_timer, client, context) => {
      const { startScheduledRun } = await import('../api/scheduled-run.ts');
      const ready = await services(context);
      const started = await startScheduledRun(ready, durableRuns(client));
      if (started.ok) {
        const { outcome, runId } = started.value;
        ready.log({ event: outcome === 'started' ? 'scheduledRunStarted' : 'scheduledRunSkipped', runId });
        return;
      }
      ready.log({ event: 'scheduledRunNotStarted', problems: started.error });
      throw new Error(started.error.join(' '));
    },
  });
}
