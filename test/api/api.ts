import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ApiAnswer, ApiProblem } from '../../src/api/answer.ts';
import { type RunActivity, type Runs, RunsUnavailable } from '../../src/api/runs.ts';
import { startRun } from '../../src/api/start-run.ts';
import { createServices, type Services } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import { folderStore } from '../../src/stores/folder-store.ts';

export const runsUrl = 'https://inventory.example/api/runs';

/** Stands for Durable Functions: remembers what was started, and says of runs what a test wants. */
export interface PretendRuns extends Runs {
  readonly started: string[];
  /** What is said of a run; `undefined`: it was never started. */
  readonly activities: Map<string, RunActivity>;
  /** Does not answer any more. */
  isDown: boolean;
}

export function pretendRuns(): PretendRuns {
  const started: string[] = [];
  const activities = new Map<string, RunActivity>();
  const runs: PretendRuns = {
    started,
    activities,
    isDown: false,
    start: async (runId) => {
      if (runs.isDown || activities.has(runId)) throw new RunsUnavailable('no answer');
      started.push(runId);
      activities.set(runId, { state: 'going', phase: 'preflight' });
    },
    status: async (runId) => {
      if (runs.isDown) throw new RunsUnavailable('no answer');
      return activities.get(runId);
    },
  };
  return runs;
}

/** Services over a folder of the test's own; hosts are never asked. */
export async function apiServices(parts: Partial<Services> = {}): Promise<Services> {
  const folder = await mkdtemp(join(tmpdir(), 'api-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return createServices({
    store: folderStore(join(folder, 'runs')),
    config: folderStore(join(folder, 'config')),
    connect: () => {
      throw new Error('The API asks no host');
    },
    accounts: oneAccount(undefined),
    log: () => undefined,
    ...parts,
  });
}

/** Posts a body as a client would. */
export const post = (body: unknown, services: Services, runs: Runs, contentType = 'application/json') =>
  startRun({ url: runsUrl, contentType, body: typeof body === 'string' ? body : JSON.stringify(body) }, services, runs);

/** The error that an answer holds. */
export const errorOf = ({ json }: ApiAnswer): ApiProblem => (json as { error: ApiProblem }).error;

export const runIdOf = ({ json }: ApiAnswer): string => (json as { runId: string }).runId;
