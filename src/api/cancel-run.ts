import { markCancelled } from '../activities/cancel-mark.ts';
import { isRunId } from '../inventory/run-id.ts';
import type { Services } from '../services.ts';
import { type ApiAnswer, refuse, runNotFound, unlessDown } from './answer.ts';
import { goOn, storedManifest } from './begin-run.ts';
import { readState } from './run-listing.ts';
import type { RunRequest } from './run-status.ts';
import { runUrls } from './run-urls.ts';
import type { Runs } from './runs.ts';

/**
 * `POST /api/runs/{runId}/cancel`: the run hands out no more hosts, keeps what was collected and writes its report. May
 * be repeated. A run that nobody works on any more is woken, so that it leaves its report; one that is over stays as it is.
 */
export async function cancelRun({ url, runId }: RunRequest, services: Services, runs: Runs): Promise<ApiAnswer> {
  if (!isRunId(runId)) return runNotFound(runId);
  return await unlessDown('The run was not cancelled', async () => {
    if (!(await storedManifest(services, runId))) return runNotFound(runId);
    const urls = runUrls(url, runId);
    const state = await readState(services.store, runId);
    if (state) return { status: 200, json: { runId, state: state.state, ...urls } };
    await markCancelled(services.store, runId);
    const woken = await goOn(runId, services, runs);
    if (!woken.ok)
      return refuse({
        code: 'orchestratorUnavailable',
        runId,
        message: `Run ${runId} is marked as cancelled, but nobody could be told to write its report.`,
        advice: 'Repeat the call in a moment.',
      });
    return {
      status: 202,
      headers: { Location: urls.statusUrl, 'Retry-After': '10' },
      json: { runId, state: 'cancelling', ...urls },
    };
  });
}
