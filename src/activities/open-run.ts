import { inRun, runFiles } from '../inventory/file-names.ts';
import { standsIn } from '../inventory/host-findings.ts';
import type { HostOutcome, HostRecord } from '../inventory/host-record.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { Services } from '../services.ts';
import type { Store } from '../stores/store.ts';
import { usersOf } from './account-users.ts';
import { outcomeOf } from './host-outcome.ts';
import { readRecord, recordName } from './host-records.ts';
import { takenDuplicates, takeOverRecords } from './take-over.ts';

export interface OpenRunInput {
  readonly runId: string;
}

/** A host that an earlier start of this run had finished, or the run that this one retries. */
export interface FinishedHost {
  readonly preflight: Preflight;
  /** Undefined for a second mention of a machine, which leaves no record. */
  readonly outcome?: HostOutcome;
}

export interface OpenRun {
  readonly manifest: Manifest;
  readonly finished: readonly FinishedHost[];
  /** The user behind each account that hosts are asked with, by account name, for the guard against lock-outs. */
  readonly users: Readonly<Record<string, string>>;
}

/** The run's manifest; a run without one is a bug of whoever started it. */
export async function readManifest(store: Store, runId: string): Promise<Manifest> {
  const content = await store.read(inRun(runId, runFiles.manifest));
  if (!content) throw new Error(`Run ${runId} has no ${runFiles.manifest}`);
  return JSON.parse(content.toString('utf8')) as Manifest;
}

/**
 * What a run set out to do, and which of its hosts need not be asked any more. The records that it takes from the run it
 * retries are copied first; a host whose record is not there any more is asked like the others.
 */
export async function openRun({ runId }: OpenRunInput, services: Services): Promise<OpenRun> {
  const { store } = services;
  const manifest = await readManifest(store, runId);
  await takeOverRecords(store, manifest);
  const existing = new Set(await store.list(inRun(runId, 'hosts')));
  const finished: FinishedHost[] = [];
  for (const { given } of manifest.hosts) {
    if (!existing.has(recordName(runId, given))) continue;
    const stored = await readRecord(store, runId, given);
    if (stored?.record.complete && !standsIn(stored.record, manifest)) finished.push(finishedHost(stored.record));
  }
  const byGiven = new Set(finished.map(({ preflight }) => preflight.host.given));
  const duplicates = await takenDuplicates(store, manifest, byGiven);
  return {
    manifest,
    finished: [...finished, ...duplicates.map((preflight) => ({ preflight }))],
    users: await usersOf(manifest.hosts, manifest.options, services),
  };
}

function finishedHost(record: HostRecord): FinishedHost {
  const { host, identity, attempts } = record;
  return {
    preflight: {
      host,
      reachable: true,
      identity,
      hyperV: 'usable',
      notes: [],
      attempts: attempts.filter(({ stage }) => stage === 'preflight'),
    },
    outcome: outcomeOf(record),
  };
}
