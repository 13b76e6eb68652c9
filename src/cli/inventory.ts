import { randomInt } from 'node:crypto';
import { clearCancelMark } from '../activities/cancel-mark.ts';
import { writeStatedGuests } from '../activities/guest-files.ts';
import { startInventoryRun } from '../embedded/start-inventory-run.ts';
import type { InventoryProgress } from '../embedded/watch-run.ts';
import { exporterVersion } from '../exporter-version.ts';
import { inRun, runFiles } from '../inventory/file-names.ts';
import type { StatedGuest } from '../inventory/guests.ts';
import type { ReaderFindings, ReadersReport } from '../inventory/reader-findings.ts';
import type { RunReport } from '../inventory/report.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { makeManifest } from '../inventory/run-request.ts';
import type { RunState } from '../inventory/run-state.ts';
import { failure, type Result, success } from '../result.ts';
import { createServices } from '../services.ts';
import type { RunAccess } from '../settings/run-access.ts';
import { proxyTunnels } from '../winrm/proxy-tunnel.ts';
import { openWinrmSession } from '../winrm/session.ts';
import { createEventLog } from './event-log.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type OutDir, resumeOptions } from './out-dir.ts';
import { createProgress } from './progress.ts';
import { publishRun } from './published-folder.ts';
import type { RunRequest } from './run-request.ts';
import type { Terminal } from './terminal.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** A run that is over, its files in the run's folder; nothing of it is published yet. */
export interface FinishedRun {
  readonly manifest: Manifest;
  readonly state: RunState;
  readonly report: RunReport;
  readonly interrupted: boolean;
}

export interface InventoryInput {
  readonly manifest: Manifest;
  readonly access: RunAccess;
  readonly outDir: OutDir;
  readonly verbose: boolean;
  /** What the user states of guests; undefined: nothing, or what the run was started with. */
  readonly statedGuests?: readonly StatedGuest[];
}

/** A run without a report: its store failed, or the exporter itself. The message is for the user, without a stack. */
export class RunBrokeOff extends Error {
  override readonly name = 'RunBrokeOff';
}

/** The manifest of a run that starts now. */
export const newManifest = (request: Omit<RunRequest, 'access' | 'statedGuests'>): Manifest =>
  makeManifest(
    { ...request, trigger: 'cli' },
    { now: new Date(), random: () => randomInt(0x1000000) / 0x1000000, exporterVersion },
  );

/**
 * Runs an inventory to its end in this process. Ctrl-C hands out no more hosts, ends what is under way, and still
 * brings the report; a second one ends the program.
 */
export async function runInventory(
  { manifest, access, outDir, verbose, statedGuests = [] }: InventoryInput,
  terminal: Terminal,
): Promise<Result<FinishedRun, UsageError>> {
  const { accounts, proxy, authorities } = access;
  const abort = new AbortController();
  const log = createEventLog(terminal, verbose);
  const progress = createProgress(terminal);
  let cancel: (() => Promise<void>) | undefined;
  const stopListening = terminal.onInterrupt(() => {
    if (abort.signal.aborted) {
      terminal.exit(exitCodes.interrupted);
      return;
    }
    progress.stop();
    terminal.stderr.write('Interrupted: cleaning up and writing the report. Ctrl-C again ends at once.\n');
    abort.abort();
    void cancel?.();
  });
  try {
    if (statedGuests.length > 0) await writeStatedGuests(outDir.runs, manifest.runId, statedGuests);
    const started = await startInventoryRun(
      manifest,
      createServices({
        store: outDir.runs,
        connect: openWinrmSession,
        accounts,
        proxy: proxy && proxyTunnels(proxy),
        authorities,
        log,
        signal: abort.signal,
      }),
      {
        onProgress: (seen) => {
          if (!abort.signal.aborted) progress.show(progressLine(seen));
        },
      },
    );
    if (!started.ok) return failure(usageError(started.error.message));
    cancel = started.value.cancel;
    if (abort.signal.aborted) await cancel();
    const state = await started.value.finished.catch((thrown: unknown) =>
      withWayOn(thrown, manifest.runId, outDir.given),
    );
    await clearCancelMark(outDir.runs, manifest.runId);
    return success({
      manifest,
      state,
      report: await readReport(outDir, manifest.runId),
      interrupted: abort.signal.aborted,
    });
  } finally {
    stopListening();
    progress.stop();
  }
}

/** The run broke off where not even its report could be kept; what was collected until then is not lost. */
function withWayOn(thrown: unknown, runId: string, outDir: string): never {
  const reason = withoutFunctions(thrown instanceof Error ? thrown.message : String(thrown));
  throw new RunBrokeOff(
    `The run broke off: ${reason}\nWhat was collected is kept: mend this, then go on with ${resumeOptions(runId, outDir)}`,
  );
}

/** What failed, without the names of the functions that it failed in: they tell a user nothing. */
const withoutFunctions = (reason: string): string =>
  reason.replace(/^(?:(?:Orchestrator|Activity) function '\w+' failed: )+/, '').trim();

/** Copies the files of a run to where the user looks for the newest ones; their names, sorted. */
export function publish(outDir: OutDir, { manifest }: FinishedRun): Promise<readonly string[]> {
  const { runId, options } = manifest;
  return publishRun({ runId, runs: outDir.runs, folder: outDir.folder, workbook: options.workbook && !options.dryRun });
}

/** How the program ends after a run. */
export function exitCodeOf({ state, report, interrupted }: FinishedRun): ExitCode {
  const { totals, dry_run } = report;
  if (interrupted) return exitCodes.interrupted;
  if (state.state === 'failed') return exitCodes.failed;
  const good = dry_run ? totals.reachable : totals.inventory_ok;
  const isWhole = totals.vms.known_not_collected === 0 && totals.clusters.nodes_not_listed === 0;
  return isWhole && good + totals.duplicates === totals.hosts ? exitCodes.allOk : exitCodes.needsAttention;
}

/** What the readers of a run's workbook would refuse or misread; none where there is no workbook. */
export async function readFindings({ runs }: OutDir, runId: string): Promise<readonly ReaderFindings[]> {
  const content = await runs.read(inRun(runId, runFiles.readerFindings));
  return content ? (JSON.parse(content.toString('utf8')) as ReadersReport).readers : [];
}

/** The report of a run that has come to its end. */
export async function readReport({ runs }: OutDir, runId: string): Promise<RunReport> {
  const content = await runs.read(inRun(runId, runFiles.report));
  if (!content) throw new Error(`Run ${runId} left no ${runFiles.report}`);
  return JSON.parse(content.toString('utf8')) as RunReport;
}

const phaseLines: Readonly<Record<InventoryProgress['phase'], string>> = {
  opening: 'Starting',
  preflight: 'Preflight',
  collecting: 'Collecting',
  retrying: 'Asking hosts again that did not answer',
  askingAgain: 'Asking hosts once more for VMs that none showed',
  report: 'Writing the report',
  workbook: 'Writing the workbook',
  finishing: 'Finishing',
  done: 'Done',
};

/** How far a run is, as a short line. */
export function progressLine({ phase, hosts, recorded }: InventoryProgress): string {
  const count = phase === 'collecting' || phase === 'retrying' ? `: ${recorded} of ${hosts} hosts have answered` : '';
  return `${phaseLines[phase]}${count}`;
}
