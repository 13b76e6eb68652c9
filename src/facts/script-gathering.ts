import type { Result } from '../result.ts';
import { endsConversation, type WinrmError, type WinrmErrorCode } from '../winrm/winrm-error.ts';
import type { CommandFailure, CommandOutcome, WinrmSession, WinrmShell } from '../winrm/winrm-session.ts';
import { bootstrapCommand, inputBootstrapCommand, scriptInput } from './collector-script.ts';
import { type FactOutcome, type FactOutcomes, failedFact } from './fact.ts';
import { assembleFacts, type InputRowsReceived } from './fact-assembly.ts';
import type { FactName } from './fact-table.ts';
import { createFrameReader } from './frame-reader.ts';
import { inputTimeoutMs } from './input-times.ts';
import { createScriptInputs, isToldByInput, type ScriptInputs } from './script-inputs.ts';
import type { RequestedFact } from './script-protocol.ts';

/**
 * Pace of the frames: what is ready is sent after five seconds, or when 300 KB are there. Each frame costs a request;
 * what a script that breaks off had read and not sent is asked again.
 */
const flushMs = 5_000;
const flushBytes = 300_000;
/** The host deletes our shell by itself after this idle time. */
const shellIdleMs = 180_000;
/** Less time than this is not worth another start of powershell.exe. */
const leastRunMs = 5_000;
/**
 * Share of the time that the first run may take. The rest is kept for asking again: a provider that ignores its
 * operation timeout would otherwise take every fact behind it along.
 */
const firstShare = 0.6;
/** Share of the remaining time that each round of asking again may take, so that no hanging fact eats it all. */
const roundShare = 0.5;

export interface ScriptGatheringRequest {
  readonly runId: string;
  readonly facts: readonly FactName[];
  /** Milliseconds for everything. */
  readonly scriptMs: number;
  /** Milliseconds for one fact, told to `Get-CimInstance`. */
  readonly operationMs: number;
  /** Facts that an earlier attempt brought; a fact told by a method may take its inputs from them. */
  readonly known: FactOutcomes;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

export type ScriptGathering =
  /** The script ran; every requested fact has an outcome. */
  | {
      readonly kind: 'gathered';
      readonly outcomes: ReadonlyMap<string, FactOutcome>;
      /** What PowerShell said when a run ended before its trailer. */
      readonly endedBy?: string;
    }
  /** PowerShell would not run it; `refused` by its language mode, AMSI or the shell, else `failed`. */
  | { readonly kind: 'refused' | 'failed'; readonly detail: string }
  /** No shell was to be had, but the session lives. */
  | { readonly kind: 'noShell'; readonly error: WinrmError }
  /** The session broke; what had arrived is there. */
  | { readonly kind: 'broken'; readonly error: WinrmError; readonly outcomes: ReadonlyMap<string, FactOutcome> };

/** One start of powershell.exe. */
export interface ScriptRun {
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly inputRows: ReadonlyMap<string, InputRowsReceived>;
  /** The input that was being asked about when it broke off, where every input is announced. */
  readonly asking: { readonly name: string; readonly input: string } | undefined;
  /** True: the script spoke. */
  readonly started: boolean;
  readonly ended: boolean;
  readonly damaged: boolean;
  /** True: every fact was sent as soon as it was read, so that what is missing was not read. */
  readonly flushedEach: boolean;
  readonly timedOut: boolean;
  readonly error?: WinrmError;
  /** True: PowerShell refused it, known by ids that do not depend on the language. */
  readonly refused: boolean;
  /** What PowerShell said beside the frames. */
  readonly said: string;
}

const refusalIds = /ConstrainedLanguage|RestrictedLanguage|NotSupportedInNoLanguage|ScriptContainedMaliciousContent/i;

/** True where PowerShell's own words say that a policy refused the script. */
export const isScriptRefusal = (stderr: string): boolean => refusalIds.test(unbroken(stderr));

/** Error text without what the console (line breaks at its width) or CLIXML put in between. */
const unbroken = (text: string): string => text.replace(/<[^>]*>|_x000[AD]_|\s+/g, '');

/** Readable diagnosis, bounded. */
function diagnosis(exitCode: number | undefined, stderr: string, noise: string): string {
  const text = [stderr, noise].map((part) => part.replace(/\s+/g, ' ').trim()).filter((part) => part !== '');
  return `exit code ${exitCode ?? 'unknown'}${text.length > 0 ? `: ${text.join(' | ').slice(0, 1_000)}` : ''}`;
}

interface RunRequest {
  readonly command: string;
  readonly facts: readonly RequestedFact[];
  readonly flushEach: boolean;
  readonly deadlineMs: number;
  readonly operationMs: number;
}

async function runScript(
  shell: WinrmShell,
  { command, facts, flushEach, deadlineMs, operationMs }: RunRequest,
): Promise<ScriptRun> {
  const reader = createFrameReader();
  const names = facts.map(({ name }) => name);
  const assembly = assembleFacts(new Set(names), new Set(names.filter(isToldByInput)));
  const stdin = scriptInput({
    version: 1,
    facts,
    flushEach,
    flushMs,
    flushBytes,
    operationTimeoutSec: Math.max(1, Math.ceil(operationMs / 1_000)),
    inputTimeoutSec: Math.max(1, Math.ceil(inputTimeoutMs(operationMs) / 1_000)),
  });
  const ran: Result<CommandOutcome, CommandFailure> = await shell.run({
    command,
    stdin,
    deadlineMs: Math.max(1, Math.round(deadlineMs)),
    onStdout: (bytes) => {
      for (const event of reader.push(bytes)) assembly.take(event);
      return assembly.ended ? 'stop' : undefined;
    },
  });
  for (const event of reader.end()) assembly.take(event);
  const stderr = (ran.ok ? ran.value : ran.error).stderr.toString('utf8');
  const noise = reader.noise();
  const languageMode = assembly.hello?.languageMode;
  const error = ran.ok ? undefined : ran.error.error;
  return {
    outcomes: assembly.outcomes,
    inputRows: assembly.inputRows,
    asking: assembly.ended ? undefined : assembly.asking,
    started: assembly.hello !== undefined || assembly.outcomes.size > 0 || assembly.inputRows.size > 0,
    ended: assembly.ended,
    damaged: assembly.damaged,
    flushedEach: flushEach,
    timedOut: error?.code === 'scriptTimedOut',
    ...(error !== undefined && error.code !== 'scriptTimedOut' ? { error } : {}),
    refused:
      isScriptRefusal(stderr) || (!assembly.ended && languageMode !== undefined && languageMode !== 'FullLanguage'),
    said: diagnosis(ran.ok ? ran.value.exitCode : undefined, stderr, noise),
  };
}

/** Starts the script in its first form and, where that stays silent, in its second. */
async function firstRun(
  shell: WinrmShell,
  { facts, operationMs, scriptMs }: ScriptGatheringRequest,
  inputs: ScriptInputs,
  remainingMs: () => number,
): Promise<{ readonly run: ScriptRun; readonly command: string }> {
  const start = (command: string, deadlineMs: number): Promise<ScriptRun> =>
    runScript(shell, {
      command,
      facts: inputs.requested(facts, deadlineMs),
      flushEach: false,
      operationMs,
      deadlineMs,
    });
  const run = await start(bootstrapCommand, scriptMs * firstShare);
  const silent = !run.started && !run.refused && !run.timedOut && run.error === undefined;
  if (!silent || remainingMs() < leastRunMs) return { run, command: bootstrapCommand };
  return { run: await start(inputBootstrapCommand, remainingMs() * firstShare), command: inputBootstrapCommand };
}

/**
 * The fact at which a run broke off: the one behind the last that came. A fact missing before that was damaged on its
 * way. Of a run that did not send each fact at once it is the first that can be meant.
 */
function suspectOf(run: ScriptRun, asked: readonly FactName[]): FactName | undefined {
  if (run.ended) return undefined;
  return asked[asked.findLastIndex((name) => run.outcomes.has(name)) + 1];
}

/** Why a fact that was asked in this run did not come. */
function lostFact(run: ScriptRun, isSuspect: boolean): FactOutcome {
  if (run.ended && run.damaged)
    return failedFact('factDamaged', 'What arrived of it did not match its length or hash.');
  if (run.timedOut && isSuspect) {
    const behind = run.flushedEach ? '' : ', or one of the facts behind it,';
    return failedFact('factTimedOut', `It${behind} was being read when the time for the script was over.`);
  }
  const reason = run.timedOut
    ? 'The time for the script was over before it came.'
    : `The script ended before it came, ${run.said}`;
  return failedFact('factNotReceived', reason);
}

/** What is used up in one shell is not so in the next. */
const newShellHelps: ReadonlySet<WinrmErrorCode> = new Set<WinrmErrorCode>(['operationQuota', 'commandQuota']);

/** Asks for some facts in a run of their own, with a frame after each. */
type AskAgain = (facts: readonly FactName[], deadlineMs: number) => Promise<ScriptRun>;

/**
 * Asks again for what did not arrive. A run that breaks off tells by its frames at which fact; that one is put aside and
 * the rest is asked on. Those put aside come last, each alone. Gives the error of the connection where that breaks.
 */
async function askAgain(
  missing: readonly FactName[],
  ask: AskAgain,
  remainingMs: () => number,
): Promise<WinrmError | undefined> {
  const suspects: FactName[] = [];
  let others = missing;
  while (others.length > 0 && remainingMs() >= leastRunMs) {
    const run = await ask(others, Math.max(leastRunMs, remainingMs() * roundShare));
    // A PowerShell that does not start any more tells nothing about any fact.
    if (run.error || !run.started) return run.error;
    if (run.ended) break;
    const suspect = suspectOf(run, others);
    if (suspect !== undefined) suspects.push(suspect);
    others = others.filter((name) => name !== suspect && !run.outcomes.has(name));
  }
  for (const [index, suspect] of suspects.entries()) {
    if (remainingMs() < leastRunMs) return undefined;
    const run = await ask([suspect], Math.max(leastRunMs, remainingMs() / (suspects.length - index)));
    if (run.error || !run.started) return run.error;
  }
  return undefined;
}

/**
 * Asks again about inputs without an answer, after all other facts are there. After a run that broke off every input is
 * announced, which tells the one that hangs: it is given up, and the others are asked on.
 */
async function askInputsAgain(
  inputs: ScriptInputs,
  brokeOff: boolean,
  ask: (facts: readonly RequestedFact[], flushEach: boolean, deadlineMs: number) => Promise<ScriptRun>,
  remainingMs: () => number,
): Promise<WinrmError | undefined> {
  let flushEach = brokeOff;
  for (;;) {
    const left = remainingMs();
    const missing = inputs.missing();
    if (missing.length === 0 || left < leastRunMs) return undefined;
    const before = inputs.answered();
    const deadlineMs = flushEach ? Math.max(leastRunMs, left * roundShare) : left;
    const run = await ask(inputs.requested(missing, deadlineMs), flushEach, deadlineMs);
    if (run.error || !run.started) return run.error;
    if (run.asking !== undefined) inputs.giveUp(run.asking.name, run.asking.input);
    // No answer more than before: asking on would bring none either.
    if (inputs.answered() === before) return undefined;
    flushEach ||= !run.ended;
  }
}

/**
 * Gathers by the collector script in one shell. Facts that did not arrive are asked again with a frame after each, which
 * tells the fact at which a script breaks off; such a fact is asked once more, last and alone. Facts told by a method
 * come last and input by input: one that hangs costs only itself.
 */
export async function gatherByScript(session: WinrmSession, request: ScriptGatheringRequest): Promise<ScriptGathering> {
  const { runId, facts, scriptMs, operationMs, now, known } = request;
  const end = now() + scriptMs;
  const remainingMs = (): number => end - now();
  const openShell = () => session.openShell({ name: `hyperv-rvtools/${runId}`, idleTimeoutMs: shellIdleMs });
  const opened = await openShell();
  if (!opened.ok) {
    if (endsConversation(opened.error)) return { kind: 'broken', error: opened.error, outcomes: new Map() };
    return { kind: 'noShell', error: opened.error };
  }
  let shell = opened.value;
  try {
    const outcomes = new Map<string, FactOutcome>();
    const lost = new Map<string, FactOutcome>();
    let endedBy: string | undefined;
    const outcomeOf = (name: FactName): FactOutcome | undefined =>
      outcomes.get(name) ?? (facts.includes(name) ? undefined : known[name]);
    const inputs = createScriptInputs(facts, outcomeOf, known);
    const plain = facts.filter((name) => !isToldByInput(name));
    const keep = (run: ScriptRun, asked: readonly FactName[]): void => {
      if (!run.ended && !run.timedOut) endedBy ??= run.said;
      for (const [name, outcome] of run.outcomes) outcomes.set(name, outcome);
      inputs.take(run);
      const suspect = suspectOf(run, asked);
      for (const name of asked) if (!run.outcomes.has(name)) lost.set(name, lostFact(run, name === suspect));
    };
    const arrived = (): ReadonlyMap<string, FactOutcome> => new Map([...outcomes, ...inputs.outcomes('broken')]);
    const whole = (): ReadonlyMap<string, FactOutcome> =>
      new Map([...lost, ...outcomes, ...inputs.outcomes('timeOver')]);

    let hasSpoken = false;
    let { run: first, command } = await firstRun(shell, request, inputs, remainingMs);
    if (!first.started && first.error && newShellHelps.has(first.error.code)) {
      await shell.close();
      const again = await openShell();
      if (!again.ok) return { kind: 'broken', error: again.error, outcomes };
      shell = again.value;
      ({ run: first, command } = await firstRun(shell, request, inputs, remainingMs));
    }
    hasSpoken = first.started;
    keep(first, plain);
    if (first.error) return { kind: 'broken', error: first.error, outcomes: arrived() };
    if (first.refused && outcomes.size === 0) return { kind: 'refused', detail: first.said };
    // A run that was ended before its first frame may have hung at a fact: only the next one says hello at once.
    if (!first.started && !first.timedOut) return { kind: 'failed', detail: first.said };

    const missing = plain.filter((name) => !outcomes.has(name));
    const ask: AskAgain = async (asked, deadlineMs) => {
      const requested = inputs.requested(asked, deadlineMs);
      const run = await runScript(shell, { command, facts: requested, flushEach: true, deadlineMs, operationMs });
      hasSpoken ||= run.started;
      if (run.started || run.error) keep(run, asked);
      return run;
    };
    const error = await askAgain(missing, ask, remainingMs);
    if (error) return { kind: 'broken', error, outcomes: arrived() };
    if (!hasSpoken) return { kind: 'failed', detail: `no answer in time, ${first.said}` };

    const askInputs = async (requested: readonly RequestedFact[], flushEach: boolean, deadlineMs: number) => {
      const run = await runScript(shell, { command, facts: requested, flushEach, deadlineMs, operationMs });
      inputs.take(run);
      return run;
    };
    const inputError = await askInputsAgain(inputs, !first.ended, askInputs, remainingMs);
    if (inputError) return { kind: 'broken', error: inputError, outcomes: arrived() };
    return { kind: 'gathered', outcomes: whole(), ...(endedBy === undefined ? {} : { endedBy }) };
  } finally {
    await shell.close();
  }
}
