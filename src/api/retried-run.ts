import { inRun, runFiles } from '../inventory/file-names.ts';
import type { RunReport } from '../inventory/report.ts';
import type { Manifest, RunOptions } from '../inventory/run-options.ts';
import { goodHosts } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { storedManifest } from './begin-run.ts';

/** The run whose hosts are asked again: what of it the new one takes over. */
export interface RetriedRun {
  readonly manifest: Manifest;
  /** Its collectors, and its judgement and files where nothing else is asked for. */
  readonly options: Partial<RunOptions>;
  /** Hosts (as given) whose facts are good enough to be kept. */
  readonly taken: readonly string[];
}

/** Why a run's hosts cannot be asked again; `notFinished` passes by itself. */
export interface NotRetried {
  readonly code: 'unusable' | 'notFinished';
  /** To stand behind the field's name. */
  readonly problem: string;
}

/** What of an earlier run holds for one that asks those of its hosts again whose facts are not good enough. */
export async function readRetriedRun(runId: string, services: Services): Promise<Result<RetriedRun, NotRetried>> {
  const { store } = services;
  const manifest = await storedManifest(services, runId);
  if (!manifest) return failure({ code: 'unusable', problem: `there is no run ${runId}` });
  if (manifest.options.dryRun)
    return failure({ code: 'unusable', problem: `${runId} was a dry run: it collected nothing` });
  const isFinished = await store.exists(inRun(runId, runFiles.state));
  const content = isFinished ? await store.read(inRun(runId, runFiles.report)) : undefined;
  if (!content) return failure({ code: 'notFinished', problem: `run ${runId} has not come to its end yet` });
  const taken = goodHosts(JSON.parse(content.toString('utf8')) as RunReport);
  if (manifest.hosts.every(({ given }) => taken.includes(given)))
    return failure({ code: 'unusable', problem: `every host of run ${runId} is Inventory OK; there is none to ask` });
  const { only, coverageThreshold, allowPartialOk, csvTabs, extraColumns, unknownSize, health, datacenter } =
    manifest.options;
  const options = { only, coverageThreshold, allowPartialOk, csvTabs, extraColumns, unknownSize, health, datacenter };
  return success({ manifest, options, taken });
}
