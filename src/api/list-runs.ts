import { inRun, runFiles } from '../inventory/file-names.ts';
import { isRunId, runStartOf } from '../inventory/run-id.ts';
import type { Services } from '../services.ts';
import { type ApiAnswer, type FieldProblem, refuse, unlessDown } from './answer.ts';
import { badRequest } from './run-body.ts';
import { runsUrl, runUrls } from './run-urls.ts';

export interface ListRunsRequest {
  /** The URL of the call; answers give URLs of the same host. */
  readonly url: string;
  /** As they came: anything. */
  readonly top?: string | null;
  readonly before?: string | null;
}

/** Runs of one answer. */
const most = 100;
const standard = 20;

/** `GET /api/runs?top=&before=`: newest first, from names alone; `next` leads to older ones. */
export async function listRuns({ url, top, before }: ListRunsRequest, services: Services): Promise<ApiAnswer> {
  const wanted = top ? Number(top) : standard;
  const problems: FieldProblem[] = [];
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most)
    problems.push({ field: 'top', problem: `must be a whole number from 1 to ${most}` });
  if (before && !isRunId(before))
    problems.push({ field: 'before', problem: 'must be a run id: runs before it are listed' });
  if (problems.length > 0) return refuse(badRequest(problems));
  return await unlessDown('Runs could not be listed', async () => {
    const { store } = services;
    const ids = (await store.folders('')).filter((name) => isRunId(name) && (!before || name < before)).reverse();
    const listed = ids.slice(0, wanted);
    const runs = await Promise.all(
      listed.map(async (runId) => ({
        runId,
        start: runStartOf(runId),
        finished: await store.exists(inRun(runId, runFiles.state)),
        statusUrl: runUrls(url, runId).statusUrl,
      })),
    );
    const last = listed.at(-1);
    const next = ids.length > listed.length && last ? { next: `${runsUrl(url)}?top=${wanted}&before=${last}` } : {};
    return { status: 200, json: { runs, ...next } };
  });
}
