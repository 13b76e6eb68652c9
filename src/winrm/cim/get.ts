/** One object of a class (WS-Transfer Get; DSP0227 on keys as selectors). */
import { failure, type Result, success } from '../../result.ts';
import { actions, cimResource } from '../soap/namespaces.ts';
import { announcedMs, answerWaitMs } from '../times.ts';
import type { Transport } from '../transport.ts';
import { type WinrmError, winrmError } from '../winrm-error.ts';
import type { CimObject, CimWireInstance } from '../winrm-session.ts';
import { parseInstance } from './instance.ts';

export interface CallLimits {
  /** Milliseconds for the whole call. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Reads one whole object. */
export async function getObject(
  transport: Transport,
  { namespace, className, keys }: CimObject,
  { timeoutMs, signal }: CallLimits,
): Promise<Result<CimWireInstance, WinrmError>> {
  const operationTimeoutMs = announcedMs(timeoutMs);
  const message = transport.prepare({
    action: actions.get,
    resourceUri: cimResource(namespace, className),
    selectors: keys,
    body: '',
    operationTimeoutMs,
  });
  const answer = await transport.send(message, { timeoutMs: answerWaitMs(operationTimeoutMs), signal });
  if (!answer.ok) return failure(answer.error.error);
  const [instance] = answer.value.children;
  if (instance !== undefined) return success(parseInstance(instance));
  return failure(winrmError('protocolViolation', transport.host, undefined, 'a Get was answered by nothing'));
}
