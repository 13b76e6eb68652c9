import type { FinalStatus } from './final-status.ts';
import type { Attempt } from './preflight.ts';
import type { ReportHost, ReportTotals } from './report.ts';
import type { ReportClusters } from './report-clusters.ts';

/** Counts over all hosts of a report. `runMs`: how long the run took. */
export function totalsOf(hosts: readonly ReportHost[], ofClusters: ReportClusters, runMs: number): ReportTotals {
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
