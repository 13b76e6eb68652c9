import type { HealthLimits, UnknownSize } from './collector-options.ts';
import type { FinalStatus } from './final-status.ts';
import type { Preflight } from './preflight.ts';
import type { ReportClusters, ReportHostCluster } from './report-clusters.ts';
import type { ReportGuests } from './report-guests.ts';
import type { Manifest } from './run-options.ts';

export interface ReportError {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly retryable: boolean;
  readonly detail?: string;
}

export interface ReportAttempt {
  readonly stage: 'preflight' | 'collect';
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly duration_ms: number;
  readonly outcome: 'ok' | 'failed';
  readonly via: 'script' | 'cim' | null;
  readonly requests: number;
  readonly connections: number;
  readonly error: ReportError | null;
}

export interface ReportVm {
  readonly vm_id: string;
  readonly vm_name: string;
  /** Msvm_ComputerSystem.EnabledState; null where that baseline has not the VM. */
  readonly state_before: number | null;
  readonly state_after: number | null;
}

export interface ReportMovedVm {
  readonly vm_id: string;
  readonly vm_name: string;
  readonly in_before: boolean;
  readonly in_after: boolean;
  /** The host of the run, as given, that covered the VM. */
  readonly moved_to: string | null;
}

export interface ReportBaseline {
  /** ISO 8601, UTC; null where that baseline could not be read. */
  readonly before_at: string | null;
  readonly after_at: string | null;
  readonly vm_count: number;
  readonly vms: readonly ReportVm[];
  /** In one baseline only, or in none, and covered by another host of the run. */
  readonly moved: readonly ReportMovedVm[];
  /** In one baseline only, and covered by no other host of the run. */
  readonly changed: readonly ReportMovedVm[];
}

export interface ReportCollector {
  readonly tab: string;
  readonly status: 'ok' | 'error';
  readonly row_count: number;
  /** VMs looked at, and expected VMs that were not; null for a tab that is not per VM. */
  readonly vm_count: number | null;
  readonly missing: number | null;
  readonly failed_facts: readonly string[];
  readonly missing_facts: readonly string[];
}

export interface ReportGap {
  readonly vm_id: string;
  readonly vm_name: string;
  readonly missing_in: readonly string[];
  readonly reason: string;
}

export interface ReportUnjoined {
  readonly tab: string;
  /** Settings rows that belong to no known VM, `fact: InstanceID`. */
  readonly rows: readonly string[];
  /** Facts that every VM has, yet without a row. */
  readonly empty_facts: readonly string[];
}

export interface ReportHost {
  readonly given: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  readonly credential: string | null;
  readonly identity: {
    readonly fqdn: string | null;
    readonly computer_name: string | null;
    readonly domain: string | null;
    readonly smbios_uuid: string | null;
  };
  readonly reachable: boolean;
  readonly hyper_v: Preflight['hyperV'];
  readonly final_status: FinalStatus;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  /** The first mention of the same machine, as given; everything but the preflight is told there. */
  readonly duplicate_of: string | null;
  readonly error: ReportError | null;
  readonly complete: boolean | null;
  readonly gathered_by: 'script' | 'cim' | null;
  /** `tab.column` that stay blank, or less exact, because the host was gathered without the script. */
  readonly columns_without_script: readonly string[];
  /** Null where nothing was collected. */
  readonly cluster: ReportHostCluster | null;
  readonly collected_at: string | null;
  /** The run that gathered the facts, where that is not this one. */
  readonly source_run: string | null;
  readonly duration_ms: number;
  readonly attempts: readonly ReportAttempt[];
  readonly baseline: ReportBaseline | null;
  /** From 0 to 1; null where nothing was collected. */
  readonly coverage: number | null;
  readonly collectors: readonly ReportCollector[];
  readonly missing_in_baseline: number | null;
  readonly gaps: readonly ReportGap[];
  readonly unjoined: readonly ReportUnjoined[];
  readonly notes: readonly ReportError[];
}

export interface ReportTotals {
  /** All entries; second mentions of a machine count under `duplicates` and nowhere else. */
  readonly hosts: number;
  readonly duplicates: number;
  readonly reachable: number;
  readonly unreachable: number;
  readonly inventory_ok: number;
  readonly inventory_partial: number;
  readonly inventory_empty: number;
  readonly inventory_error: number;
  readonly not_collected: number;
  readonly vms: {
    /** Different VM ids of all baselines. */
    readonly in_baselines: number;
    /** Different VM ids that a gap names. */
    readonly with_gaps: number;
    readonly moved: number;
    readonly changed: number;
    readonly missing_in_baseline: number;
    /** Known to a cluster, and shown by no host. */
    readonly known_not_collected: number;
  };
  readonly clusters: {
    /** Clusters that a host of the run told of. */
    readonly told_of: number;
    readonly nodes_not_listed: number;
    /** Hosts whose cluster, if they are in one, could not be read as a whole. */
    readonly unread_by_hosts: number;
  };
  readonly durations: {
    /** Of the run, from its start to this report. */
    readonly run_ms: number;
    /** Sums over all attempts of all hosts. */
    readonly preflight_ms: number;
    readonly collect_ms: number;
    readonly slowest_host: string | null;
    readonly slowest_host_ms: number;
  };
}

/** `hyperv_run_report.json`; `src/exports/report.schema.json` says the same to other programs. */
export interface RunReport extends ReportClusters {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly trigger: Manifest['trigger'];
  readonly exporter_version: string;
  readonly state: 'completed' | 'cancelled';
  readonly dry_run: boolean;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly finished_at: string;
  /** When, and by which version, the files were made again from stored facts; null: by the run itself. */
  readonly exported: { readonly at: string; readonly exporter_version: string } | null;
  /** The run whose hosts were asked again; null: no retry. */
  readonly retry_of: string | null;
  readonly options: {
    readonly only: readonly string[];
    readonly coverage_threshold: number;
    readonly allow_partial_ok: boolean;
    readonly authentication: string;
    readonly via: string;
    readonly concurrency: number;
    readonly workbook: boolean;
    readonly csv_tabs: boolean;
    readonly extra_columns: boolean;
    readonly unknown_size: UnknownSize;
    readonly health: HealthLimits;
    readonly datacenter: string | null;
  };
  /** Entries that were given more than once, as given. */
  readonly repeated: readonly string[];
  readonly totals: ReportTotals;
  /** Guests of which others than themselves told. */
  readonly guests: ReportGuests;
  /** In the order of the host list; every host asked for is here, whatever happened. */
  readonly hosts: readonly ReportHost[];
}
