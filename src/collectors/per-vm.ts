import type { FactName } from '../facts/fact-table.ts';
import type { CollectedRow, CollectedTab, Collector, FactNeeds, Fleet, HostFacts } from './collector.ts';
import { emptyColumnsOf } from './empty-column.ts';
import { type ExtraColumns, withExtraColumns } from './extra-columns.ts';
import { machinesHere } from './host-figures.ts';
import { factsMissing } from './joins/facts.ts';
import { type JoinedFact, type VirtualMachine, viewHost } from './joins/host-view.ts';
import { type Columns, rowMaker, type VmSubject } from './vm-columns.ts';

/** A collector that knows its header row: a tab without rows has one too. */
export interface TabCollector extends Collector {
  /** In RVTools' order and spelling. */
  readonly columns: readonly string[];
  /** Those of them that are blank in every row, with the reason. */
  readonly emptyColumns: ReadonlyMap<string, string>;
}

/** What makes one VM tab differ from another. */
interface VmTab<Subject extends VmSubject> extends FactNeeds {
  readonly tab: string;
  /** Facts whose rows must all find their owner. */
  readonly joins: readonly JoinedFact[];
  /** Those of them that every VM has. */
  readonly everyVmHas: readonly FactName[];
  /** The rows of a VM: one, or one per device. */
  readonly subjects: (subject: VmSubject) => readonly Subject[];
  /** True: the VM was looked at, and what the tab shows of it was joined. */
  readonly covers: (vm: VirtualMachine) => boolean;
  /** True: it is not covered, because the size of a disk is not known. */
  readonly sizeUnknown?: (vm: VirtualMachine) => boolean;
  readonly columns: Columns<Subject>;
  /** Columns beyond RVTools' own, where the run asks for them. */
  readonly extraColumns?: ExtraColumns;
}

function collect<Subject extends VmSubject>(
  tab: VmTab<Subject>,
  rowOf: (subject: Subject) => CollectedRow,
  given: HostFacts,
  fleet: Fleet,
): CollectedTab {
  const host = viewHost(given);
  const rows = machinesHere(host, fleet).flatMap((vm) => tab.subjects({ vm, host, fleet }).map(rowOf));
  return {
    rows,
    coverage: {
      tab: tab.tab,
      ...factsMissing(given.facts, tab, host),
      rowCount: rows.length,
      covered: host.machines.filter(tab.covers).map((vm) => vm.id),
      ...(tab.sizeUnknown ? { sizeUnknown: host.machines.filter(tab.sizeUnknown).map((vm) => vm.id) } : {}),
      unjoined: host.unjoined.filter((row) => tab.joins.some((fact) => row.startsWith(`${fact}: `))),
      emptyFacts: host.emptyFacts.filter((name) => tab.everyVmHas.includes(name)),
    },
  };
}

/** Makes the collector of a VM tab from its columns. */
export function vmCollector<Subject extends VmSubject>(tab: VmTab<Subject>): TabCollector {
  const { extraColumns } = tab;
  const rowOf = rowMaker(tab.columns);
  const wideRowOf = extraColumns && rowMaker(withExtraColumns(tab.columns, extraColumns, ({ cell }) => cell));
  return {
    tab: tab.tab,
    perVm: true,
    requires: tab.requires,
    optional: tab.optional,
    ...(tab.onlyWhere && { onlyWhere: tab.onlyWhere }),
    ...(tab.mayBeDenied && { mayBeDenied: tab.mayBeDenied }),
    columns: Object.keys(tab.columns),
    emptyColumns: emptyColumnsOf(tab.columns),
    collect: (host, fleet) => collect(tab, (host.options?.extraColumns && wideRowOf) || rowOf, host, fleet),
  };
}
