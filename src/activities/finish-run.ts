import { inRun, runFiles } from '../inventory/file-names.ts';
import type { RunReport } from '../inventory/report.ts';
import { buildRunState, type RunFile, type RunState, type WorkbookLosses } from '../inventory/run-state.ts';
import type { Services } from '../services.ts';

export interface FinishRunInput {
  readonly runId: string;
  /** Everything that was written, but the manifest and the state itself. */
  readonly files: readonly RunFile[];
  /** Set where there is a workbook. */
  readonly workbook?: WorkbookLosses;
  /** Why not all of the run's files could be made. */
  readonly error?: string;
}

/**
 * Writes `run.json`, last of all files, and logs `runFinished`. May be repeated: the run has ended when it first ended. Only
 * the event may be told twice, where a process died in between, for an end that nobody is told of would be worse.
 */
export async function finishRun(
  { runId, files, workbook, error }: FinishRunInput,
  services: Services,
): Promise<RunState> {
  const { store, clock, log } = services;
  const read = async (file: string): Promise<Buffer> => {
    const content = await store.read(inRun(runId, file));
    if (!content) throw new Error(`Run ${runId} has no ${file}`);
    return content;
  };
  const report = JSON.parse((await read(runFiles.report)).toString('utf8')) as RunReport;
  const manifest = { name: runFiles.manifest, size: (await read(runFiles.manifest)).length };
  const before = await store.read(inRun(runId, runFiles.state));
  const finishedAt = clock().toISOString();
  const state = before
    ? (JSON.parse(before.toString('utf8')) as RunState)
    : buildRunState(report, { files: [...files, manifest], finishedAt, workbook, error });
  if (!before) await store.write(inRun(runId, runFiles.state), JSON.stringify(state, null, 2));
  const { inventory_ok: ok, inventory_partial: partial, inventory_empty: empty, inventory_error } = state.counts;
  const { vms, clusters } = report.totals;
  log({
    event: 'runFinished',
    runId,
    trigger: report.trigger,
    state: state.state,
    dryRun: state.dryRun,
    ok,
    partial,
    empty,
    error: inventory_error,
    knownNotCollected: vms.known_not_collected,
    clusterNodesNotListed: clusters.nodes_not_listed,
  });
  return state;
}
