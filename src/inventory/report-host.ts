import type { HostCoverage } from './coverage.ts';
import type { HostStatus } from './final-status.ts';
import { distinctErrors, type HostError } from './host-error.ts';
import type { HostFindings } from './host-findings.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import type { Attempt, HostIdentity } from './preflight.ts';
import type {
  ReportAttempt,
  ReportBaseline,
  ReportCollector,
  ReportError,
  ReportHost,
  ReportMovedVm,
} from './report.ts';
import { reportHostCluster } from './report-clusters.ts';
import type { Manifest } from './run-options.ts';

/** An entry of the host list as the report tells it. `duplicateOf`: the first mention of the same machine, as given. */
export function reportHost(
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
    duration_ms: attempts.reduce((total, { durationMs }) => total + durationMs, 0),
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
