import type { ListedHost } from './cluster-hosts.ts';
import type { KnownClusters } from './cluster-knowledge.ts';
import { defaultCollectorOptions, type HealthLimits, type UnknownSize } from './collector-options.ts';
import { type CoveredBy, coveredByHosts, type HostCoverage, hostCoverage } from './coverage.ts';
import { type FinalStatus, finalStatus, type HostStatus } from './final-status.ts';
import { distinctErrors, type HostError, hostError } from './host-error.ts';
import type { HostOutcome } from './host-record.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import { findDuplicates, type Mention } from './identity.ts';
import type { Attempt, HostIdentity, Preflight } from './preflight.ts';
import {
  type ReportClusters,
  type ReportHostCluster,
  reportClusters,
  reportHostCluster,
  reportKnownVms,
} from './report-clusters.ts';
import { noGuests, type ReportGuests } from './report-guests.ts';
import type { Manifest } from './run-options.ts';
import { type UnseenVm, unseenVms } from './unseen-vms.ts';

/** What a run found, host by host; the summaries are read one record at a time. */
export interface ReportInput {
  readonly manifest: Manifest;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  /** Hosts that were never asked count as cancelled where this is true. */
  readonly cancelled: boolean;
  /** Set where the report is made again from stored facts. */
  readonly exported?: { readonly at: string; readonly exporterVersion: string } | null;
  readonly preflights: readonly Preflight[];
  readonly summaries: readonly HostSummaryForReport[];
  /** What the hosts told of their clusters. Undefined: nobody was asked. */
  readonly clusters?: KnownClusters;
  /** Why a host has no record, where it has none. */
  readonly outcomes: readonly HostOutcome[];
}

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

interface HostFindings {
  readonly preflight: Preflight | undefined;
  readonly identity: HostIdentity;
  readonly summary: HostSummaryForReport | undefined;
  readonly coverage: HostCoverage | undefined;
  readonly error: HostError | undefined;
  readonly attempts: readonly Attempt[];
  readonly result: HostStatus;
  /** Collectors by tab name. */
  readonly requested: readonly string[];
  /** An earlier run that gathered the facts; null: this one, or none. */
  readonly sourceRun: string | null;
}

/** Builds the report of a run: every host of the manifest once, in its order. */
export function buildReport(input: ReportInput): RunReport {
  const { manifest } = input;
  const preflights = new Map(input.preflights.map((preflight) => [preflight.host.given, preflight]));
  const kept = new Map(input.summaries.map((summary) => [summary.host.given, summary]));
  const mentions = manifest.hosts.map((host) => ({
    ...mentionOf(manifest, host, preflights.get(host.given), kept.get(host.given)),
    host,
  }));
  const duplicates = findDuplicates(mentions);
  const coveredBy = coveredByHosts(input.summaries.filter(({ host }) => !duplicates.has(host.given)));
  const listed = mentions.map(({ host, identity }): ListedHost => {
    const summary = duplicates.has(host.given) ? undefined : kept.get(host.given);
    return { host, identity, ...(summary ? { summary } : {}) };
  });
  const machines = listed.filter(({ host }) => !duplicates.has(host.given));
  const clusters: KnownClusters = manifest.options.dryRun ? new Map() : (input.clusters ?? new Map());
  const unseen = unseenVms(clusters, machines).filter(({ leftFrom }) => leftFrom === undefined);
  const outcomes = new Map(input.outcomes.map((outcome) => [outcome.given, outcome]));
  const findings = new Map(
    manifest.hosts.map(({ given }): [string, HostFindings] => {
      const preflight = preflights.get(given);
      const known = {
        given,
        preflight,
        kept: kept.get(given),
        counts: !duplicates.has(given),
        outcome: outcomes.get(given),
        coveredBy,
        notShown: namesOfVmsAt(given, unseen),
      };
      return [given, findingsOf(known, input)];
    }),
  );
  const hosts = manifest.hosts.flatMap((host): ReportHost[] => {
    const first = duplicates.get(host.given);
    const own = findings.get(host.given);
    const deciding = findings.get(first ?? host.given);
    if (!own || !deciding) return [];
    // A second mention need not be collected, and that is no error of its own.
    const told = first === undefined ? own : { ...own, error: own.preflight?.error };
    return [reportHost(host, told, deciding.result, first ?? null)];
  });
  const ofClusters: ReportClusters = {
    ...reportClusters(clusters, { listed, machines }),
    known_not_collected: reportKnownVms(unseen, machines, (given) => findings.get(given)?.result.status),
  };
  return {
    schema_version: 1,
    run_id: manifest.runId,
    trigger: manifest.trigger,
    exporter_version: manifest.exporterVersion,
    state: input.cancelled ? 'cancelled' : 'completed',
    dry_run: manifest.options.dryRun,
    started_at: manifest.startedAt,
    finished_at: input.finishedAt,
    exported: input.exported ? { at: input.exported.at, exporter_version: input.exported.exporterVersion } : null,
    retry_of: manifest.retryOf?.runId ?? null,
    options: {
      only: manifest.options.only,
      coverage_threshold: manifest.options.coverageThreshold,
      allow_partial_ok: manifest.options.allowPartialOk,
      authentication: manifest.options.authentication,
      via: manifest.options.via,
      concurrency: manifest.options.concurrency,
      workbook: manifest.options.workbook,
      csv_tabs: manifest.options.csvTabs ?? false,
      extra_columns: manifest.options.extraColumns ?? false,
      unknown_size: manifest.options.unknownSize ?? defaultCollectorOptions.unknownSize,
      health: manifest.options.health ?? defaultCollectorOptions.health,
      datacenter: manifest.options.datacenter ?? null,
    },
    repeated: manifest.repeated,
    guests: noGuests,
    totals: totalsOf(hosts, ofClusters, Date.parse(input.finishedAt) - Date.parse(manifest.startedAt)),
    ...ofClusters,
    hosts,
  };
}

/** VMs that are at a host by the word of its cluster, by name, or by id where they have none. */
const namesOfVmsAt = (given: string, unseen: readonly UnseenVm[]): readonly string[] =>
  unseen.filter(({ owner }) => owner?.host.given === given).map(({ vm }) => vm.name || vm.id);

/** A host that is silent by now is still the machine that an earlier attempt found there. */
function mentionOf(
  manifest: Manifest,
  host: Manifest['hosts'][number],
  preflight: Preflight | undefined,
  kept: HostSummaryForReport | undefined,
): Mention {
  return {
    host,
    identity: mergedIdentity(preflight?.identity, kept?.identity),
    ...(kept ? { record: kept.complete && !standsIn(kept, manifest) ? 'complete' : 'incomplete' } : {}),
  };
}

/** An earlier run's record of a host that this run has asked in vain. */
const standsIn = ({ runId, host }: HostSummaryForReport, manifest: Manifest): boolean =>
  runId !== manifest.runId && manifest.retryOf?.taken.includes(host.given) === false;

interface KnownOfHost {
  readonly given: string;
  readonly preflight: Preflight | undefined;
  readonly kept: HostSummaryForReport | undefined;
  /** False: a second mention, whose record counts nowhere. */
  readonly counts: boolean;
  readonly outcome: HostOutcome | undefined;
  readonly coveredBy: CoveredBy;
  readonly notShown: readonly string[];
}

function findingsOf(known: KnownOfHost, { manifest, cancelled }: ReportInput): HostFindings {
  const { preflight, kept, outcome, coveredBy, notShown } = known;
  const summary = known.counts ? kept : undefined;
  const { only: requested, dryRun, coverageThreshold, allowPartialOk } = manifest.options;
  const coverage = summary && hostCoverage(summary, { requested, coveredBy });
  const earlier = summary && standsIn(summary, manifest) ? summary : undefined;
  const isOwn = summary !== undefined && earlier === undefined;
  const error = preflight?.error ?? (isOwn ? undefined : withoutRecord(known, { dryRun, cancelled }));
  const result = finalStatus(
    {
      reachable: preflight?.reachable ?? false,
      error,
      summary,
      coverage,
      notShown,
      ...(earlier ? { shownFrom: earlier.runId } : {}),
    },
    { requested, dryRun, coverageThreshold, allowPartialOk },
  );
  const collecting = earlier ? [...earlier.attempts, ...(outcome?.attempts ?? [])] : (kept ?? outcome)?.attempts;
  const attempts = [...(preflight?.attempts ?? []), ...(collecting ?? [])];
  return {
    preflight,
    identity: mergedIdentity(preflight?.identity, kept?.identity),
    summary,
    coverage,
    error: error ?? summary?.error,
    attempts: distinct(attempts),
    result,
    requested,
    sourceRun: summary && summary.runId !== manifest.runId ? summary.runId : null,
  };
}

/** Why there is no record of a host; undefined where none was to be made. */
function withoutRecord(
  { given, preflight, outcome }: KnownOfHost,
  { dryRun, cancelled }: { dryRun: boolean; cancelled: boolean },
): HostError | undefined {
  if (outcome?.error) return outcome.error;
  if (preflight && dryRun) return undefined;
  if (cancelled && !outcome) return hostError('cancelled', given);
  return hostError(preflight ? 'nothingCollected' : 'activityFailed', given);
}

/** The preflight's attempts may stand in the host's record once more. */
function distinct(attempts: readonly Attempt[]): readonly Attempt[] {
  return [...new Map(attempts.map((attempt) => [`${attempt.stage} ${attempt.startedAt}`, attempt])).values()];
}

function reportHost(
  entry: Manifest['hosts'][number],
  { preflight, identity, summary, coverage, error, attempts, requested, sourceRun }: HostFindings,
  { status, reasons }: HostStatus,
  duplicateOf: string | null,
): ReportHost {
  return {
    given: entry.given,
    host: entry.host,
    scheme: entry.scheme,
    port: entry.port,
    credential: entry.credential ?? null,
    identity: reportIdentity(identity),
    reachable: preflight?.reachable ?? false,
    hyper_v: preflight?.hyperV ?? 'unknown',
    final_status: status,
    reasons,
    duplicate_of: duplicateOf,
    error: error ? reportError(error) : null,
    complete: summary?.complete ?? null,
    gathered_by: summary?.gatheredBy ?? null,
    columns_without_script: summary?.columnsWithoutScript ?? [],
    cluster: summary ? reportHostCluster(summary) : null,
    collected_at: summary?.collectedAt ?? null,
    source_run: sourceRun,
    duration_ms: sum(attempts.map(({ durationMs }) => durationMs)),
    attempts: attempts.map(reportAttempt),
    baseline: summary && coverage ? reportBaseline(summary, coverage) : null,
    coverage: coverage?.coverage ?? null,
    collectors: summary && coverage ? reportCollectors(requested, summary, coverage) : [],
    missing_in_baseline: coverage?.missingInBaseline ?? null,
    gaps: (coverage?.gaps ?? []).map(({ vmId, vmName, missingIn, reason }) => {
      return { vm_id: vmId, vm_name: vmName, missing_in: missingIn, reason };
    }),
    unjoined: (summary?.collectors ?? [])
      .filter(({ unjoined, emptyFacts }) => unjoined.length > 0 || emptyFacts.length > 0)
      .map(({ tab, unjoined, emptyFacts }) => ({ tab, rows: unjoined, empty_facts: emptyFacts })),
    notes: distinctErrors([...(preflight?.notes ?? []), ...(summary?.notes ?? [])]).map(reportError),
  };
}

/** What the preflight did not learn, the collection may have. */
function mergedIdentity(preflight: HostIdentity | undefined, collected: HostIdentity | undefined): HostIdentity {
  return {
    fqdn: preflight?.fqdn ?? collected?.fqdn ?? null,
    computerName: preflight?.computerName ?? collected?.computerName ?? null,
    domain: preflight?.domain ?? collected?.domain ?? null,
    smbiosUuid: preflight?.smbiosUuid ?? collected?.smbiosUuid ?? null,
  };
}

function reportIdentity({ fqdn, computerName, domain, smbiosUuid }: HostIdentity): ReportHost['identity'] {
  return { fqdn, computer_name: computerName, domain, smbios_uuid: smbiosUuid };
}

function reportBaseline(summary: HostSummaryForReport, coverage: HostCoverage): ReportBaseline {
  const moved = coverage.moved.map((vm): ReportMovedVm => {
    const { vmId, vmName, inBefore, inAfter, movedTo } = vm;
    return { vm_id: vmId, vm_name: vmName, in_before: inBefore, in_after: inAfter, moved_to: movedTo };
  });
  return {
    before_at: summary.baselineBeforeAt,
    after_at: summary.baselineAfterAt,
    vm_count: coverage.baselineVmCount,
    vms: summary.expected.map(({ id, name, stateBefore, stateAfter }) => {
      return { vm_id: id, vm_name: name, state_before: stateBefore, state_after: stateAfter };
    }),
    moved: moved.filter(({ moved_to }) => moved_to !== null),
    changed: moved.filter(({ moved_to }) => moved_to === null),
  };
}

/** A collector that was asked for and left no trace in the record failed as a whole. */
function reportCollectors(
  requested: readonly string[],
  summary: HostSummaryForReport,
  coverage: HostCoverage,
): readonly ReportCollector[] {
  return requested.map((tab) => {
    const collector = summary.collectors.find((candidate) => candidate.tab === tab);
    const perVm = coverage.collectors.find((candidate) => candidate.tab === tab);
    return {
      tab,
      status: collector?.status ?? 'error',
      row_count: collector?.rowCount ?? 0,
      vm_count: perVm?.vmCount ?? null,
      missing: perVm?.missing ?? null,
      failed_facts: collector?.failedFacts ?? [],
      missing_facts: collector?.missingFacts ?? [],
    };
  });
}

function reportAttempt(attempt: Attempt): ReportAttempt {
  return {
    stage: attempt.stage,
    started_at: attempt.startedAt,
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    via: attempt.via ?? null,
    requests: attempt.requests,
    connections: attempt.connections,
    error: attempt.error ? reportError(attempt.error) : null,
  };
}

function reportError({ code, message, advice, retryable, detail }: HostError): ReportError {
  return { code, message, advice, retryable, ...(detail === undefined ? {} : { detail }) };
}

function totalsOf(hosts: readonly ReportHost[], ofClusters: ReportClusters, runMs: number): ReportTotals {
  const counted = hosts.filter(({ duplicate_of }) => duplicate_of === null);
  const withStatus = (status: FinalStatus): number =>
    counted.filter(({ final_status }) => final_status === status).length;
  const attempts = hosts.flatMap((host) => host.attempts);
  const spentOn = (stage: Attempt['stage']): number =>
    sum(attempts.filter((attempt) => attempt.stage === stage).map(({ duration_ms }) => duration_ms));
  const countOf = (ids: readonly string[]): number => new Set(ids).size;
  const slowest = hosts.reduce<ReportHost | undefined>(
    (slow, host) => (host.duration_ms > (slow?.duration_ms ?? 0) ? host : slow),
    undefined,
  );
  return {
    hosts: hosts.length,
    duplicates: hosts.length - counted.length,
    reachable: counted.filter(({ reachable }) => reachable).length,
    unreachable: counted.filter(({ reachable }) => !reachable).length,
    inventory_ok: withStatus('Inventory OK'),
    inventory_partial: withStatus('Inventory Partial'),
    inventory_empty: withStatus('Inventory Empty'),
    inventory_error: withStatus('Inventory Error'),
    not_collected: withStatus('Not Collected'),
    vms: {
      in_baselines: countOf(counted.flatMap(({ baseline }) => (baseline?.vms ?? []).map(({ vm_id }) => vm_id))),
      with_gaps: countOf(counted.flatMap(({ gaps }) => gaps.map(({ vm_id }) => vm_id))),
      moved: countOf(counted.flatMap(({ baseline }) => (baseline?.moved ?? []).map(({ vm_id }) => vm_id))),
      changed: countOf(counted.flatMap(({ baseline }) => (baseline?.changed ?? []).map(({ vm_id }) => vm_id))),
      missing_in_baseline: sum(counted.map(({ missing_in_baseline }) => missing_in_baseline ?? 0)),
      known_not_collected: ofClusters.known_not_collected.length,
    },
    clusters: {
      told_of: ofClusters.clusters.length,
      nodes_not_listed: ofClusters.cluster_nodes_not_listed.length,
      unread_by_hosts: counted.filter(({ cluster }) => (cluster?.failed_facts ?? []).length > 0).length,
    },
    durations: {
      run_ms: runMs,
      preflight_ms: spentOn('preflight'),
      collect_ms: spentOn('collect'),
      slowest_host: slowest?.given ?? null,
      slowest_host_ms: slowest?.duration_ms ?? 0,
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
