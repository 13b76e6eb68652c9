import type { Fleet, FleetUnseenVm, HostFacts } from '../collectors/collector.ts';
import { buildFleet, type FleetMember, summarize } from '../collectors/fleet.ts';
import { type GuestsOfHost, guestsOf } from '../collectors/guest-knowledge.ts';
import { coverageCsv } from '../exports/coverage-csv.ts';
import { missingVmsCsv } from '../exports/missing-vms-csv.ts';
import { reportJson } from '../exports/report-json.ts';
import { buildReport } from '../inventory/build-report.ts';
import type { KnownCluster, KnownClusters } from '../inventory/cluster-knowledge.ts';
import { hostFileName, inRun, knownGuestsFile, runFiles } from '../inventory/file-names.ts';
import { type GuestSighting, type HostGuests, tellGuests } from '../inventory/guests.ts';
import { hostError } from '../inventory/host-error.ts';
import type { HostOutcome } from '../inventory/host-record.ts';
import { type HostSummaryForReport, summarizeRecord } from '../inventory/host-summary.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { RunReport } from '../inventory/report.ts';
import { reportGuests } from '../inventory/report-guests.ts';
import { retryList } from '../inventory/retry-list.ts';
import type { ExportOptions, Manifest, RunOptions } from '../inventory/run-options.ts';
import type { RunFile } from '../inventory/run-state.ts';
import type { Services } from '../services.ts';
import type { Store } from '../stores/store.ts';
import { learnClusterOf } from './cluster-answers.ts';
import { type FleetReference, toFleetReference } from './fleet-reference.ts';
import { readKnownGuests, readStatedGuests, rememberGuests, writeToldGuests } from './guest-files.ts';
import { hostFactsOf, readRecord, recordName } from './host-records.ts';
import { readManifest } from './open-run.ts';
import { coverageOf, requestedCollectors } from './run-collectors.ts';
import { fallBackOnEarlierRecords } from './take-over.ts';

export interface WriteReportInput {
  readonly runId: string;
  readonly preflights: readonly Preflight[];
  readonly outcomes: readonly HostOutcome[];
  /** Set where a finished run's files are made again. */
  readonly again?: ReportAgain;
}

/** What a report that is made again takes from the first one, and what it is made with now. */
export interface ReportAgain {
  readonly finishedAt: string;
  readonly cancelled: boolean;
  /** ISO 8601, UTC. */
  readonly exportedAt: string;
  readonly exporterVersion: string;
  readonly options: ExportOptions & Pick<RunOptions, 'only'>;
}

export interface WrittenReport {
  /** Everything of the run that is written by now. */
  readonly files: readonly RunFile[];
  /** `given` of the hosts whose rows belong in the workbook, in the order of the host list. */
  readonly collected: readonly string[];
  readonly fleet: FleetReference;
}

/** Writes report, CSVs and retry file. Reads each host's record once; only summaries are held. May be repeated. */
export async function writeReport(input: WriteReportInput, services: Services): Promise<WrittenReport> {
  const { runId, preflights, outcomes, again } = input;
  const { store, clock } = services;
  const manifest = await manifestOf(input, store);
  // Whoever looks on must not take the files of before for complete while they are made again.
  if (again) await store.remove(inRun(runId, runFiles.state));
  else await fallBackOnEarlierRecords(store, manifest, askedInVain(input));
  const { summaries, clusters, fleetHosts, files, unreadable, guests, sightings } = await readRecords(store, manifest, {
    judgeAnew: !!again,
  });
  const report = buildReport({
    manifest,
    finishedAt: again?.finishedAt ?? clock().toISOString(),
    cancelled:
      again?.cancelled ??
      ([...preflights, ...outcomes].some(({ error }) => error?.code === 'cancelled') ||
        (await services.isCancelled(runId))),
    exported: again ? { at: again.exportedAt, exporterVersion: again.exporterVersion } : null,
    preflights,
    summaries,
    clusters,
    outcomes: [
      ...outcomes.filter(({ given }) => !unreadable.has(given)),
      ...[...unreadable].map((given) => withSpoiltRecord(given, outcomes)),
    ],
  });
  const counting = new Set(report.hosts.filter((host) => host.duplicate_of === null).map(({ given }) => given));
  const known = await readKnownGuests(store);
  const stated = await readStatedGuests(store, runId);
  const told = tellGuests(
    guests.filter(({ given }) => counting.has(given)),
    known.known,
    // A dry run sees no VM: what is stated of one is not wrong for that.
    report.dry_run ? [] : stated.stated,
  );
  const toldSize = await writeToldGuests(store, runId, told.told);
  const unusable = [...(known.trouble ? [knownGuestsFile] : []), ...(stated.trouble ? [runFiles.statedGuests] : [])];
  const written = await writeFiles(store, runId, { ...report, guests: reportGuests(told, unusable) });
  await keepSightings(services, runId, sightings);
  const collected = report.hosts
    .map(({ given }) => given)
    .filter((given) => counting.has(given) && fleetHosts.has(given));
  const fleet = buildFleet(
    collected.flatMap((given) => fleetHosts.get(given) ?? []),
    unseenByCluster(report),
  );
  const guestFiles = [
    { name: runFiles.toldGuests, size: toldSize },
    { name: runFiles.statedGuests, size: stated.size },
  ].flatMap(({ name, size }): RunFile[] => (size === null ? [] : [{ name, size }]));
  return { files: [...files, ...written, ...guestFiles], collected, fleet: toFleetReference(fleet) };
}

/** Hosts that told nothing whole; a second mention of a machine, which is not asked, is none of them. */
function askedInVain({ preflights, outcomes }: WriteReportInput): (given: string) => boolean {
  const ready = preflights.filter(({ reachable, error }) => reachable && !error).map(({ host }) => host.given);
  const failed = outcomes.filter(({ complete }) => !complete).map(({ given }) => given);
  const [isReady, hasFailed] = [new Set(ready), new Set(failed)];
  return (given) => !isReady.has(given) || hasFailed.has(given);
}

function unseenByCluster({ known_not_collected }: RunReport): Fleet['unseenVms'] {
  const byCluster = new Map<string, FleetUnseenVm[]>();
  for (const { cluster_fqdn, vm_name, vm_id, owner_node } of known_not_collected) {
    const vms = byCluster.get(cluster_fqdn) ?? [];
    vms.push({ name: vm_name || vm_id, ownerNode: owner_node });
    byCluster.set(cluster_fqdn, vms);
  }
  return byCluster;
}

async function manifestOf({ runId, again }: WriteReportInput, store: Store): Promise<Manifest> {
  const manifest = await readManifest(store, runId);
  return { ...manifest, options: { ...manifest.options, ...again?.options } };
}

/** `judgeAnew`: what the collectors make of the facts now counts, not what they made of them when they were gathered. */
async function readRecords(
  store: Store,
  { runId, hosts, options }: Manifest,
  { judgeAnew }: { readonly judgeAnew: boolean },
): Promise<{
  readonly summaries: readonly HostSummaryForReport[];
  readonly clusters: KnownClusters;
  readonly fleetHosts: ReadonlyMap<string, FleetMember>;
  readonly files: readonly RunFile[];
  /** `given` of the hosts whose record is there, but spoilt. */
  readonly unreadable: ReadonlySet<string>;
  readonly guests: readonly HostGuests[];
  readonly sightings: readonly GuestSighting[];
}> {
  const existing = new Set(await store.list(inRun(runId, 'hosts')));
  const summaries: HostSummaryForReport[] = [];
  const clusters = new Map<string, KnownCluster>();
  const fleetHosts = new Map<string, FleetMember>();
  const files: RunFile[] = [];
  const guests: HostGuests[] = [];
  const sightings: GuestSighting[] = [];
  const unreadable = new Set<string>();
  const collectors = requestedCollectors(options.only);
  for (const { given } of hosts) {
    if (!existing.has(recordName(runId, given))) continue;
    const stored = await readRecord(store, runId, given);
    if (!stored) {
      unreadable.add(given);
      continue;
    }
    const { record, content } = stored;
    const facts = hostFactsOf(record);
    const summary = summarizeRecord(judgeAnew ? { ...record, collectors: coverageOf(collectors, facts) } : record);
    summaries.push({ ...summary, cluster: learnClusterOf(record, facts, clusters) });
    const member = fleetMember(facts);
    if (member) {
      fleetHosts.set(given, member.fleet);
      guests.push({ given, ...member.guests });
      sightings.push(...member.guests.sightings);
    }
    files.push({ name: hostFileName(given), size: content.length });
  }
  return { summaries, clusters, fleetHosts, files, unreadable, guests, sightings };
}

/** What was collected was lost again on its disk: that is no fault of the host. */
function withSpoiltRecord(given: string, outcomes: readonly HostOutcome[]): HostOutcome {
  const { error, attempts } = outcomes.find((outcome) => outcome.given === given) ?? {};
  const lost = hostError('storeFailed', given, undefined, 'the record of the host cannot be read');
  return { given, complete: false, error: error ?? lost, ...(attempts ? { attempts } : {}) };
}

/** One host's odd facts must not take the report of all others along; its collectors have counted as failed already. */
function fleetMember(facts: HostFacts): { readonly fleet: FleetMember; readonly guests: GuestsOfHost } | undefined {
  try {
    return { fleet: summarize(facts), guests: guestsOf(facts) };
  } catch {
    return undefined;
  }
}

/**
 * Remembers the guests that told something, beside the runs. Read again just before: another run may have ended in the
 * meantime. What cannot be kept costs later runs some names, and this one nothing. A spoilt file is replaced; one that its
 * disk does not give now is left alone, for it may be whole.
 */
async function keepSightings(
  { store, log }: Services,
  runId: string,
  sightings: readonly GuestSighting[],
): Promise<void> {
  if (sightings.length === 0) return;
  try {
    await rememberGuests(store, sightings);
  } catch (thrown) {
    log({ event: 'knownGuestsNotKept', runId, reason: thrown instanceof Error ? thrown.message : 'unknown' });
  }
}

async function writeFiles(store: Store, runId: string, report: RunReport): Promise<readonly RunFile[]> {
  const contents: readonly (readonly [string, string])[] = [
    [runFiles.coverage, coverageCsv(report)],
    [runFiles.missingVms, missingVmsCsv(report)],
    [runFiles.retryHosts, retryList(report)],
    [runFiles.report, reportJson(report)],
  ];
  for (const [name, content] of contents) await store.write(inRun(runId, name), content);
  return contents.map(([name, content]) => ({ name, size: Buffer.byteLength(content) }));
}
