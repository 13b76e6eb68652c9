import { cancelMarkName } from '../inventory/file-names.ts';
import type { Store } from '../stores/store.ts';

/** Asks a run to hand out no more hosts. May be repeated. */
export async function markCancelled(store: Store, runId: string): Promise<void> {
  await store.write(cancelMarkName(runId), '');
}

/** Lets a cancelled run go on. */
export const clearCancelMark = (store: Store, runId: string): Promise<void> => store.remove(cancelMarkName(runId));
