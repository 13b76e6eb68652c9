import type { Collector } from '../collectors/collector.ts';
import { withEarlierAnswers } from '../facts/earlier-answers.ts';
import type { FactErrorCode, FactOutcome, FactOutcomes } from '../facts/fact.ts';
import { declarationOf, type FactName } from '../facts/fact-table.ts';
import { gatherFacts } from '../facts/gathering.ts';
import { hasUnansweredInputs } from '../facts/input-rows.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { distinctErrors, type HostError, hostError } from '../inventory/host-error.ts';
import type { Baseline, HostOutcome, HostRecord } from '../inventory/host-record.ts';
import { summarizeRecord } from '../inventory/host-summary.ts';
import { lateArrivals } from '../inventory/late-arrivals.ts';
import type { Attempt, HostIdentity } from '../inventory/preflight.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { firstRecord, secondRecord } from '../inventory/second-record.ts';
import type { Services } from '../services.ts';
import { outlastStore } from '../stores/outlast.ts';
import { StoreError } from '../stores/store-error.ts';
import { endsConversation } from '../winrm/winrm-error.ts';
import type { Credential, WinrmSession } from '../winrm/winrm-session.ts';
import { type CancelWatch, watchForCancel } from './cancel-watch.ts';
import { outcomeOf } from './host-outcome.ts';
import { readRecord, writeRecord } from './host-records.ts';
import { openHostSession } from './host-session.ts';
import { readBaseline } from './read-baseline.ts';
import { coverageOf, factsOf, requestedCollectors } from './run-collectors.ts';
import { underAccount } from './under-account.ts';

export interface CollectInput {
  readonly runId: string;
  readonly host: HostEntry;
  readonly identity: HostIdentity;
  /** Attempts at the host so far that no record holds: its preflight's, and those that left nothing behind. */
  readonly attempts: readonly Attempt[];
  /** What its preflight had to work around; kept in the record, because a resumed run has no preflight of it. */
  readonly notes: readonly HostError[];
  /** True: the host is asked once more, from the start, though its record is complete; never twice. */
  readonly again?: boolean;
  readonly options: Pick<
    RunOptions,
    'only' | 'authentication' | 'allowBasicOverHttp' | 'channelBinding' | 'via' | 'waits'
  >;
}

/** What one attempt brought, on top of what earlier ones had. */
interface Collected {
  readonly baselineBefore: Baseline | null;
  readonly baselineAfter: Baseline | null;
  readonly facts: FactOutcomes;
  readonly gatheredBy: 'script' | 'cim';
  readonly notes: readonly HostError[];
  readonly collectedAt: string;
  readonly error?: HostError;
}

/** A fact with one of these did not arrive; any other outcome is the host's answer. */
const notArrived: ReadonlySet<FactErrorCode> = new Set<FactErrorCode>([
  'factNotReceived',
  'factTimedOut',
  'factDamaged',
]);

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
    facts: mergeFacts(collected.facts, gathered.outcomes),
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

/** What is asked of the rows of another fact is asked of its new rows too; what it has told already stays. */
function factsToAsk(facts: readonly FactName[], isWanted: (name: FactName) => boolean): readonly FactName[] {
  const wanted = new Set<string>();
  for (const name of facts) {
    const declaration = declarationOf(name);
    if (isWanted(name) || ('inputs' in declaration && declaration.inputs.from.some(({ fact }) => wanted.has(fact))))
      wanted.add(name);
  }
  return facts.filter((name) => wanted.has(name));
}

/** A fact told input by input has arrived once every input is answered. */
const hasArrived = (outcome: FactOutcome | undefined): boolean =>
  outcome !== undefined &&
  !(outcome.status === 'failed' && notArrived.has(outcome.error.code)) &&
  !hasUnansweredInputs(outcome);

/** The time of the attempt that brought the VMs' uptimes, for PowerOn is reckoned from both; else of the first facts. */
function factsFrom({ facts, collectedAt }: Collected, later: FactOutcomes, now: Date): string {
  const isFirst = !Object.values(facts).some(hasArrived);
  return isFirst || hasArrived(later.computerSystems) ? now.toISOString() : collectedAt;
}

/** What has arrived is never replaced by something that has not. */
function mergeFacts(earlier: FactOutcomes, later: FactOutcomes): FactOutcomes {
  const isNews = (outcome: FactOutcome, known: FactOutcome | undefined): boolean =>
    hasArrived(outcome) || (!hasArrived(known) && !(known?.status === 'ok' && outcome.status !== 'ok'));
  const news = Object.entries(later).filter(([name, outcome]) => isNews(outcome, earlier[name]));
  return { ...earlier, ...Object.fromEntries(news) };
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

async function keep(
  { runId, host, identity, attempts, notes: preflightNotes }: CollectInput,
  {
    collectors,
    first,
    earlier,
    collected,
    attempt,
    services,
  }: {
    readonly collectors: readonly Collector[];
    /** The complete record that this attempt was made beside. */
    readonly first: HostRecord | undefined;
    readonly earlier: HostRecord | undefined;
    readonly collected: Collected;
    readonly attempt: Attempt;
    readonly services: Services;
  },
): Promise<HostOutcome> {
  const { error, collectedAt, notes, ...rest } = collected;
  const facts = first ? withEarlierAnswers(collected.facts, first.facts) : collected.facts;
  const isNothing = !rest.baselineBefore && !Object.values(facts).some(({ status }) => status === 'ok');
  // A host that dropped out at once leaves nothing worth a file; its attempts travel with the outcome.
  if (isNothing && !earlier && !first && error)
    return { given: host.given, complete: false, error, attempts: [attempt] };
  const latest: HostRecord = {
    schemaVersion: 1,
    runId,
    host,
    identity,
    complete: error === undefined,
    ...rest,
    facts,
    collectors: coverageOf(collectors, {
      host: host.host,
      facts,
      collectedAt,
      ...(rest.baselineAfter ? { presentAfter: new Set(rest.baselineAfter.vms.map(({ id }) => id)) } : {}),
    }),
    attempts: [...(earlier?.attempts ?? attempts), attempt],
    notes: distinctErrors([...(earlier?.notes ?? []), ...preflightNotes, ...notes]),
    ...(error ? { error } : {}),
    collectedAt,
  };
  return await writeDown(first ? secondRecord(first, latest) : latest, attempt, services);
}

/** `attempt`: travels with the outcome where the record cannot be written. */
async function writeDown(record: HostRecord, attempt: Attempt, services: Services): Promise<HostOutcome> {
  const { host } = record;
  try {
    await outlastStore(services.storePausesMs, () => writeRecord(services.store, record));
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown;
    // Waiting and asking the host again would not make room on a disk; a storage account may be back by then.
    const failed = { ...hostError('storeFailed', host.host, undefined, thrown.message), retryable: thrown.passing };
    return { given: host.given, complete: false, error: failed, attempts: [attempt] };
  }
  return outcomeOf(record);
}

/** Nothing was asked in this attempt; what earlier ones left stays. */
function notAsked({ host }: CollectInput, earlier: HostRecord | undefined, error: HostError): HostOutcome {
  return earlier ? { ...outcomeOf(earlier), error } : { given: host.given, complete: false, error };
}
