import type { Collector } from '../collectors/collector.ts';
import { withEarlierAnswers } from '../facts/earlier-answers.ts';
import type { FactOutcomes } from '../facts/fact.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { distinctErrors, type HostError, hostError } from '../inventory/host-error.ts';
import type { Baseline, HostOutcome, HostRecord } from '../inventory/host-record.ts';
import type { Attempt, HostIdentity } from '../inventory/preflight.ts';
import { secondRecord } from '../inventory/second-record.ts';
import type { Services } from '../services.ts';
import { outlastStore } from '../stores/outlast.ts';
import { StoreError } from '../stores/store-error.ts';
import { outcomeOf } from './host-outcome.ts';
import { hostFactsOf, writeRecord } from './host-records.ts';
import { coverageOf } from './run-collectors.ts';

/** A host, and what the run knows of it before it is collected. */
export interface HostUnderWay {
  readonly runId: string;
  readonly host: HostEntry;
  readonly identity: HostIdentity;
  /** Attempts at the host so far that no record holds: its preflight's, and those that left nothing behind. */
  readonly attempts: readonly Attempt[];
  /** What its preflight had to work around; kept in the record, because a resumed run has no preflight of it. */
  readonly notes: readonly HostError[];
}

/** What one attempt brought, on top of what earlier ones had. */
export interface Collected {
  readonly baselineBefore: Baseline | null;
  readonly baselineAfter: Baseline | null;
  readonly facts: FactOutcomes;
  readonly gatheredBy: 'script' | 'cim';
  readonly notes: readonly HostError[];
  readonly collectedAt: string;
  readonly error?: HostError;
}

/** Makes a host's record of what an attempt brought, and writes it. */
export async function keep(
  { runId, host, identity, attempts, notes: preflightNotes }: HostUnderWay,
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
    collectors: coverageOf(
      collectors,
      hostFactsOf({ runId, host, facts, collectedAt, baselineAfter: rest.baselineAfter }),
    ),
    attempts: [...(earlier?.attempts ?? attempts), attempt],
    notes: distinctErrors([...(earlier?.notes ?? []), ...preflightNotes, ...notes]),
    ...(error ? { error } : {}),
    collectedAt,
  };
  return await writeDown(first ? secondRecord(first, latest) : latest, attempt, services);
}

/** `attempt`: travels with the outcome where the record cannot be written. */
export async function writeDown(record: HostRecord, attempt: Attempt, services: Services): Promise<HostOutcome> {
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
