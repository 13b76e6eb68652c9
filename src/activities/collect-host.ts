import type { Collector } from '../collectors/collector.ts';
import { factsToAsk, hasArrived, mergeFacts } from '../facts/arrived-facts.ts';
import { withEarlierAnswers } from '../facts/earlier-answers.ts';
import type { FactOutcomes } from '../facts/fact.ts';
import { gatherFacts } from '../facts/gathering.ts';
import { type HostError, hostError } from '../inventory/host-error.ts';
import type { HostOutcome, HostRecord } from '../inventory/host-record.ts';
import { summarizeRecord } from '../inventory/host-summary.ts';
import { lateArrivals } from '../inventory/late-arrivals.ts';
import type { Attempt } from '../inventory/preflight.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { firstRecord } from '../inventory/second-record.ts';
import type { Services } from '../services.ts';
import { endsConversation } from '../winrm/winrm-error.ts';
import type { Credential, WinrmSession } from '../winrm/winrm-session.ts';
import { type CancelWatch, watchForCancel } from './cancel-watch.ts';
import { outcomeOf } from './host-outcome.ts';
import { readRecord } from './host-records.ts';
import { openHostSession } from './host-session.ts';
import { type Collected, type HostUnderWay, keep, writeDown } from './keep-record.ts';
import { readBaseline } from './read-baseline.ts';
import { factsOf, requestedCollectors } from './run-collectors.ts';
import { underAccount } from './under-account.ts';

export interface CollectInput extends HostUnderWay {
  /** True: the host is asked once more, from the start, though its record is complete; never twice. */
  readonly again?: boolean;
  readonly options: Pick<
    RunOptions,
    'only' | 'authentication' | 'allowBasicOverHttp' | 'channelBinding' | 'via' | 'waits'
  >;
}

/** Facts are joined by key: those of two attempts further apart than this do not belong together. In milliseconds. */
const longestApartMs = 15 * 60_000;

/**
 * Collects one host in one session: baseline, facts, baseline. What an earlier attempt of this run brought is kept, and
 * only what did not arrive is asked again; after 15 minutes everything is, and what was kept serves only where the new
 * answer does not come. Everything goes to the host's record; what comes back is small.
 * May be repeated: a complete record is not collected again, but for the once that it is asked for.
 */
export async function collectHost(input: CollectInput, services: Services): Promise<HostOutcome> {
  const { runId, host, options } = input;
  const stored = await ownRecord(input, services);
  if (stored?.complete && (!input.again || stored.askedAgain)) return outcomeOf(stored);
  if (await services.isCancelled(runId)) return notAsked(input, stored, hostError('cancelled', host.host));

  const watch = watchForCancel(runId, services);
  const attempts: Attempt[] = [...input.attempts];
  try {
    const need = { host, authentication: options.authentication };
    const tries = await underAccount(need, services, async (credential) => {
      const outcome = await collectOverSession({ ...input, attempts: [...attempts] }, credential, watch, services);
      attempts.push(...(outcome.attempts ?? []));
      return outcome;
    });
    if (!tries.ok) return notAsked(input, stored, tries.error);
    const { last, earlier: refused } = tries.value;
    const unrecorded = [...refused, last].flatMap((outcome) => outcome.attempts ?? []);
    return { ...last, ...(unrecorded.length > 0 ? { attempts: unrecorded } : {}) };
  } finally {
    watch.stop();
  }
}

/** What earlier attempts of this very run left; facts of an earlier run that stand in for them are nothing to build on. */
async function ownRecord({ runId, host }: CollectInput, { store }: Services): Promise<HostRecord | undefined> {
  const record = (await readRecord(store, runId, host.given))?.record;
  return record?.runId === runId ? record : undefined;
}

/** One attempt, on top of what earlier ones left. */
async function collectOverSession(
  input: CollectInput,
  credential: Credential,
  watch: CancelWatch,
  services: Services,
): Promise<HostOutcome> {
  const { host, options } = input;
  const collectors = requestedCollectors(options.only);
  const stored = await ownRecord(input, services);
  // Asked once more, a host begins anew; both records are weighed at the end.
  const first = stored?.complete ? stored : undefined;
  const earlier = first ? undefined : stored;
  const { connectMs, operationMs } = options.waits;
  const settings = { ...options, connectMs, operationMs };
  const session = openHostSession(host, credential, settings, services, watch.signal);
  try {
    const startedAt = services.clock();
    if (first && !(await hasNewVms(first, session, input, startedAt))) {
      const attempt = attemptOf(session, first, startedAt, services.clock());
      return await writeDown(firstRecord(first, [...input.attempts, attempt]), attempt, services);
    }
    const collected = await collect(session, input, { collectors, earlier, watch, clock: services.clock });
    const attempt = attemptOf(session, collected, startedAt, services.clock());
    return await keep(input, { collectors, first, earlier, collected, attempt, services });
  } finally {
    await session.close();
  }
}

/**
 * False: every VM that the host lists was on its list, or among its facts, when it was first asked. Then nothing has
 * moved here: a role that was left behind by a deleted VM must not cost its host a whole collection in every run.
 */
async function hasNewVms(
  first: HostRecord,
  session: WinrmSession,
  { host, options }: CollectInput,
  now: Date,
): Promise<boolean> {
  const list = await readBaseline(session, { host: host.host, timeoutMs: options.waits.operationMs, now });
  const summary = summarizeRecord(first);
  const late = new Set(lateArrivals(summary));
  const known = new Set([...summary.expected, ...summary.unexpected].map(({ id }) => id));
  return !list.ok || list.value.vms.some(({ id }) => !known.has(id) || late.has(id));
}

async function collect(
  session: WinrmSession,
  { runId, host, options }: CollectInput,
  {
    collectors,
    earlier,
    watch,
    clock,
  }: {
    readonly collectors: readonly Collector[];
    readonly earlier: HostRecord | undefined;
    readonly watch: CancelWatch;
    readonly clock: () => Date;
  },
): Promise<Collected> {
  const { scriptMs, operationMs } = options.waits;
  const baseline = () => readBaseline(session, { host: host.host, timeoutMs: operationMs, now: clock() });
  const isOutdated = earlier !== undefined && clock().getTime() - Date.parse(earlier.collectedAt) > longestApartMs;
  const before = earlier?.baselineBefore && !isOutdated ? undefined : await baseline();
  const collected: Collected = {
    baselineBefore: before?.ok ? before.value : (earlier?.baselineBefore ?? null),
    baselineAfter: earlier?.baselineAfter ?? null,
    facts: earlier?.facts ?? {},
    gatheredBy: earlier?.gatheredBy ?? (options.via === 'cim' ? 'cim' : 'script'),
    notes: [],
    collectedAt: earlier?.collectedAt ?? clock().toISOString(),
  };
  const baselineError = before && !before.ok ? before.error : undefined;
  if (baselineError && endsConversation(baselineError))
    return { ...collected, error: whyEnded(baselineError, watch, host.host) };

  const wanted = factsToAsk(factsOf(collectors), (name) => isOutdated || !hasArrived(collected.facts[name]));
  const gathered = await gatherFacts(session, {
    host: host.host,
    runId,
    facts: wanted,
    known: isOutdated ? {} : collected.facts,
    via: options.via,
    scriptMs,
    operationMs,
  });
  const withFacts: Collected = {
    ...collected,
    facts: withEarlierAnswers(mergeFacts(collected.facts, gathered.outcomes), collected.facts),
    gatheredBy: wanted.length > 0 ? gathered.gatheredBy : collected.gatheredBy,
    notes: gathered.notes,
    collectedAt: factsFrom(collected, gathered.outcomes, clock()),
  };
  if (gathered.error && endsConversation(gathered.error))
    return { ...withFacts, error: whyEnded(gathered.error, watch, host.host) };

  const after = await baseline();
  const error = baselineError ?? gathered.error ?? (after.ok ? undefined : after.error);
  return {
    ...withFacts,
    baselineAfter: after.ok ? after.value : withFacts.baselineAfter,
    ...(error ? { error: whyEnded(baselineFailure(error, gathered.error), watch, host.host) } : {}),
  };
}

/** A baseline that failed for a reason of its own says so; its cause stays in the detail and decides about a retry. */
function baselineFailure(error: HostError, gatheringError: HostError | undefined): HostError {
  if (error === gatheringError || endsConversation(error) || error.code === 'noHyperVRights') return error;
  return { ...hostError('baselineFailed', error.host, undefined, error.message), retryable: error.retryable };
}

/** An abort of ours looks like `cancelled` from inside a session, whatever made us abort. */
function whyEnded(error: HostError, watch: CancelWatch, host: string): HostError {
  return watch.reason() === 'deadline'
    ? hostError('scriptTimedOut', host, `${host}: collecting it took longer than one activity may.`, error.detail)
    : error;
}

/** The time of the attempt that brought the VMs' uptimes, for PowerOn is reckoned from both; else of the first facts. */
function factsFrom({ facts, collectedAt }: Collected, later: FactOutcomes, now: Date): string {
  const isFirst = !Object.values(facts).some(hasArrived);
  return isFirst || hasArrived(later.computerSystems) ? now.toISOString() : collectedAt;
}

function attemptOf(
  session: WinrmSession,
  { error, gatheredBy }: Pick<HostRecord, 'error' | 'gatheredBy'>,
  startedAt: Date,
  endedAt: Date,
): Attempt {
  return {
    stage: 'collect',
    startedAt: startedAt.toISOString(),
    durationMs: endedAt.getTime() - startedAt.getTime(),
    outcome: error ? 'failed' : 'ok',
    via: gatheredBy,
    error,
    requests: session.counters.requests,
    connections: session.counters.connections,
  };
}

/** Nothing was asked in this attempt; what earlier ones left stays. */
function notAsked({ host }: CollectInput, earlier: HostRecord | undefined, error: HostError): HostOutcome {
  return earlier ? { ...outcomeOf(earlier), error } : { given: host.given, complete: false, error };
}
