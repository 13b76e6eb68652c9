import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { HostFacts } from '../collectors/collector.ts';
import { hostFileName, inRun } from '../inventory/file-names.ts';
import type { HostRecord } from '../inventory/host-record.ts';
import { isHostRecord } from '../inventory/host-record-shape.ts';
import type { Store } from '../stores/store.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bytes of JSON; a host of 400 VMs has some 10 MB. */
const longestRecord = 256 * 1024 * 1024;

/** Name of a host's record in the store. */
export const recordName = (runId: string, given: string): string => inRun(runId, hostFileName(given));

/** A record, and the bytes that the store keeps of it. */
export interface StoredRecord {
  readonly record: HostRecord;
  readonly content: Uint8Array;
}

/** What an earlier attempt of this run left of a host; undefined where there is nothing to read. */
export async function readRecord(store: Store, runId: string, given: string): Promise<StoredRecord | undefined> {
  const content = await store.read(recordName(runId, given));
  if (!content) return undefined;
  try {
    const json = await decompress(content, { maxOutputLength: longestRecord });
    const record: unknown = JSON.parse(json.toString('utf8'));
    return isHostRecord(record) && record.host.given === given ? { record, content } : undefined;
  } catch {
    // Spoilt on its disk: as good as none, so that its host is asked again and no other host suffers.
    return undefined;
  }
}

/** What a record does not hold: the run's own words for it. */
export type RunWords = Pick<HostFacts, 'guests' | 'datacenter' | 'sourceRun'>;

/** What the collectors are given of a record. */
export function hostFactsOf(
  {
    host,
    facts,
    collectedAt,
    runId,
    baselineAfter,
  }: Pick<HostRecord, 'host' | 'facts' | 'collectedAt' | 'runId' | 'baselineAfter'>,
  words: RunWords = {},
): HostFacts {
  const presentAfter = baselineAfter && { presentAfter: new Set(baselineAfter.vms.map(({ id }) => id)) };
  return { host: host.host, facts, collectedAt, runId, ...presentAfter, ...words };
}

/** Writes or replaces a host's record; its name in the store. */
export async function writeRecord(store: Store, record: HostRecord): Promise<string> {
  const name = recordName(record.runId, record.host.given);
  await store.write(name, await compress(JSON.stringify(record)));
  return name;
}
