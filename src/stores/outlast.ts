import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from './store-error.ts';

/**
 * Does work that may be repeated, again after each of the pauses (in milliseconds) while a store keeps it from being done
 * for a reason that passes: a minute without storage must not cost what a host took half an hour to give.
 */
export async function outlastStore<Value>(pausesMs: readonly number[], work: () => Promise<Value>): Promise<Value> {
  for (const ms of pausesMs) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof StoreError && thrown.passing)) throw thrown;
      await sleep(ms);
    }
  }
  return await work();
}
