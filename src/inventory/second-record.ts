import { distinctErrors } from './host-error.ts';
import type { Baseline, BaselineVm, HostRecord } from './host-record.ts';

/**
 * What is kept of a host that was asked once more after its record was complete: the second record where it is no worse
 * than the first, else the first. Either tells the attempts of both, and that the host was asked twice.
 */
export function secondRecord(first: HostRecord, second: HostRecord): HostRecord {
  const kept = firstRecord(first, second.attempts);
  if (isWorse(second, first)) return kept;
  return {
    ...second,
    baselineBefore: withVmsOf(first, second.baselineBefore),
    notes: distinctErrors([...first.notes, ...second.notes]),
    attempts: kept.attempts,
    askedAgain: true,
  };
}

/** The first record as it stands, where the host had nothing better to tell. */
export const firstRecord = (first: HostRecord, attempts: HostRecord['attempts']): HostRecord => ({
  ...first,
  attempts: [...first.attempts, ...attempts.filter((attempt) => !isAmong(attempt, first.attempts))],
  askedAgain: true,
});

const isAmong = ({ stage, startedAt }: HostRecord['attempts'][number], attempts: HostRecord['attempts']): boolean =>
  attempts.some((known) => known.stage === stage && known.startedAt === startedAt);

/** Not whole, without a list of VMs that the first had, or with a collector that fails and did not before. */
function isWorse(second: HostRecord, first: HostRecord): boolean {
  if (!second.complete || (!second.baselineBefore && first.baselineBefore)) return true;
  if (!second.baselineAfter && first.baselineAfter) return true;
  const wasWell = new Set(first.collectors.filter(({ status }) => status === 'ok').map(({ tab }) => tab));
  return second.collectors.some(({ tab, status }) => status === 'error' && wasWell.has(tab));
}

/** A VM that the host listed when it was first asked is expected still: gone by now, it left during the run. */
function withVmsOf({ baselineBefore, baselineAfter }: HostRecord, before: Baseline | null): Baseline | null {
  if (before === null) return null;
  const vms = new Map<string, BaselineVm>();
  for (const vm of [baselineBefore, baselineAfter, before].flatMap((list) => list?.vms ?? [])) vms.set(vm.id, vm);
  return { at: before.at, vms: [...vms.values()] };
}
