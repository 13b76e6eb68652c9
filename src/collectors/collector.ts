import type { FactOutcomes } from '../facts/fact.ts';
import type { FactName } from '../facts/fact-table.ts';
import type { CollectorOptions } from '../inventory/collector-options.ts';
import type { GuestKnowledge } from '../inventory/guests.ts';
import type { CollectorCoverage } from '../inventory/host-record.ts';
import type { HostView } from './joins/host-view.ts';
import type { Hardware, VmTotals } from './node-figures.ts';
import type { FleetDatastore } from './shared-datastores.ts';
import type { FleetFolders } from './shared-folders.ts';
import type { FleetMac } from './shared-macs.ts';
import type { FleetSwitch } from './shared-switches.ts';

/** A cell: text, a number, a date (UTC), or null for a blank. RVTools booleans are the texts `True` and `False`. */
export type Cell = string | number | Date | null;
/** A row by column name; every column of the tab is present. */
export type TabRow = Readonly<Record<string, Cell>>;

/** What a collector is given of one host. */
export interface HostFacts {
  /** The host as it was asked: the fallback for its name. */
  readonly host: string;
  readonly facts: FactOutcomes;
  /** ISO 8601, UTC. */
  readonly collectedAt: string;
  /** The run that gathered the facts; runs of later start have later ids. */
  readonly runId?: string;
  /** The same, where that is an earlier run than the one whose workbook is made. */
  readonly sourceRun?: string;
  /** What others than the guests themselves tell of them, by lower-case VM id. */
  readonly guests?: ReadonlyMap<string, GuestKnowledge>;
  /** What stands in the column Datacenter, where the user names one. */
  readonly datacenter?: string;
  /** Lower-case ids of the VMs on the host's last list; undefined where that list is not known. */
  readonly presentAfter?: ReadonlySet<string>;
  /** Default: those of a run that asks for nothing else. */
  readonly options?: CollectorOptions;
}

/** What a node of a cluster tells for the rows of the whole. */
export interface FleetNode extends Hardware, VmTotals {
  readonly fqdn: string;
  readonly shortName: string;
}

/** A VM of which nothing but this is known. */
export interface FleetUnseenVm {
  readonly name: string;
  readonly ownerNode: string | null;
}

/** What several hosts share, known once every host's record was read. */
export interface Fleet {
  /** Lower-case cluster FQDN → VI SDK UUID. */
  readonly clusterUuids: ReadonlyMap<string, string>;
  /**
   * Lower-case VM id → FQDN of the host whose row keeps the id; the others get a derived one. Only ids that several
   * hosts show are in it.
   */
  readonly owners: ReadonlyMap<string, string>;
  /** Lower-case VM id → FQDNs of hosts that it left for another host of the run: their rows of it are stale. */
  readonly departed: ReadonlyMap<string, ReadonlySet<string>>;
  /** Lower-case cluster FQDN → FQDN of the host that speaks for it where it has one row. */
  readonly clusterSpeakers: ReadonlyMap<string, string>;
  /** Lower-case cluster FQDN → those of its nodes that were read. */
  readonly nodes: ReadonlyMap<string, readonly FleetNode[]>;
  /** Lower-case cluster FQDN → the switches that all those nodes have under one name. */
  readonly switches: ReadonlyMap<string, readonly FleetSwitch[]>;
  /** Lower-case name → a datastore that several hosts may see. */
  readonly datastores: ReadonlyMap<string, FleetDatastore>;
  readonly folders: FleetFolders;
  /** MAC address, as in vNetwork → the VMs that have it. Only those that VMs of several hosts have are in it. */
  readonly macs: ReadonlyMap<string, readonly FleetMac[]>;
  /** Lower-case cluster FQDN → VMs that it knows, but no host of the run showed. */
  readonly unseenVms: ReadonlyMap<string, readonly FleetUnseenVm[]>;
}

/** A row on its way to the workbook. */
export interface CollectedRow {
  readonly cells: TabRow;
}

export interface CollectedTab {
  readonly rows: readonly CollectedRow[];
  readonly coverage: CollectorCoverage;
}

/** What a tab is made from. */
export interface FactNeeds {
  /** Each has to be there: where one failed, or the host has not its class, the collector counts as `error`. */
  readonly requires: readonly FactName[];
  /** A host may lack their classes: some cells are blank then. One that failed makes the collector `error` as well. */
  readonly optional: readonly FactName[];
  /** Facts that are looked at only where something of the host is so: elsewhere it costs nothing that they failed. */
  readonly onlyWhere?: Readonly<Partial<Record<FactName, (host: HostView) => boolean>>>;
  /**
   * Facts that an account of least privilege may not read. What they would tell is blank, and vHealth says why, but the
   * collector does not count as `error`: no further attempt would bring them.
   */
  readonly mayBeDenied?: readonly FactName[];
}

/** One RVTools tab: pure functions from facts to its rows. */
export interface Collector extends FactNeeds {
  /** The tab's name, as RVTools spells it. */
  readonly tab: string;
  /** True: one row (or look) per VM, so that it has a coverage. */
  readonly perVm: boolean;
  collect(host: HostFacts, fleet: Fleet): CollectedTab;
}
