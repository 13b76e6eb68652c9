import { inRun, runFiles } from '../inventory/file-names.ts';
import { isRunId, makeRunId } from '../inventory/run-id.ts';
import type { Services } from '../services.ts';
import { goOn } from './begin-run.ts';
import type { RunActivity, Runs } from './runs.ts';

/** A run that has been begun longer ago than this is left as it is, in milliseconds: nobody waits for it any more. */
const longestAgoMs = 2 * 24 * 60 * 60_000;

/** What has broken off so often will do so again. */
const mostRestarts = 3;

export interface RestartedRun {
  readonly runId: string;
  /** Which restart it was, from 1. */
  readonly restart: number;
}

/**
 * Goes on with the runs of the last two days whose orchestration broke off before their end: a worker died, or the storage
 * account was away for too long. Finished hosts are not asked again. A run that was ended on purpose, or that another app
 * carries out over the same storage, is left alone. Rejects where store or orchestrations do not answer.
 */
export async function restartBrokenRuns(services: Services, runs: Runs): Promise<readonly RestartedRun[]> {
  const recent = (await services.store.folders('')).filter((name) => isRunId(name) && isRecent(name, services));
  const restarted: RestartedRun[] = [];
  for (const runId of recent) {
    if (!(await isBroken(runId, services, runs))) continue;
    const restart = await countRestart(runId, services);
    if (restart === undefined) continue;
    const begun = await goOn(runId, services, runs);
    if (begun.ok) restarted.push({ runId, restart });
  }
  return restarted;
}

/** Whether a run that broke off is going to be restarted. */
export async function willGoOn(runId: string, activity: RunActivity | undefined, services: Services): Promise<boolean> {
  if (activity?.brokeOff !== true || !isRecent(runId, services)) return false;
  return countOf(await services.store.read(restartsName(runId))) < mostRestarts;
}

const restartsName = (runId: string): string => inRun(runId, 'control/restarts');

const countOf = (content: Buffer | undefined): number => Number(content?.toString('utf8') ?? 0);

const isRecent = (runId: string, { clock }: Services): boolean =>
  runId >= makeRunId(new Date(clock().getTime() - longestAgoMs), () => 0);

async function isBroken(runId: string, { store }: Services, runs: Runs): Promise<boolean> {
  if (await store.exists(inRun(runId, runFiles.state))) return false;
  return (await runs.status(runId))?.brokeOff === true;
}

/** Counts before the run is started, so that one which ends the process counts too; undefined where it was enough. */
async function countRestart(runId: string, { store }: Services): Promise<number | undefined> {
  let restart: number | undefined;
  await store.update(restartsName(runId), async (current) => {
    const next = countOf(current) + 1;
    restart = next > mostRestarts ? undefined : next;
    return restart === undefined ? undefined : String(restart);
  });
  return restart;
}
