import type { ReportTotals, RunReport } from './report.ts';

/** One file of a run, as `run.json` lists it. */
export interface RunFile {
  /** Within the run's folder, e.g. `hosts/hv1.json.gz`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What of a run's rows its workbook could not hold, counted. */
export interface WorkbookLosses {
  /** Texts cut at 32,767 characters. */
  readonly cutTexts: number;
  /** Numbers that are not finite and dates that Excel has not got: left blank. */
  readonly blankedValues: number;
  /** Rows beyond the 1,048,576 of a sheet. */
  readonly omittedRows: number;
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
  /** Set where there is a workbook. */
  readonly workbook?: WorkbookLosses;
  /** Set where the state is `failed`: one sentence, no secret. */
  readonly error?: string;
}

/** Builds `run.json` from the report and the files that were written; files come sorted by name. */
export function buildRunState(
  report: RunReport,
  { files, finishedAt, workbook, error }: Pick<RunState, 'files' | 'finishedAt' | 'workbook' | 'error'>,
): RunState {
  const { vms: _vms, clusters: _clusters, durations: _durations, ...counts } = report.totals;
  return {
    schemaVersion: 1,
    runId: report.run_id,
    state: error === undefined ? report.state : 'failed',
    startedAt: report.started_at,
    finishedAt,
    dryRun: report.dry_run,
    counts,
    files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(workbook === undefined ? {} : { workbook }),
    ...(error === undefined ? {} : { error }),
  };
}
