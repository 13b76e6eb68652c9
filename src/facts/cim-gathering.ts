import { type Result, success } from '../result.ts';
import { endsConversation, type WinrmError } from '../winrm/winrm-error.ts';
import type { CimWireInstance, EnumerateRequest, WinrmSession } from '../winrm/winrm-session.ts';
import { canonicalRows, isMismatch } from './cim-values.ts';
import { type CimFactDeclaration, type FactOutcome, type FactOutcomes, failedFact } from './fact.ts';
import { factErrorCodes } from './fact-error-codes.ts';
import { declarationOf, type FactName } from './fact-table.ts';
import { gatherInputs } from './input-gathering.ts';
import { inputTimeoutMs } from './input-times.ts';
import { gatherRegistry } from './registry-gathering.ts';
import { createServices, type Services } from './services-by-cim.ts';

type Instances = Result<readonly CimWireInstance[], WinrmError>;
type Ask = (request: Omit<EnumerateRequest, 'namespace' | 'className' | 'timeoutMs'>) => Promise<Instances>;

/**
 * Which of the declared properties the host's class has. One unknown name fails a whole SELECT, and an unfiltered
 * instance may be too costly to look at (thumbnails): so the names are tried in halves, under a condition that no
 * instance fulfils. `undefined`: not even the key is known, so the query fails for another reason.
 */
async function knownProperties(
  ask: Ask,
  names: readonly string[],
): Promise<Result<readonly string[] | undefined, WinrmError>> {
  const [key, ...others] = names;
  if (key === undefined) return success(undefined);
  const nothing = `${key} = ''`;
  const accepts = async (properties: readonly string[]): Promise<Result<boolean, WinrmError>> => {
    const asked = await ask({ properties, where: nothing });
    if (asked.ok) return success(true);
    return asked.error.code === 'invalidQuery' ? success(false) : asked;
  };
  async function known(candidates: readonly string[]): Promise<Result<readonly string[], WinrmError>> {
    if (candidates.length === 0) return success([]);
    const accepted = await accepts(candidates);
    if (!accepted.ok) return accepted;
    if (accepted.value) return success(candidates);
    if (candidates.length === 1) return success([]);
    const middle = Math.ceil(candidates.length / 2);
    const left = await known(candidates.slice(0, middle));
    if (!left.ok) return left;
    const right = await known(candidates.slice(middle));
    return right.ok ? success([...left.value, ...right.value]) : right;
  }
  const keyAccepted = await accepts([key]);
  if (!keyAccepted.ok) return keyAccepted;
  if (!keyAccepted.value) return success(undefined);
  const rest = await known(others);
  return rest.ok ? success([key, ...rest.value]) : rest;
}

/** The same instances by a method, where the class cannot be listed. Why it cannot is the better reason to give. */
async function askMethod(
  session: WinrmSession,
  services: Services,
  { namespace, orMethod }: CimFactDeclaration,
  refusal: Instances,
  remainingMs: () => number,
): Promise<Instances> {
  if (refusal.ok || orMethod === undefined || endsConversation(refusal.error)) return refusal;
  if (factErrorCodes[refusal.error.code] !== undefined) return refusal;
  const service = await services.find(namespace, orMethod.className);
  if (!service.ok) return refusal;
  const timeoutMs = Math.max(1, Math.round(remainingMs()));
  const { method, parameters, result } = orMethod;
  const called = await session.invoke({ ...service.value, method, parameters, timeoutMs });
  if (!called.ok) return endsConversation(called.error) ? called : refusal;
  if (called.value.returnValue !== 0) return refusal;
  const values = called.value.parameters[result] ?? [];
  return success(values.flatMap((value) => (value.kind === 'instance' ? [value.instance] : [])));
}

/** The declared properties, by WQL; where the host refuses the list, those that its class has. */
async function askListed(ask: Ask, names: readonly string[], where: string | undefined): Promise<Instances> {
  const condition = where === undefined ? {} : { where };
  const first = await ask({ properties: names, ...condition });
  if (first.ok || first.error.code !== 'invalidQuery') return first;
  const known = await knownProperties(ask, names);
  if (!known.ok) return known;
  if (known.value !== undefined && known.value.length < names.length)
    return ask({ properties: known.value, ...condition });
  // The session has already told a missing class from a bad query: this one is refused for another reason.
  return first;
}

async function askFact(
  session: WinrmSession,
  { namespace, className, properties, select, where }: CimFactDeclaration,
  remainingMs: () => number,
): Promise<Instances> {
  const ask: Ask = (request) =>
    session.enumerate({ namespace, className, ...request, timeoutMs: Math.max(1, Math.round(remainingMs())) });
  if (select === 'listed' || where !== undefined) return askListed(ask, Object.keys(properties), where);
  return ask({});
}

function outcomeOf(declaration: CimFactDeclaration, answer: Instances, durationMs: number): FactOutcome {
  if (!answer.ok) {
    const { code, message, detail } = answer.error;
    const text = detail ? `${message} ${detail}` : message;
    if (code === 'resourceNotFound' && declaration.mayBeAbsent) return { status: 'absent', message: text };
    return failedFact(factErrorCodes[code] ?? 'factFailed', text);
  }
  const rows = canonicalRows(answer.value, declaration.className, declaration.properties);
  if (isMismatch(rows)) return failedFact('factFailed', `${declaration.className}: ${rows.mismatch}`);
  return { status: 'ok', properties: Object.keys(declaration.properties), rows, durationMs };
}

export interface CimGatheringRequest {
  readonly facts: readonly FactName[];
  /** Facts that an earlier attempt brought; others may take their inputs from them. */
  readonly known: FactOutcomes;
  /** Milliseconds for all facts together; what is not asked by then has timed out. */
  readonly deadlineMs: number;
  /** Milliseconds for one operation. */
  readonly operationMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** What came of the facts by name; `error` where the session broke, and the facts not asked are then missing. */
export interface CimGathering {
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly error?: WinrmError;
}

interface Gathered {
  readonly outcome?: FactOutcome;
  readonly error?: WinrmError;
}

/** Reads the fact table by WS-Management Enumerate and Invoke: no PowerShell on the host. */
export async function gatherByCim(
  session: WinrmSession,
  { facts, known, deadlineMs, operationMs, now }: CimGatheringRequest,
): Promise<CimGathering> {
  const outcomes = new Map<string, FactOutcome>();
  const end = now() + deadlineMs;
  const remainingMs = (): number => end - now();
  const services = createServices(session, () => Math.max(1, Math.min(operationMs, remainingMs())));

  async function gather(name: FactName): Promise<Gathered> {
    const declaration = declarationOf(name);
    if ('script' in declaration) {
      const message = `${name} needs the script; without it: ${declaration.costsByCim.join(', ')}`;
      return { outcome: failedFact('notAvailableByCim', message) };
    }
    if (remainingMs() <= 0)
      return { outcome: failedFact('factNotReceived', 'The time for this host was over before this fact was asked.') };
    if ('inputs' in declaration) {
      return gatherInputs(session, declaration, {
        sources: (fact) => outcomes.get(fact) ?? known[fact],
        earlier: known[name],
        service: () => services.find(declaration.namespace, declaration.className),
        inputMs: inputTimeoutMs(operationMs),
        remainingMs,
      });
    }
    if ('registryKey' in declaration) return gatherRegistry(session, declaration, remainingMs);
    const startedAt = now();
    const listed = await askFact(session, declaration, remainingMs);
    const answer = await askMethod(session, services, declaration, listed, remainingMs);
    if (!answer.ok && endsConversation(answer.error)) return { error: answer.error };
    return { outcome: outcomeOf(declaration, answer, Math.round(now() - startedAt)) };
  }

  for (const name of facts) {
    const { outcome, error } = await gather(name);
    if (outcome) outcomes.set(name, outcome);
    if (error) return { outcomes, error };
  }
  return { outcomes };
}
