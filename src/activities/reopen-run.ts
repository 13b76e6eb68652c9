import { inRun, runFiles } from '../inventory/file-names.ts';
import type { RunReport } from '../inventory/report.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { type StoredFindings, storedFindings } from '../inventory/stored-findings.ts';
import type { Services } from '../services.ts';
import { readManifest } from './open-run.ts';

export interface ReopenRunInput {
  readonly runId: string;
}

/** A finished run, as its files tell it. */
export interface ReopenedRun extends StoredFindings {
  readonly manifest: Manifest;
  /** ISO 8601, UTC: when the hosts had been asked. */
  readonly finishedAt: string;
  readonly cancelled: boolean;
}

/** What a run found, read from its own files; a run without a report is a bug of whoever asks for its files again. */
export async function reopenRun({ runId }: ReopenRunInput, { store }: Services): Promise<ReopenedRun> {
  const manifest = await readManifest(store, runId);
  const content = await store.read(inRun(runId, runFiles.report));
  if (!content) throw new Error(`Run ${runId} has no ${runFiles.report}`);
  const report = JSON.parse(content.toString('utf8')) as RunReport;
  return {
    manifest,
    finishedAt: report.finished_at,
    cancelled: report.state === 'cancelled',
    ...storedFindings(report, manifest),
  };
}
