import { inRun } from '../inventory/file-names.ts';
import type { Store } from '../stores/store.ts';

/**
 * A cancel is a file in the run's folder: orchestrations cannot reach their activities (terminate does not), but every
 * activity can look here, in whichever process it runs.
 */
export const cancelMarkName = (runId: string): string => inRun(runId, 'control/cancel');

/** Asks a run to hand out no more hosts. May be repeated. */
export async function markCancelled(store: Store, runId: string): Promise<void> {
  await store.write(cancelMarkName(runId), '');
}

/** Lets a cancelled run go on. */
export const clearCancelMark = (store: Store, runId: string): Promise<void> => store.remove(cancelMarkName(runId));
