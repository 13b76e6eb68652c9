/**
 * One Receive and its answer, over as many connections as that takes: the host keeps the answer per MessageID, so the
 * very same message asks for it again.
 */
import { failure, type Result } from '../../result.ts';
import { faultNumbers, hasNumber } from '../faults.ts';
import type { XmlElement } from '../soap/xml.ts';
import { answerWaitMs, type Wait } from '../times.ts';
import type { ExchangeFailure, ExchangeLimits, PreparedMessage, Transport } from '../transport.ts';
import { winrmError } from '../winrm-error.ts';

const firstPauseMs = 250;
const longestPauseMs = 4_000;
/** How often in a row the same message may get lost, or find nobody to connect to. */
const mostLosses = 4;

export interface ReceiveLimits extends ExchangeLimits {
  /** The OperationTimeout that the message carries, in milliseconds. */
  readonly operationMs: number;
  /** On the clock of `performance.now()`: after that nobody wants the answer any more. */
  readonly endsAt: number;
}

/** Sends a Receive; on a lost socket sends it again, byte by byte the same, on a fresh connection. */
export async function receiveWithReplay(
  transport: Transport,
  message: PreparedMessage,
  limits: ReceiveLimits,
  wait: Wait,
): Promise<Result<XmlElement, ExchangeFailure>> {
  let answer = await transport.send(message, limits);
  if (answer.ok || answer.error.unanswered === undefined) return answer;
  const firstLoss = answer.error;
  const givesUpAt = Math.min(limits.endsAt, performance.now() + answerWaitMs(limits.operationMs));
  let lastLoss = firstLoss;
  let losses = 1;
  let unheard = firstLoss.unanswered === 'noAnswer' ? 1 : 0;
  for (let pause = firstPauseMs; losses < mostLosses && unheard < 2; pause = Math.min(pause * 2, longestPauseMs)) {
    if (performance.now() >= givesUpAt) break;
    await wait(pause, limits.signal);
    answer = await transport.send(message, limits);
    if (answer.ok || !worthAnother(answer.error)) return answer;
    lastLoss = answer.error;
    if (!hasNumber(lastLoss.fault, faultNumbers.stillPending)) losses += 1;
    if (lastLoss.unanswered === 'noAnswer') unheard += 1;
  }
  return failure(lostForGood(transport.host, firstLoss, lastLoss));
}

/** Still lost, still pending, or not even connected: the answer may yet be had. */
function worthAnother({ fault, unanswered, notSent, error }: ExchangeFailure): boolean {
  if (unanswered !== undefined || hasNumber(fault, faultNumbers.stillPending)) return true;
  return notSent === true && error.retryable;
}

function lostForGood(host: string, first: ExchangeFailure, last: ExchangeFailure): ExchangeFailure {
  const texts = [first, last].map(({ error }) => error.detail ?? error.message);
  const code = first.unanswered === 'noAnswer' ? 'operationTimedOut' : 'connectionLost';
  return { error: winrmError(code, host, undefined, [...new Set(texts)].join('; then ')) };
}
