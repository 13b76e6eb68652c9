/** How long we wait, derived from what the host is told. All in milliseconds. */

/** WinRM takes no shorter OperationTimeout. */
const shortestOperationMs = 500;

/** For closing and terminating: the work is over, nobody should wait long for it. */
export const farewellMs = 5_000;

const between = (low: number, value: number, high: number): number => Math.min(Math.max(value, low), high);

/** The OperationTimeout to announce for an operation that may take this long. */
export const announcedMs = (wantedMs: number): number => Math.max(shortestOperationMs, Math.round(wantedMs));

/**
 * How long to wait for the answer to an operation: longer than the host may take, so that the host's own "timed out"
 * gets through, with the network's share on top.
 */
export const answerWaitMs = (operationMs: number, longestGraceMs = 10_000): number =>
  operationMs + between(500, operationMs / 2, longestGraceMs);

/** Waits, and wakes early when the signal is aborted. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export const wait: Wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
