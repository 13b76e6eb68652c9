import type { Services } from '../services.ts';

export interface CancelRequestedInput {
  readonly runId: string;
}

/** True once somebody asked to cancel the run. A store that does not answer now is asked again: nobody has asked yet. */
export async function cancelRequested({ runId }: CancelRequestedInput, { isCancelled }: Services): Promise<boolean> {
  return await isCancelled(runId).catch(() => false);
}
