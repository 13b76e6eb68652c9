/** Methods of CIM classes and objects (DSP0227 on custom actions, DSP0230 on parameters; MS-WSMV 3.1.4.1). */
import { failure, type Result, success } from '../../result.ts';
import { cimResource } from '../soap/namespaces.ts';
import { child, type XmlElement } from '../soap/xml.ts';
import { announcedMs, answerWaitMs, type Wait } from '../times.ts';
import type { Transport } from '../transport.ts';
import { type WinrmError, winrmError } from '../winrm-error.ts';
import type { CimJobEnd, CimWireInstance, CimWireValue, InvokeAnswer, InvokeRequest } from '../winrm-session.ts';
import { type CallLimits, getObject } from './get.ts';
import { parseInstance } from './instance.ts';
import { inputBody } from './method-input.ts';

export interface InvokeSurroundings {
  readonly transport: Transport;
  readonly wait: Wait;
}

/** ReturnValue of a method that goes on as a job. */
const jobStarted = 4096;
/** JobState from which on a job is over: completed, terminated, killed, exception. */
const over = 7;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** Calls a method, and waits for the job that it may start. */
export async function invoke(
  { transport, wait }: InvokeSurroundings,
  request: InvokeRequest,
  { timeoutMs, signal }: CallLimits,
): Promise<Result<InvokeAnswer, WinrmError>> {
  const endsAt = performance.now() + timeoutMs;
  const { namespace, className, keys, method } = request;
  const resourceUri = cimResource(namespace, className);
  const operationTimeoutMs = announcedMs(timeoutMs);
  const message = transport.prepare({
    action: `${resourceUri}/${method}`,
    resourceUri,
    ...(Object.keys(keys).length > 0 ? { selectors: keys } : {}),
    body: inputBody(request),
    operationTimeoutMs,
  });
  const answer = await transport.send(message, { timeoutMs: answerWaitMs(operationTimeoutMs), signal });
  if (!answer.ok) return failure(answer.error.error);
  const output = parseOutput(answer.value, method);
  if (output === undefined) {
    const detail = `${method} was answered by something else`;
    return failure(winrmError('protocolViolation', transport.host, undefined, detail));
  }
  const job = output.parameters.Job?.[0];
  if (output.returnValue !== jobStarted || job?.kind !== 'reference') return success(output);
  const ended = await jobEnd({ transport, wait }, namespace, job, { endsAt, signal });
  return ended.ok ? success({ ...output, job: ended.value }) : ended;
}

/** The out-parameters in `<…_OUTPUT>`; undefined where that is not what the body holds. */
function parseOutput(body: XmlElement, method: string): InvokeAnswer | undefined {
  const output = child(body, `${method}_OUTPUT`);
  if (output === undefined) return undefined;
  const { ReturnValue: returned, ...parameters } = parseInstance(output).properties;
  const returnValue = numberOf(returned);
  return returnValue === undefined ? undefined : { returnValue, parameters };
}

function numberOf(values: readonly CimWireValue[] | undefined): number | undefined {
  const text = textOf(values);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function textOf(values: readonly CimWireValue[] | undefined): string {
  const [value] = values ?? [];
  return value?.kind === 'text' ? value.text.trim() : '';
}

/** Asks for the job until it is over or the time is. */
async function jobEnd(
  { transport, wait }: InvokeSurroundings,
  namespace: string,
  { className = 'CIM_ConcreteJob', keys }: CimWireValue & { readonly kind: 'reference' },
  { endsAt, signal }: { readonly endsAt: number; readonly signal: AbortSignal | undefined },
): Promise<Result<CimJobEnd, WinrmError>> {
  // What WS-Management adds of its own (`__cimnamespace`) is no key.
  const own = Object.fromEntries(Object.entries(keys).filter(([name]) => !name.startsWith('__')));
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const left = endsAt - performance.now();
    if (left <= 0) {
      const detail = 'the job that the method had started was not over in time';
      return failure(winrmError('operationTimedOut', transport.host, undefined, detail));
    }
    const job = await getObject(transport, { namespace, className, keys: own }, { timeoutMs: left, signal });
    if (!job.ok) return job;
    const end = endOf(job.value);
    if (end !== undefined) return success(end);
    await wait(Math.min(pauseMs, left), signal);
  }
}

/** Undefined while the job is under way. */
function endOf({ properties }: CimWireInstance): CimJobEnd | undefined {
  const state = numberOf(properties.JobState) ?? 0;
  if (state < over) return undefined;
  return { state, errorCode: numberOf(properties.ErrorCode), errorText: textOf(properties.ErrorDescription) };
}
