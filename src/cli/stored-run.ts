import { inRun, runFiles } from '../inventory/file-names.ts';
import type { RunReport } from '../inventory/report.ts';
import { isRunId } from '../inventory/run-id.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import type { OutDir } from './out-dir.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** The manifest of a run that an option names. */
export async function storedManifest(
  { runs, given }: OutDir,
  { runId, option }: { readonly runId: string; readonly option: string },
): Promise<Result<Manifest, UsageError>> {
  if (!isRunId(runId)) return failure(usageError(`${option}: "${runId}" is not a run id.`));
  const content = await runs.read(inRun(runId, runFiles.manifest));
  if (!content) return failure(usageError(`${option}: there is no run ${runId} in ${given}.`));
  try {
    return success(JSON.parse(content.toString('utf8')) as Manifest);
  } catch {
    return failure(usageError(`${option}: the ${runFiles.manifest} of run ${runId} is damaged.`));
  }
}

/** A finished run that holds what hosts gave: its manifest and its report. */
export async function storedRun(
  outDir: OutDir,
  named: { readonly runId: string; readonly option: string },
): Promise<Result<{ readonly manifest: Manifest; readonly report: RunReport }, UsageError>> {
  const manifest = await storedManifest(outDir, named);
  if (!manifest.ok) return manifest;
  const { runId, option } = named;
  if (manifest.value.options.dryRun)
    return failure(usageError(`${option}: ${runId} was a dry run: it collected nothing.`));
  const content = await outDir.runs.read(inRun(runId, runFiles.report));
  if (!content)
    return failure(usageError(`${option}: run ${runId} did not come to an end; go on with it by --resume ${runId}.`));
  try {
    return success({ manifest: manifest.value, report: JSON.parse(content.toString('utf8')) as RunReport });
  } catch {
    return failure(usageError(`${option}: the ${runFiles.report} of run ${runId} is damaged.`));
  }
}
