import { advised, type HostError, hostError } from '../inventory/host-error.ts';
import type { Via } from '../inventory/run-options.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import type { WinrmSession } from '../winrm/winrm-session.ts';
import { gatherByCim } from './cim-gathering.ts';
import { type FactOutcome, type FactOutcomes, failedFact } from './fact.ts';
import type { FactName } from './fact-table.ts';
import { gatherByScript } from './script-gathering.ts';
import { scriptObstacle } from './script-obstacle.ts';

export interface GatherRequest {
  /** The host as errors and notes name it. */
  readonly host: string;
  readonly runId: string;
  /** In the order in which they are asked; cheap ones first. */
  readonly facts: readonly FactName[];
  /** `auto`: by script, and by CIM where PowerShell is refused; `script` never falls to CIM. */
  readonly via: Via;
  /** Facts that an earlier attempt at this host brought; others may take their inputs from them. */
  readonly known?: FactOutcomes;
  /** Milliseconds for the whole gathering by script, and again for that by CIM. */
  readonly scriptMs: number;
  /** Milliseconds for one fact on the host. */
  readonly operationMs: number;
  /** A clock in milliseconds; the process's own by default. */
  readonly now?: () => number;
}

export interface Gathering {
  /** Every requested fact has one. */
  readonly outcomes: FactOutcomes;
  readonly gatheredBy: 'script' | 'cim';
  /** What was refused and worked around. */
  readonly notes: readonly HostError[];
  /** Why the gathering broke off; `outcomes` then holds what had arrived. */
  readonly error?: HostError;
}

/** Gives every requested fact an outcome, in the order of the request. */
function complete(facts: readonly FactName[], arrived: ReadonlyMap<string, FactOutcome>, why: string): FactOutcomes {
  return Object.fromEntries(facts.map((name) => [name, arrived.get(name) ?? failedFact('factNotReceived', why)]));
}

async function byCim(session: WinrmSession, request: GatherRequest, notes: readonly HostError[]): Promise<Gathering> {
  const { facts, known = {}, scriptMs, operationMs, now = performance.now.bind(performance) } = request;
  const { outcomes, error } = await gatherByCim(session, { facts, known, deadlineMs: scriptMs, operationMs, now });
  return {
    outcomes: complete(facts, outcomes, error?.message ?? 'It was not asked.'),
    gatheredBy: 'cim',
    notes,
    ...(error ? { error: advised(error) } : {}),
  };
}

/**
 * Asks a host for facts over an open session: by the collector script in one shell, or by WS-Management Enumerate and Invoke.
 * Never throws for what the host or the network does. Both ways give the same rows.
 */
export async function gatherFacts(session: WinrmSession, request: GatherRequest): Promise<Gathering> {
  const { host, runId, facts, via, scriptMs, operationMs, now = performance.now.bind(performance) } = request;
  if (facts.length === 0) return { outcomes: {}, gatheredBy: via === 'cim' ? 'cim' : 'script', notes: [] };
  if (via === 'cim') return byCim(session, request, []);

  const { known = {} } = request;
  const gathered = await gatherByScript(session, { runId, facts, known, scriptMs, operationMs, now });
  if (gathered.kind === 'gathered') {
    const outcomes = complete(facts, gathered.outcomes, 'It did not arrive.');
    return { outcomes, gatheredBy: 'script', notes: endedBy(host, gathered.endedBy) };
  }
  if (gathered.kind === 'broken') {
    const { error, outcomes } = gathered;
    return {
      outcomes: complete(facts, outcomes, error.message),
      gatheredBy: 'script',
      notes: [],
      error: advised(error),
    };
  }
  const obstacle = obstacleOf(host, gathered);
  if (via === 'auto') return byCim(session, request, [obstacle]);
  return { outcomes: complete(facts, new Map(), obstacle.message), gatheredBy: 'script', notes: [], error: obstacle };
}

/** What ended the script early, where that has a name of its own; its lost facts tell the rest. */
function endedBy(host: string, said: string | undefined): readonly HostError[] {
  const code = said === undefined ? 'scriptFailed' : scriptObstacle(said);
  return code === 'scriptFailed' ? [] : [hostError(code, host, undefined, said)];
}

/** What kept the script from running, as the report names it. */
function obstacleOf(
  host: string,
  gathered: { kind: 'refused' | 'failed'; detail: string } | { kind: 'noShell'; error: WinrmError },
): HostError {
  if (gathered.kind === 'noShell') return advised(gathered.error);
  const code = gathered.kind === 'refused' ? 'scriptRefused' : scriptObstacle(gathered.detail);
  return hostError(code, host, undefined, gathered.detail);
}
