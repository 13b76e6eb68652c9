import type { FactOutcomes } from '../facts/fact.ts';
import type { HostEntry } from './host-entry.ts';
import type { HostError } from './host-error.ts';
import type { Attempt, HostIdentity } from './preflight.ts';

/** One VM of the host's own list. */
export interface BaselineVm {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
  /** Msvm_ComputerSystem.EnabledState. */
  readonly state: number;
}

/** The host's own list of VMs, read over WS-Man CIM, independent of the facts. */
export interface Baseline {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly vms: readonly BaselineVm[];
}

/** What one collector made of a host's facts. */
export interface CollectorCoverage {
  readonly tab: string;
  readonly status: 'ok' | 'error';
  /** Facts that finally failed, each as `fact: code`: what they would have told is blank, and blank is not nothing. */
  readonly failedFacts: readonly string[];
  /**
   * Facts that this way of gathering cannot give (`notAvailableByCim`), or that the account may not read where a tab can
   * do without: no failure, but their columns are blank.
   */
  readonly missingFacts: readonly string[];
  readonly rowCount: number;
  /** Lower-case ids of the VMs that were looked at. */
  readonly covered: readonly string[];
  /** Lower-case ids of VMs that were looked at, but not covered, because the size of a disk is not known. */
  readonly sizeUnknown?: readonly string[];
  /** Settings rows that no VM, checkpoint, planned VM, switch or template claims: `fact: InstanceID`. */
  readonly unjoined: readonly string[];
  /** Facts which every VM has (processors, memory) that came back without a row, though there are VMs. */
  readonly emptyFacts: readonly string[];
}

/** `hosts/<host>.json.gz`: everything a host gave, as it came. */
export interface HostRecord {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly host: HostEntry;
  readonly identity: HostIdentity;
  /** False: the host dropped out, and what is here is what had arrived. Such a host is asked again by --resume. */
  readonly complete: boolean;
  readonly gatheredBy: 'script' | 'cim';
  readonly baselineBefore: Baseline | null;
  readonly baselineAfter: Baseline | null;
  readonly facts: FactOutcomes;
  readonly collectors: readonly CollectorCoverage[];
  readonly attempts: readonly Attempt[];
  readonly notes: readonly HostError[];
  /** True: it was complete and asked once more, for VMs that its cluster knows and no host had shown. */
  readonly askedAgain?: boolean;
  /** Why the host is not complete, or nothing usable came. */
  readonly error?: HostError;
  /** ISO 8601, UTC: when the facts were gathered; PowerOn is reckoned from it. */
  readonly collectedAt: string;
}

/** What the orchestrator keeps of a host: small, because it goes into the history (claim check). */
export interface HostOutcome {
  readonly given: string;
  /** The record's name in the store; undefined where nothing was kept. */
  readonly record?: string;
  readonly complete: boolean;
  /** True: it is a node of a cluster, or may be one. */
  readonly mayBeNode?: boolean;
  readonly error?: HostError;
  /** Attempts at a host of which no record was kept; those of the others stand in the record. */
  readonly attempts?: readonly Attempt[];
}
