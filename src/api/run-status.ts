import { cancelMarkName } from '../inventory/file-names.ts';
import { isRunId } from '../inventory/run-id.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { RunState } from '../inventory/run-state.ts';
import type { Services } from '../services.ts';
import { type ApiAnswer, runNotFound, unlessDown } from './answer.ts';
import { storedManifest } from './begin-run.ts';
import { willGoOn } from './broken-runs.ts';
import { type ListedFile, listFiles, readState } from './run-listing.ts';
import { fileUrl, runUrls } from './run-urls.ts';
import type { RunActivity, Runs } from './runs.ts';

export interface RunRequest {
  /** The URL of the call; answers give URLs of the same host. */
  readonly url: string;
  /** As it came: anything. */
  readonly runId: string;
}

/**
 * How a run stands, in one word. `waiting`: it goes on by itself, with nobody working on it now. `interrupted`: it does not,
 * and has not come to its end.
 */
export type RunStanding = 'waiting' | 'running' | 'cancelling' | 'interrupted' | 'completed' | 'cancelled' | 'failed';

/** `GET /api/runs/{runId}`: how the run stands, how far it is, and where its files are. */
export async function runStatus({ url, runId }: RunRequest, services: Services, runs: Runs): Promise<ApiAnswer> {
  if (!isRunId(runId)) return runNotFound(runId);
  return await unlessDown('The run could not be looked up', async () => {
    const { store } = services;
    const manifest = await storedManifest(services, runId);
    if (!manifest) return runNotFound(runId);
    const state = await readState(store, runId);
    const activity = state ? undefined : await runs.status(runId);
    const goesOn = state ? false : await willGoOn(runId, activity, services);
    const cancelling = state ? false : await store.exists(cancelMarkName(runId));
    const files = await listFiles(services, runId, state);
    return {
      status: 200,
      json: {
        runId,
        state: goesOn ? 'waiting' : standing(state, activity, cancelling),
        ...(activity?.phase ? { phase: activity.phase } : {}),
        trigger: manifest.trigger,
        startedAt: manifest.startedAt,
        ...(state ? ending(state) : interruption(activity, manifest, goesOn)),
        progress: progressOf(manifest, files),
        ...runUrls(url, runId),
        files: files.map(({ name, size }) => ({ name, size, url: fileUrl(url, runId, name) })),
      },
    };
  });
}

function standing(state: RunState | undefined, activity: RunActivity | undefined, cancelling: boolean): RunStanding {
  if (state) return state.state;
  if (activity === undefined || activity.state === 'ended') return 'interrupted';
  if (cancelling) return 'cancelling';
  return activity.state === 'waiting' ? 'waiting' : 'running';
}

const ending = ({ finishedAt, dryRun, counts, error }: RunState) => ({
  finishedAt,
  dryRun,
  counts,
  ...(error === undefined ? {} : { error }),
});

function interruption(activity: RunActivity | undefined, { trigger }: Manifest, goesOn: boolean) {
  if (activity !== undefined && activity.state !== 'ended') return {};
  const byHand =
    trigger === 'http'
      ? 'Send the request that started it once more, with its runId: the run goes on, and asks no finished host again.'
      : 'Cancel it: it leaves its report then, and a run with "retryOf" asks the hosts that are missing.';
  return {
    error: activity?.error ?? 'The run was never started, or its orchestration is gone.',
    advice: goesOn ? 'Wait: it goes on by itself within a minute or two, and asks no finished host again.' : byHand,
  };
}

/** Counts from names: a host has a record once it was collected, whole or in part. */
function progressOf({ hosts }: Manifest, files: readonly ListedFile[]) {
  return { hosts: hosts.length, recorded: files.filter(({ name }) => name.startsWith('hosts/')).length };
}
