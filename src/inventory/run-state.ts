import type { ReportTotals, RunReport } from './report.ts';

/** One file of a run, as `run.json` lists it. */
export interface RunFile {
  /** Within the run's folder, e.g. `hosts/hv1.json.gz`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export type RunCounts = Pick<
  ReportTotals,
  | 'hosts'
  | 'duplicates'
  | 'reachable'
  | 'unreachable'
  | 'inventory_ok'
  | 'inventory_partial'
  | 'inventory_empty'
  | 'inventory_error'
  | 'not_collected'
>;

/** `run.json`: written last, so whoever sees it knows that the files it lists are complete. */
export interface RunState {
  readonly schemaVersion: 1;
  readonly runId: string;
  /** `failed`: the hosts were asked, but not all of the run's files could be made. */
  readonly state: 'completed' | 'cancelled' | 'failed';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly dryRun: boolean;
  readonly counts: RunCounts;
  readonly files: readonly RunFile[];
  /** Set where the state is `failed`: one sentence, no secret. */
  readonly error?: string;
}

/** Builds `run.json` from the report and the files that were written; files come sorted by name. */
export function buildRunState(
  report: RunReport,
  { files, finishedAt, error }: { files: readonly RunFile[]; finishedAt: string; error?: string },
): RunState {
  const { vms: _vms, durations: _durations, ...counts } = report.totals;
  return {
    schemaVersion: 1,
    runId: report.run_id,
    state: error === undefined ? report.state : 'failed',
    startedAt: report.started_at,
    finishedAt,
    dryRun: report.dry_run,
    counts,
    files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(error === undefined ? {} : { error }),
  };
}
