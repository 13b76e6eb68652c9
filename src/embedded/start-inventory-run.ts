import { clearCancelMark, markCancelled } from '../activities/cancel-mark.ts';
import { registerFunctions } from '../functions/register-functions.ts';
import { inRun, runFiles } from '../inventory/file-names.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { RunState } from '../inventory/run-state.ts';
import { orchestratorNames } from '../orchestrators/function-names.ts';
import type { InventoryRunInput, RunProgress } from '../orchestrators/inventory-run.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { createEmbeddedHost, type EmbeddedHost } from './embedded-host.ts';

/** How far a run is. */
export interface InventoryProgress {
  readonly phase: RunProgress['phase'];
  /** Entries of the host list. */
  readonly hosts: number;
  /** Hosts of which a record is in the store; those that failed before leave none. */
  readonly recorded: number;
}

export interface StartedRun {
  readonly runId: string;
  /** True: the run had been started before, and goes on. */
  readonly isResumed: boolean;
  /** Resolves with `run.json`; rejects with one sentence where not even the report could be written. */
  readonly finished: Promise<RunState>;
  /** Hands out no more hosts, keeps what was collected, and writes the report; `finished` still resolves. */
  cancel(): Promise<void>;
}

export interface StartOptions {
  readonly onProgress?: (progress: InventoryProgress) => void;
  /** Pause between two looks at the progress, in milliseconds. Default 500. */
  readonly progressMs?: number;
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
  options: StartOptions = {},
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
    finished: finalState(host, manifest, services, options),
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
  const { hosts, options, repeated } = JSON.parse(existing.toString('utf8')) as Manifest;
  const essence = (of: Pick<Manifest, 'hosts' | 'options' | 'repeated'>): string =>
    JSON.stringify([of.hosts, of.options, of.repeated]);
  return essence({ hosts, options, repeated }) === essence(manifest);
}

async function finalState(
  host: EmbeddedHost,
  manifest: Manifest,
  services: Services,
  { onProgress, progressMs = 500 }: StartOptions,
): Promise<RunState> {
  const watch = onProgress && setInterval(() => void tell(host, manifest, services, onProgress), progressMs);
  const { runtimeStatus, output } = await host.waitForCompletion(manifest.runId);
  clearInterval(watch);
  if (runtimeStatus === 'Completed') return output as RunState;
  throw new Error(String(output).split('\n')[0]);
}

async function tell(
  host: EmbeddedHost,
  { runId, hosts }: Manifest,
  { store }: Services,
  onProgress: (progress: InventoryProgress) => void,
): Promise<void> {
  const recorded = (await store.list(inRun(runId, 'hosts')).catch(() => [])).length;
  const status = host.status(runId)?.customStatus as RunProgress | null | undefined;
  onProgress({ phase: status?.phase ?? 'opening', hosts: hosts.length, recorded });
}
