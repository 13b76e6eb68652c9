import { inRun } from '../inventory/file-names.ts';
import type { RunState } from '../inventory/run-state.ts';
import type { RunProgress } from '../orchestrators/run-progress.ts';
import type { Store } from '../stores/store.ts';
import type { EmbeddedHost } from './embedded-host.ts';

/** How far a run is. */
export interface InventoryProgress {
  readonly phase: RunProgress['phase'];
  /** Entries of the host list. */
  readonly hosts: number;
  /** Hosts of which a record is in the store; those that failed before leave none. */
  readonly recorded: number;
}

export interface WatchOptions {
  readonly onProgress?: (progress: InventoryProgress) => void;
  /** Pause between two looks at the progress, in milliseconds. Default 500. */
  readonly progressMs?: number;
}

export interface WatchedRun {
  readonly runId: string;
  /** Entries of the host list. */
  readonly hosts: number;
  readonly store: Store;
}

/** Waits for a run's end and tells how far it is until then. Rejects with one sentence where it left no `run.json`. */
export async function finalState(
  host: EmbeddedHost,
  run: WatchedRun,
  { onProgress, progressMs = 500 }: WatchOptions,
): Promise<RunState> {
  // A listener that fails is told no more, and costs the run nothing.
  const look = (tellIt: NonNullable<typeof onProgress>) => tell(host, run, tellIt).catch(() => clearInterval(watch));
  const watch = onProgress && setInterval(() => void look(onProgress), progressMs);
  const { runtimeStatus, output } = await host.waitForCompletion(run.runId).finally(() => clearInterval(watch));
  if (runtimeStatus === 'Completed') return output as RunState;
  throw new Error(String(output).split('\n')[0]);
}

async function tell(
  host: EmbeddedHost,
  { runId, hosts, store }: WatchedRun,
  onProgress: (progress: InventoryProgress) => void,
): Promise<void> {
  const recorded = (await store.list(inRun(runId, 'hosts')).catch(() => [])).length;
  const status = host.status(runId)?.customStatus as RunProgress | null | undefined;
  onProgress({ phase: status?.phase ?? 'opening', hosts, recorded });
}
