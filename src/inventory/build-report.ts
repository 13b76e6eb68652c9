import type { ListedHost } from './cluster-hosts.ts';
import type { KnownClusters } from './cluster-knowledge.ts';
import { defaultCollectorOptions } from './collector-options.ts';
import { coveredByHosts } from './coverage.ts';
import { findingsOf, type HostFindings, mentionOf } from './host-findings.ts';
import type { HostOutcome } from './host-record.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import { findDuplicates } from './identity.ts';
import type { Preflight } from './preflight.ts';
import type { ReportHost, RunReport } from './report.ts';
import { type ReportClusters, reportClusters, reportKnownVms } from './report-clusters.ts';
import { noGuests } from './report-guests.ts';
import { reportHost } from './report-host.ts';
import { totalsOf } from './report-totals.ts';
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
