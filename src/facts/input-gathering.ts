import { type Result, success } from '../result.ts';
import { parseEmbeddedText } from '../winrm/cim/embedded-text.ts';
import { endsConversation, type WinrmError } from '../winrm/winrm-error.ts';
import type { CimObject, InvokeAnswer, WinrmSession } from '../winrm/winrm-session.ts';
import { type FactOutcome, failedFact, type MethodFactDeclaration } from './fact.ts';
import { createInputQueue, inputsFrom, type Sources } from './input-queue.ts';
import { createInputRows, type InputAnswer } from './input-rows.ts';
import { sourceFailure } from './input-sources.ts';
import type { ServiceFailure } from './services-by-cim.ts';

export interface InputGatheringRequest {
  /** The facts that the inputs come from. */
  readonly sources: Sources;
  /** What an earlier attempt brought of this one. */
  readonly earlier: FactOutcome | undefined;
  /** The instance whose method it is. */
  readonly service: () => Promise<Result<CimObject, ServiceFailure>>;
  /** Milliseconds for one input. */
  readonly inputMs: number;
  /** Milliseconds until the time for this fact is over. */
  readonly remainingMs: () => number;
}

/** What came of the fact; `error` where the session broke in the middle of it. */
export interface GatheredInputs {
  readonly outcome: FactOutcome;
  readonly error?: WinrmError;
}

/** Asks a method about one input after the other, as the collector script does. */
export async function gatherInputs(
  session: WinrmSession,
  declaration: MethodFactDeclaration,
  { sources, earlier, service, inputMs, remainingMs }: InputGatheringRequest,
): Promise<GatheredInputs> {
  const { inputs } = declaration;
  const rows = createInputRows(declaration, earlier);
  const first = rows.remaining(sources);
  if (first === undefined || inputsFrom(sources, inputs) === undefined) {
    return { outcome: sourceFailure(declaration, sources) };
  }
  if (first.length === 0) return { outcome: rows.outcome() };
  const found = await service();
  if (!found.ok) {
    const { code, text, error } = found.error;
    const outcome = rows.known().length > 0 ? rows.outcome() : failedFact(code, text);
    return { outcome, ...(error ? { error } : {}) };
  }

  const startedAt = remainingMs();
  const queue = createInputQueue(rows.known());
  for (const input of first) queue.add(input);
  for (let input = queue.next(); input !== undefined; input = queue.next()) {
    if (remainingMs() <= 0) {
      rows.giveUp([input], 'fileNotAsked', 'The time for this host was over before it was asked.');
      continue;
    }
    const timeoutMs = Math.max(1, Math.min(inputMs, remainingMs()));
    const told = await askInput(session, declaration, found.value, input, timeoutMs);
    if (!told.ok) {
      rows.giveUp(rows.remaining(sources) ?? [], 'fileNotReceived', 'The conversation broke off before it was told.');
      return { outcome: rows.outcome(), error: told.error };
    }
    rows.answer(input, told.value);
    const parent =
      inputs.follow && 'instance' in told.value ? told.value.instance.properties[inputs.follow]?.[0] : null;
    if (parent?.kind === 'text') queue.add(parent.text);
  }
  return { outcome: rows.outcome(Math.round(startedAt - remainingMs())) };
}

/** Fails only where the session broke: anything else is the input's own answer. */
async function askInput(
  session: WinrmSession,
  { parameter, method, result }: MethodFactDeclaration,
  service: CimObject,
  input: string,
  timeoutMs: number,
): Promise<Result<InputAnswer, WinrmError>> {
  const endsAt = performance.now() + timeoutMs;
  // The answer that comes with a job may be empty; a second call finds the work done.
  for (const _ of [1, 2]) {
    const left = Math.max(1, endsAt - performance.now());
    const called = await session.invoke({
      ...service,
      method,
      parameters: { [parameter]: input },
      timeoutMs: left,
    });
    if (!called.ok) {
      if (endsConversation(called.error)) return called;
      return success(refusalOf(called.error));
    }
    const answer = answerOf(called.value, result);
    if (answer !== undefined) return success(answer);
  }
  return success({ mark: 'job 0', text: null });
}

const refusalOf = ({ code, message, detail }: WinrmError): InputAnswer => {
  const mark = code === 'operationTimedOut' ? 'timedOut' : code === 'accessDenied' ? 'error AccessDenied' : 'error';
  return { mark, text: detail ?? message };
};

/** Undefined: a job is over, and its work has to be asked for. */
function answerOf({ returnValue, parameters, job }: InvokeAnswer, result: string): InputAnswer | undefined {
  const value = parameters[result]?.[0];
  const text = value?.kind === 'text' ? value.text : '';
  if (job && job.state !== 7 && job.state !== 32_768) {
    return { mark: `job ${job.errorCode ?? 0}`, text: job.errorText || null };
  }
  if (text !== '' && (returnValue === 0 || job)) {
    const parsed = parseEmbeddedText(text);
    return parsed.ok ? { instance: parsed.value } : { mark: 'error XmlException', text: parsed.error };
  }
  return job ? undefined : { mark: `return ${returnValue}`, text: null };
}
