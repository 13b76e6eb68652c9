import { failure, type Result, success } from '../../result.ts';
import { openAccess } from '../../settings/run-access.ts';
import type { ExitCode } from '../exit-codes.ts';
import {
  exitCodeOf,
  type FinishedRun,
  type InventoryInput,
  newManifest,
  publish,
  readFindings,
  runInventory,
} from '../inventory.ts';
import { locateOutDir, type OutDir, openOutDir } from '../out-dir.ts';
import { makeRetryRequest } from '../retry-request.ts';
import type { RunArguments } from '../run-arguments.ts';
import { makeRunRequest, readCliSettings } from '../run-request.ts';
import { storedManifest } from '../stored-run.ts';
import { summaryText } from '../summary.ts';
import type { Terminal } from '../terminal.ts';
import { type UsageError, usageError } from '../usage-error.ts';

/** `hyperv-rvtools [run]`: a full run, a dry run, or one that goes on. */
export async function run(given: RunArguments, terminal: Terminal): Promise<Result<ExitCode, UsageError>> {
  const input =
    given.resume === undefined ? await startNew(given, terminal) : await goOn(given.resume, given, terminal);
  if (!input.ok) return input;
  const finished = await runInventory(input.value, terminal);
  if (!finished.ok) return finished;
  await tellResult(finished.value, { outDir: input.value.outDir, json: given.json ?? false }, terminal);
  return success(exitCodeOf(finished.value));
}

/** Publishes a run's files and says on stdout what came of it. */
export async function tellResult(
  finished: FinishedRun,
  { outDir, json }: { readonly outDir: OutDir; readonly json: boolean },
  { stdout, stderr }: Terminal,
): Promise<void> {
  const files = await publish(outDir, finished);
  const { report, state } = finished;
  const readers = await readFindings(outDir, report.run_id);
  stdout.write(
    json
      ? `${JSON.stringify(report)}\n`
      : summaryText(report, { outDir: outDir.given, files, losses: state.workbook, readers }),
  );
  if (state.error !== undefined) stderr.write(`Not all files could be written: ${state.error}\n`);
}

async function startNew(given: RunArguments, terminal: Terminal): Promise<Result<InventoryInput, UsageError>> {
  const { retryOf } = given;
  const request =
    retryOf === undefined
      ? await makeRunRequest(given, { workbook: true }, terminal)
      : await makeRetryRequest({ ...given, retryOf }, locateOutDir(given.outDir, terminal.workingFolder), terminal);
  if (!request.ok) return request;
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const { access, statedGuests, ...rest } = request.value;
  const verbose = given.verbose ?? false;
  return success({ manifest: newManifest(rest), access, outDir: outDir.value, verbose, statedGuests });
}

/** A resumed run has its own hosts and options; only what hosts are reached with is read anew. */
async function goOn(
  runId: string,
  given: RunArguments,
  terminal: Terminal,
): Promise<Result<InventoryInput, UsageError>> {
  const located = locateOutDir(given.outDir, terminal.workingFolder);
  const manifest = await storedManifest(located, { runId, option: '--resume' });
  if (!manifest.ok) return manifest;
  const settings = await readCliSettings({ ...given, auth: manifest.value.options.authentication }, terminal);
  if (!settings.ok) return settings;
  const access = await openAccess(manifest.value, settings.value, terminal.workingFolder);
  if (!access.ok) return failure(usageError(...access.error));
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const verbose = given.verbose ?? false;
  return success({ manifest: manifest.value, access: access.value, outDir: outDir.value, verbose });
}
