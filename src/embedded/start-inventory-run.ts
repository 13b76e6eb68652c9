import { clearCancelMark, markCancelled } from '../activities/cancel-mark.ts';
import { registerFunctions } from '../functions/register-functions.ts';
import { inRun, runFiles } from '../inventory/file-names.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { RunState } from '../inventory/run-state.ts';
import { orchestratorNames } from '../orchestrators/function-names.ts';
import type { InventoryRunInput } from '../orchestrators/inventory-run.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { createEmbeddedHost } from './embedded-host.ts';
import { finalState, type WatchOptions } from './watch-run.ts';

export interface StartedRun {
  readonly runId: string;
  /** True: the run had been started before, and goes on. */
  readonly isResumed: boolean;
  /** Resolves with `run.json`; rejects with one sentence where not even the report could be written. */
  readonly finished: Promise<RunState>;
  /** Hands out no more hosts, keeps what was collected, and writes the report; `finished` still resolves. */
  cancel(): Promise<void>;
}

/** The run exists, and set out to do something else. */
export interface ManifestConflict {
  readonly code: 'manifestConflict';
  readonly runId: string;
  readonly message: string;
}

/**
 * Starts a run on an embedded host of its own, or goes on with it: the manifest is written once, and a run of the same
 * manifest asks only the hosts that it has no complete record of.
 */
export async function startInventoryRun(
  manifest: Manifest,
  services: Services,
  options: WatchOptions = {},
): Promise<Result<StartedRun, ManifestConflict>> {
  const { runId } = manifest;
  const { store } = services;
  const text = JSON.stringify(manifest, null, 2);
  const isNew = await store.create(inRun(runId, runFiles.manifest), text);
  if (!isNew && !isSame(await store.read(inRun(runId, runFiles.manifest)), manifest))
    return failure({ code: 'manifestConflict', runId, message: `Run ${runId} exists, with other hosts or options.` });
  // Whoever looks at a run that goes on must not take its earlier end for the end of this.
  await store.remove(inRun(runId, runFiles.state));
  await clearCancelMark(store, runId);

  const host = createEmbeddedHost({
    register: () => registerFunctions(() => services),
    maxConcurrentActivities: manifest.options.concurrency,
  });
  const input: InventoryRunInput = { runId };
  host.start(orchestratorNames.inventoryRun, { instanceId: runId, input });
  return success({
    runId,
    isResumed: !isNew,
    finished: finalState(host, { runId, hosts: manifest.hosts.length, store }, options),
    cancel: async () => {
      try {
        await markCancelled(store, runId);
      } catch (thrown) {
        // A full disk must not keep a run from winding up: whoever cancels also aborts what is under way.
        services.log({
          event: 'cancelMarkFailed',
          runId,
          reason: thrown instanceof Error ? thrown.message : 'unknown',
        });
      } finally {
        host.skipTimers();
      }
    },
  });
}

function isSame(existing: Buffer | undefined, manifest: Manifest): boolean {
  if (!existing) return false;
  const essence = ({ hosts, options, repeated, retryOf }: Manifest): string =>
    JSON.stringify([hosts, options, repeated, retryOf]);
  return essence(JSON.parse(existing.toString('utf8')) as Manifest) === essence(manifest);
}
