/** What a host would do a moment later is asked again, for as long as the caller has time. */
import type { Result } from '../result.ts';
import type { XmlElement } from './soap/xml.ts';
import type { Wait } from './times.ts';
import type { ExchangeFailure } from './transport.ts';
import type { WinrmErrorCode } from './winrm-error.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 8_000;
const mostAttempts = 7;

/** Refusals that pass by themselves. The host says in a fault that it has done nothing, so asking again is safe. */
const passing: ReadonlySet<WinrmErrorCode> = new Set<WinrmErrorCode>(['hostBusy', 'requestRateQuota']);

export interface Patience {
  readonly wait: Wait;
  /** Milliseconds that are left; nothing is waited for beyond them. */
  readonly left: () => number;
  readonly signal?: AbortSignal;
}

/** Sends until the host is no longer too busy, with longer and longer pauses. Each time it must be a message of its own. */
export async function sendPatiently(
  send: () => Promise<Result<XmlElement, ExchangeFailure>>,
  { wait, left, signal }: Patience,
): Promise<Result<XmlElement, ExchangeFailure>> {
  let answer = await send();
  let pause = firstPauseMs;
  for (let attempts = 1; attempts < mostAttempts && isPassing(answer); attempts++) {
    if (left() <= pause || signal?.aborted) break;
    await wait(pause, signal);
    answer = await send();
    pause = Math.min(pause * 2, longestPauseMs);
  }
  return answer;
}

const isPassing = (answer: Result<XmlElement, ExchangeFailure>): boolean =>
  !answer.ok && answer.error.fault !== undefined && passing.has(answer.error.error.code);
