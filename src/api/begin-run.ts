import { randomInt } from 'node:crypto';
import { readStatedGuests, writeStatedGuests } from '../activities/guest-files.ts';
import { exporterVersion } from '../exporter-version.ts';
import { inRun, runFiles } from '../inventory/file-names.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { makeManifest, type NewRun } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import type { Runs } from './runs.ts';

export interface BegunRun {
  readonly runId: string;
  /** False: the same request had made it before. */
  readonly isNew: boolean;
}

/** Why a run was not begun. `otherRun`: its id stands for another request. */
export type NotBegun =
  | { readonly code: 'otherRun'; readonly runId: string }
  | { readonly code: 'notStarted'; readonly runId: string; readonly reason: string };

/**
 * Begins a run, once however often it is asked for: who writes the manifest decides what the run is; starting it
 * afterwards may be repeated. Rejects with a StoreError where the manifest cannot be written: nothing was begun then.
 */
export async function beginRun(run: NewRun, services: Services, runs: Runs): Promise<Result<BegunRun, NotBegun>> {
  const { store, clock } = services;
  const random = (): number => randomInt(0x1000000) / 0x1000000;
  for (;;) {
    const manifest = makeManifest(run, { now: clock(), random, exporterVersion });
    const { runId } = manifest;
    if (await store.create(inRun(runId, runFiles.manifest), JSON.stringify(manifest, null, 2))) {
      return await startOnce({ runId, isNew: true }, services, runs);
    }
    // An id that was made here and is taken stands for a run of the same second: another is made.
    if (run.runId === undefined) continue;
    return await repeatRun(runId, run.requestHash, services, runs);
  }
}

/** A run that was asked for under an id that is taken. */
export async function repeatRun(
  runId: string,
  requestHash: string | undefined,
  services: Services,
  runs: Runs,
): Promise<Result<BegunRun, NotBegun>> {
  const manifest = await storedManifest(services, runId);
  if (requestHash === undefined || manifest?.requestHash !== requestHash) return failure({ code: 'otherRun', runId });
  return await goOn(runId, services, runs);
}

/** Starts a run whose manifest is there, unless it is going on or has come to its end. */
export async function goOn(runId: string, services: Services, runs: Runs): Promise<Result<BegunRun, NotBegun>> {
  if (await services.store.exists(inRun(runId, runFiles.state))) return success({ runId, isNew: false });
  return await startOnce({ runId, isNew: false }, services, runs);
}

/** The manifest of a run; undefined where there is no such run. */
export async function storedManifest({ store }: Services, runId: string): Promise<Manifest | undefined> {
  const content = await store.read(inRun(runId, runFiles.manifest));
  return content && (JSON.parse(content.toString('utf8')) as Manifest);
}

/** The run's id is its orchestration's: two starts at a time are one, and the later one only looks. */
async function startOnce(run: BegunRun, services: Services, runs: Runs): Promise<Result<BegunRun, NotBegun>> {
  const { runId } = run;
  try {
    if (!run.isNew && (await isUnderWay(runId, runs))) return success(run);
    await takeOverStatements(runId, services);
    await runs.start(runId);
    return success(run);
  } catch (thrown) {
    if (await isUnderWay(runId, runs).catch(() => false)) return success(run);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return failure({ code: 'notStarted', runId, reason });
  }
}

/** What was stated of guests of the run that is retried holds for this one; here, so that no start goes without it. */
async function takeOverStatements(runId: string, services: Services): Promise<void> {
  const { store } = services;
  const { retryOf } = (await storedManifest(services, runId)) ?? {};
  const { stated } = retryOf ? await readStatedGuests(store, retryOf.runId) : { stated: [] };
  if (stated.length > 0) await writeStatedGuests(store, runId, stated);
}

async function isUnderWay(runId: string, runs: Runs): Promise<boolean> {
  const activity = await runs.status(runId);
  return activity !== undefined && activity.state !== 'ended';
}
