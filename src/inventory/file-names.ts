import { createHash } from 'node:crypto';

/** Files at the top of a run's folder; the workbook's name depends on the run's start. */
export const runFiles = {
  manifest: 'manifest.json',
  report: 'hyperv_run_report.json',
  coverage: 'host_inventory_coverage.csv',
  missingVms: 'missing_vms_by_host.csv',
  retryHosts: 'targets_retry_hosts.txt',
  /** What the user states of guests, as the run was started with it. */
  statedGuests: 'guest-os.json',
  /** What others than the guests themselves tell of them: what was stated, and what was last seen. */
  toldGuests: 'told-guests.json.gz',
  /** What readers of the workbook would refuse or misread. */
  readerFindings: 'reader_findings.json',
  /** Written last: whoever sees it knows that all files are complete. */
  state: 'run.json',
} as const;

/** Beside the runs: guests as they were last seen. */
export const knownGuestsFile = 'known-guests.json.gz';

/** Longest part of a host's file name before its hash: file systems allow 255 bytes in all. */
const longestStem = 200;

/** Name of a file of a run in a store. */
export const inRun = (runId: string, file: string): string => `${runId}/${file}`;

/**
 * A cancel is a file in the run's folder: orchestrations cannot reach their activities (terminate does not), but every
 * activity can look here, in whichever process it runs.
 */
export const cancelMarkName = (runId: string): string => inRun(runId, 'control/cancel');

/**
 * Name of a host's record within its run: the entry in lower case, anything but `a-z0-9.-` replaced by `_`; where
 * that (or cutting at 200 characters) changed it, 6 hex digits of the entry's SHA-256 tell it from its likes.
 */
export function hostFileName(given: string): string {
  const entry = given.toLowerCase();
  const stem = entry.replace(/[^a-z0-9.-]/g, '_').slice(0, longestStem);
  const suffix = stem === entry ? '' : `-${createHash('sha256').update(entry).digest('hex').slice(0, 6)}`;
  return `hosts/${stem}${suffix}.json.gz`;
}

/** The workbook's name by the run's start (ISO 8601 or Date), UTC, as RVTools spells it. */
export const workbookFileName = (startedAt: string | Date): string => `${exportStem(startedAt)}.xlsx`;

/** The name of the zip of the tabs' CSVs, beside the workbook. */
export const tabCsvZipName = (startedAt: string | Date): string => `${exportStem(startedAt)}.zip`;

/** A tab's CSV, as RVTools names it. */
export const tabCsvName = (tab: string): string => `RVTools_tab${tab}.csv`;

function exportStem(startedAt: string | Date): string {
  const iso = new Date(startedAt).toISOString();
  return `RVTools_export_all_${iso.slice(0, 10)}_${iso.slice(11, 19).replaceAll(':', '.')}`;
}
