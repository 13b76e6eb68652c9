import type { HostOutcome, HostRecord } from '../inventory/host-record.ts';
import { mayBeNode } from './cluster-answers.ts';
import { recordName } from './host-records.ts';

/** What goes into the run's history of a host that left a record. */
export function outcomeOf(record: HostRecord): HostOutcome {
  const { runId, host, complete, error } = record;
  return {
    given: host.given,
    record: recordName(runId, host.given),
    complete,
    ...(mayBeNode(record) ? { mayBeNode: true } : {}),
    ...(error ? { error } : {}),
  };
}
