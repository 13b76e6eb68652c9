import type { Services } from '../services.ts';
import { lookForCancel } from './shared-cancel-look.ts';

export interface CancelWatch {
  /** Aborts on a cancel of the run, on the process's own signal, and at the deadline. */
  readonly signal: AbortSignal;
  /** Why it aborted; undefined while it did not. */
  readonly reason: () => 'cancelled' | 'deadline' | undefined;
  stop(): void;
}

/** Watches for whatever must end a long activity: neither terminate nor a restart of the host reaches it. */
export function watchForCancel(runId: string, services: Services): CancelWatch {
  const { signal, collectDeadlineMs, cancelPollMs, isCancelled } = services;
  const controller = new AbortController();
  let reason: 'cancelled' | 'deadline' | undefined;
  const end = (why: 'cancelled' | 'deadline'): void => {
    reason ??= why;
    controller.abort();
  };
  const onAbort = (): void => end('cancelled');
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  const deadline = setTimeout(() => end('deadline'), collectDeadlineMs);
  const poll = setInterval(async () => {
    // A store that does not answer now is asked again at the next poll; it is no reason to end a collection.
    if (await lookForCancel(runId, isCancelled, cancelPollMs).catch(() => false)) end('cancelled');
  }, cancelPollMs);
  return {
    signal: controller.signal,
    reason: () => reason,
    stop: () => {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(deadline);
      clearInterval(poll);
    },
  };
}
