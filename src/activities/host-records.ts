import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { hostFileName, inRun } from '../inventory/file-names.ts';
import type { HostRecord } from '../inventory/host-record.ts';
import type { Store } from '../stores/store.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Name of a host's record in the store. */
export const recordName = (runId: string, given: string): string => inRun(runId, hostFileName(given));

/** A record and what it weighs in the store, in bytes. */
export interface StoredRecord {
  readonly record: HostRecord;
  readonly size: number;
}

/** What an earlier attempt of this run left of a host; undefined where there is nothing to read. */
export async function readRecord(store: Store, runId: string, given: string): Promise<StoredRecord | undefined> {
  const content = await store.read(recordName(runId, given));
  if (!content) return undefined;
  try {
    const record = JSON.parse((await decompress(content)).toString('utf8')) as HostRecord | null;
    return record?.schemaVersion === 1 ? { record, size: content.length } : undefined;
  } catch {
    // Spoilt on its disk: as good as none, so that its host is asked again and no other host suffers.
    return undefined;
  }
}

/** Writes or replaces a host's record; its name in the store. */
export async function writeRecord(store: Store, record: HostRecord): Promise<string> {
  const name = recordName(record.runId, record.host.given);
  await store.write(name, await compress(JSON.stringify(record)));
  return name;
}
