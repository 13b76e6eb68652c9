import type { FactOutcomes } from '../facts/fact.ts';
import type { CollectedRow, CollectedTab, FactNeeds, Fleet, HostFacts } from './collector.ts';
import { emptyColumnsOf } from './empty-column.ts';
import { factsMissing } from './joins/facts.ts';
import { viewHost } from './joins/host-view.ts';
import type { TabCollector } from './per-vm.ts';
import { type Columns, type HostSubject, rowMaker } from './vm-columns.ts';

/** A host with its facts, from which a tab draws its rows. */
export interface HostSource extends HostSubject {
  readonly facts: FactOutcomes;
  readonly given: HostFacts;
}

/** What makes one tab that is not about VMs differ from another. */
interface HostTab<Subject extends HostSubject> extends FactNeeds {
  readonly tab: string;
  /** The rows of a host: none, one, or one per device. */
  readonly subjects: (source: HostSource) => readonly Subject[];
  readonly columns: Columns<Subject>;
}

function collect<Subject extends HostSubject>(
  tab: HostTab<Subject>,
  rowOf: (subject: Subject) => CollectedRow,
  given: HostFacts,
  fleet: Fleet,
): CollectedTab {
  const source: HostSource = { host: viewHost(given), fleet, facts: given.facts, given };
  const rows = tab.subjects(source).map(rowOf);
  return {
    rows,
    coverage: {
      tab: tab.tab,
      ...factsMissing(given.facts, tab, source.host),
      rowCount: rows.length,
      // Such a tab looks at no VM, and has no part in coverage.
      covered: [],
      unjoined: [],
      emptyFacts: [],
    },
  };
}

/** Makes the collector of a tab about hosts, their devices, or what several of them share. */
export function hostCollector<Subject extends HostSubject>(tab: HostTab<Subject>): TabCollector {
  const rowOf = rowMaker(tab.columns);
  return {
    tab: tab.tab,
    perVm: false,
    requires: tab.requires,
    optional: tab.optional,
    ...(tab.onlyWhere && { onlyWhere: tab.onlyWhere }),
    ...(tab.mayBeDenied && { mayBeDenied: tab.mayBeDenied }),
    columns: Object.keys(tab.columns),
    emptyColumns: emptyColumnsOf(tab.columns),
    collect: (host, fleet) => collect(tab, rowOf, host, fleet),
  };
}

/** The facts that every tab about hosts is made from: who the host is, and in which cluster. */
export const hostColumnFacts = ['hostSystem', 'hostProduct', 'clusters', 'clusterIdentity'] as const;
