import { columnsWithoutScript } from '../facts/columns-without-script.ts';
import type { FactOutcomes } from '../facts/fact.ts';
import type { ClusterMember } from './cluster-knowledge.ts';
import type { HostEntry } from './host-entry.ts';
import type { HostError } from './host-error.ts';
import type { Baseline, HostRecord } from './host-record.ts';
import { perVmTabs } from './per-vm-tabs.ts';
import type { Attempt, HostIdentity } from './preflight.ts';

/** A VM of at least one baseline. */
export interface ExpectedVm {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
  readonly inBefore: boolean;
  readonly inAfter: boolean;
  /** Msvm_ComputerSystem.EnabledState; null where that baseline has not the VM. */
  readonly stateBefore: number | null;
  readonly stateAfter: number | null;
}

/** A VM that collectors found, though no baseline has it. The name is empty where the facts do not tell it. */
export interface UnexpectedVm {
  readonly id: string;
  readonly name: string;
}

export interface CollectorSummary {
  readonly tab: string;
  readonly status: 'ok' | 'error';
  readonly failedFacts: readonly string[];
  readonly missingFacts: readonly string[];
  readonly rowCount: number;
  readonly coveredCount: number;
  /** Lower-case ids of expected VMs that were not looked at; empty for tabs that are not per VM. */
  readonly notCovered: readonly string[];
  /** Those of them that have a disk whose size is not known. */
  readonly sizeUnknown?: readonly string[];
  readonly unjoined: readonly string[];
  readonly emptyFacts: readonly string[];
}

/** What the report needs of a host's record: no facts, so that a whole fleet's summaries fit in memory. */
export interface HostSummaryForReport {
  /** The run that gathered it: an earlier one where its facts were taken over. */
  readonly runId: string;
  readonly host: HostEntry;
  readonly identity: HostIdentity;
  readonly complete: boolean;
  readonly gatheredBy: 'script' | 'cim';
  /** `tab.column` of what only the script could have read; empty where it ran. */
  readonly columnsWithoutScript: readonly string[];
  /** ISO 8601, UTC; null where that baseline could not be read. */
  readonly baselineBeforeAt: string | null;
  readonly baselineAfterAt: string | null;
  /** First ∪ last baseline, in the order of the first. */
  readonly expected: readonly ExpectedVm[];
  readonly unexpected: readonly UnexpectedVm[];
  /** Lower-case ids of VMs that are replicas here: copies, of which the original lives elsewhere. */
  readonly replicas: readonly string[];
  readonly collectors: readonly CollectorSummary[];
  /** Undefined: nobody looked. */
  readonly cluster?: ClusterMember;
  /** True where at least one fact arrived. */
  readonly anyFact: boolean;
  readonly attempts: readonly Attempt[];
  readonly notes: readonly HostError[];
  readonly error?: HostError;
  readonly collectedAt: string;
}

/** Boils a host's record down to what the report needs; the record can be let go afterwards. */
export function summarizeRecord(record: HostRecord): HostSummaryForReport {
  const expected = expectedVms(record.baselineBefore, record.baselineAfter);
  const expectedIds = new Set(expected.map(({ id }) => id));
  const perVm = record.collectors.filter(({ tab }) => perVmTabs.includes(tab));
  const unexpectedIds = new Set(perVm.flatMap(({ covered }) => covered.filter((id) => !expectedIds.has(id))));
  return {
    runId: record.runId,
    host: record.host,
    identity: record.identity,
    complete: record.complete,
    gatheredBy: record.gatheredBy,
    columnsWithoutScript: columnsWithoutScript(record.facts),
    baselineBeforeAt: record.baselineBefore?.at ?? null,
    baselineAfterAt: record.baselineAfter?.at ?? null,
    expected,
    unexpected: namedVms(unexpectedIds, record.facts),
    replicas: replicaIds(record.facts),
    collectors: record.collectors.map(({ covered, ...collector }) => {
      const coveredIds = new Set(covered);
      const notCovered = perVmTabs.includes(collector.tab) ? expected.filter(({ id }) => !coveredIds.has(id)) : [];
      return { ...collector, coveredCount: coveredIds.size, notCovered: notCovered.map(({ id }) => id) };
    }),
    anyFact: Object.values(record.facts).some(({ status }) => status === 'ok'),
    attempts: record.attempts,
    notes: record.notes,
    ...(record.error ? { error: record.error } : {}),
    collectedAt: record.collectedAt,
  };
}

/** Lower-case ids of the VMs that at least one per-VM collector of the host looked at. */
export function foundVmIds(summary: HostSummaryForReport): ReadonlySet<string> {
  const perVm = summary.collectors.filter(({ tab }) => perVmTabs.includes(tab));
  const missedBy = new Map<string, number>();
  for (const id of perVm.flatMap(({ notCovered }) => notCovered)) missedBy.set(id, (missedBy.get(id) ?? 0) + 1);
  const found = summary.expected.map(({ id }) => id).filter((id) => (missedBy.get(id) ?? 0) < perVm.length);
  return new Set([...found, ...summary.unexpected.map(({ id }) => id)]);
}

function expectedVms(before: Baseline | null, after: Baseline | null): readonly ExpectedVm[] {
  const vms = new Map<string, ExpectedVm>();
  for (const { id, name, state } of before?.vms ?? []) {
    vms.set(id, { id, name, inBefore: true, inAfter: false, stateBefore: state, stateAfter: null });
  }
  for (const { id, name, state } of after?.vms ?? []) {
    const known = vms.get(id) ?? { id, name, inBefore: false, stateBefore: null };
    vms.set(id, { ...known, inAfter: true, stateAfter: state });
  }
  return [...vms.values()];
}

/** Replica, test replica, extended replica: Msvm_ComputerSystem.ReplicationMode 2, 3, 4. */
function replicaIds({ computerSystems: systems }: FactOutcomes): readonly string[] {
  if (systems?.status !== 'ok') return [];
  const idColumn = systems.properties.indexOf('Name');
  const modeColumn = systems.properties.indexOf('ReplicationMode');
  return systems.rows
    .filter((row) => [2, 3, 4].includes(Number(row[modeColumn])))
    .map((row) => String(row[idColumn] ?? '').toLowerCase());
}

/** Names as the VMs' own settings tell them (VirtualSystemIdentifier → ElementName). */
function namedVms(ids: ReadonlySet<string>, facts: FactOutcomes): readonly UnexpectedVm[] {
  if (ids.size === 0) return [];
  const names = new Map<string, string>();
  const systems = facts.virtualSystems;
  if (systems?.status === 'ok') {
    const idColumn = systems.properties.indexOf('VirtualSystemIdentifier');
    const typeColumn = systems.properties.indexOf('VirtualSystemType');
    const nameColumn = systems.properties.indexOf('ElementName');
    for (const row of systems.rows) {
      const id = String(row[idColumn] ?? '').toLowerCase();
      // A checkpoint carries its VM's identifier, but the checkpoint's name.
      if (row[typeColumn] === 'Microsoft:Hyper-V:System:Realized') names.set(id, String(row[nameColumn] ?? ''));
    }
  }
  return [...ids].map((id) => ({ id, name: names.get(id) ?? '' }));
}
