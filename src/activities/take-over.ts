import { inRun, runFiles } from '../inventory/file-names.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { RunReport } from '../inventory/report.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { storedPreflight } from '../inventory/stored-findings.ts';
import type { Store } from '../stores/store.ts';
import { readRecord, recordName } from './host-records.ts';

/**
 * Copies into a run the records of the hosts that it takes from the run it retries, so that its files are whole without
 * that one's. A record keeps the id of the run that gathered it. May be repeated.
 */
export async function takeOverRecords(store: Store, { runId, retryOf }: Manifest): Promise<void> {
  if (!retryOf) return;
  const existing = new Set(await store.list(inRun(runId, 'hosts')));
  for (const given of retryOf.taken) {
    if (existing.has(recordName(runId, given))) continue;
    const source = await readRecord(store, retryOf.runId, given);
    if (!source?.record.complete) continue;
    await store.write(recordName(runId, given), source.content);
  }
}

/**
 * Keeps for the hosts that were asked again in vain what the retried run has of them, so that a host which is down by now
 * costs the workbook nothing that was known. What was told now stands, unless it broke off where the earlier record is
 * whole. Such a record is not this run's own: a run that goes on asks its host all the same. May be repeated.
 */
export async function fallBackOnEarlierRecords(
  store: Store,
  { runId, retryOf, hosts }: Manifest,
  isInVain: (given: string) => boolean,
): Promise<void> {
  if (!retryOf) return;
  const taken = new Set(retryOf.taken);
  for (const { given } of hosts) {
    if (taken.has(given) || !isInVain(given)) continue;
    const source = await readRecord(store, retryOf.runId, given);
    if (!source) continue;
    const own = (await readRecord(store, runId, given))?.record;
    if (own && (own.complete || !source.record.complete)) continue;
    await store.write(recordName(runId, given), source.content);
  }
}

/** Second mentions of machines whose record was taken over: they left no record, and are not asked either. */
export async function takenDuplicates(
  store: Store,
  { hosts, retryOf }: Manifest,
  finished: ReadonlySet<string>,
): Promise<readonly Preflight[]> {
  if (!retryOf) return [];
  const taken = new Set(retryOf.taken);
  const content = await store.read(inRun(retryOf.runId, runFiles.report));
  if (!content) return [];
  const report = JSON.parse(content.toString('utf8')) as RunReport;
  const told = new Map(report.hosts.map((host) => [host.given, host]));
  return hosts.flatMap((entry) => {
    const host = told.get(entry.given);
    if (!host?.duplicate_of || !taken.has(entry.given) || !finished.has(host.duplicate_of)) return [];
    return [storedPreflight(host, entry)];
  });
}
