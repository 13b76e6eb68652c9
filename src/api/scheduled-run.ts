import { collectorNames } from '../collectors/collectors.ts';
import { inRun, runFiles } from '../inventory/file-names.ts';
import { isRunId, makeRunId } from '../inventory/run-id.ts';
import { parseRunOptions } from '../inventory/run-options.ts';
import { withDefaults } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { beginRun } from './begin-run.ts';
import { standardHosts } from './host-source.ts';
import { transportProblems } from './run-request.ts';
import type { Runs } from './runs.ts';

/** Ends the ids of runs that the timer starts, so that they are told apart by their names alone. */
const scheduledSuffix = 'nightly';

/** A scheduled run that has been going on for longer does not hold up the next one any more. In milliseconds. */
const longestHoldUpMs = 24 * 60 * 60_000;

export type ScheduledRun =
  | { readonly outcome: 'started'; readonly runId: string }
  /** Another scheduled run is still going on. */
  | { readonly outcome: 'skipped'; readonly runId: string };

/**
 * What the timer does: starts a run of the hosts of the settings, unless the last scheduled one is still going on. One
 * that broke off, or that goes on for more than a day, holds nothing up. Comes back with why no run could be started.
 */
export async function startScheduledRun(
  services: Services,
  runs: Runs,
): Promise<Result<ScheduledRun, readonly string[]>> {
  const now = services.clock();
  const last = await lastScheduled(services);
  if (last !== undefined && (await holdsUp(last, now, services, runs)))
    return success({ outcome: 'skipped', runId: last });

  const { defaults } = services;
  const options = parseRunOptions(withDefaults({}, defaults), { collectors: collectorNames });
  if (!options.ok) return failure(options.error.problems.map(({ option, problem }) => `${option} ${problem}.`));
  const list = await standardHosts(services);
  if (!list.ok) return list;
  const missed = transportProblems(list.value.hosts, options.value);
  if (missed.length > 0) return failure(missed.map(({ problem }) => problem));
  const runId = scheduledId(now);
  const { hosts, repeated } = list.value;
  const { caFile } = defaults;
  const begun = await beginRun(
    // The same occurrence delivered twice is one run, as with a request.
    { runId, trigger: 'timer', hosts, repeated, options: options.value, caFile, requestHash: scheduledSuffix },
    services,
    runs,
  );
  if (begun.ok) return success({ outcome: 'started', runId });
  return failure([
    `Run ${runId} is on record, but could not be started; send POST /api/runs/${runId}/cancel to end it.`,
  ]);
}

const scheduledId = (now: Date): string => makeRunId(now, () => 0).replace(/-0+$/, `-${scheduledSuffix}`);

async function lastScheduled({ store }: Services): Promise<string | undefined> {
  const names = await store.folders('');
  return names.filter((name) => isRunId(name) && name.endsWith(`-${scheduledSuffix}`)).at(-1);
}

async function holdsUp(runId: string, now: Date, { store }: Services, runs: Runs): Promise<boolean> {
  if (await store.exists(inRun(runId, runFiles.state))) return false;
  const activity = await runs.status(runId);
  if (activity === undefined || activity.state === 'ended') return false;
  return activity.createdAt === undefined || now.getTime() - Date.parse(activity.createdAt) < longestHoldUpMs;
}
