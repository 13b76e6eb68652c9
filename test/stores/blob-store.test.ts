import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobCall, blobService } from '../../src/stores/blob-service.ts';
import { blobStore } from '../../src/stores/blob-store.ts';
import { type Azurite, startAzurite } from '../fixtures/azurite.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.stop());

/** A container that is not there yet, and what is asked of its account. */
async function newContainer() {
  const calls: BlobCall[] = [];
  const onCall = (call: BlobCall) => calls.push(call);
  const service = await blobService({ connectionString: azurite.connectionString }, { onCall });
  const container = service.getContainerClient(`test-${randomUUID()}`);
  return { container, store: blobStore(container), calls };
}

const propertiesOf = async (container: ContainerClient, name: string) => {
  const { contentType, contentEncoding, contentDisposition } = await container.getBlobClient(name).getProperties();
  return { contentType, contentEncoding, contentDisposition };
};

/** Bytes that buffers in use take: without what is only not collected yet, which a busy machine has more of. */
function bytesHeld(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe('a file in a blob container', () => {
  it.each([
    ['r/run.json', 'application/json; charset=utf-8', 'run.json'],
    ['r/host_inventory_coverage.csv', 'text/csv; charset=utf-8', 'host_inventory_coverage.csv'],
    ['r/targets_retry_hosts.txt', 'text/plain; charset=utf-8', 'targets_retry_hosts.txt'],
    [
      'r/RVTools_export_all_2026-11-23_02.00.00.xlsx',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'RVTools_export_all_2026-11-23_02.00.00.xlsx',
    ],
    ['r/RVTools_export_all_2026-11-23_02.00.00.zip', 'application/zip', 'RVTools_export_all_2026-11-23_02.00.00.zip'],
    ['r/unknown', 'application/octet-stream', 'unknown'],
  ])('is told to browsers for what it is: %s', async (name, contentType, file) => {
    const { container, store } = await newContainer();
    await store.write(name, Readable.from([Buffer.from('streamed')]));
    const headers = { contentType, contentEncoding: undefined, contentDisposition: `attachment; filename="${file}"` };
    expect(await propertiesOf(container, name)).toEqual(headers);
    await store.write(name, 'at once');
    expect(await propertiesOf(container, name)).toEqual(headers);
  });

  it("opens in a browser as JSON where it is a host's packed record, and stays packed for everybody else", async () => {
    const { container, store } = await newContainer();
    const packed = gzipSync('{"host":"hv1"}');
    await store.write('r/hosts/hv1.json.gz', packed);
    expect(await propertiesOf(container, 'r/hosts/hv1.json.gz')).toEqual({
      contentType: 'application/json; charset=utf-8',
      contentEncoding: 'gzip',
      contentDisposition: 'attachment; filename="hv1.json"',
    });
    expect(await store.read('r/hosts/hv1.json.gz')).toEqual(packed);
    const downloaded = await container.getBlobClient('r/hosts/hv1.json.gz').downloadToBuffer();
    expect(gunzipSync(downloaded).toString()).toBe('{"host":"hv1"}');
  });

  it('is written from a stream in blocks, with no more in memory than some of them', async () => {
    const { store, calls } = await newContainer();
    const piece = Buffer.alloc(1024 * 1024, 7);
    const pieces = 48;
    let given = 0;
    let most = 0;
    const before = bytesHeld();
    await store.write(
      'r/large.xlsx',
      (async function* () {
        for (; given < pieces; given += 1) {
          most = Math.max(most, bytesHeld() - before);
          yield Buffer.from(piece);
        }
      })(),
    );
    expect(calls.filter(({ operation }) => operation === 'block').length).toBe(pieces / 8);
    expect(calls.filter(({ operation }) => operation === 'blocklist')).toHaveLength(1);
    expect(most).toBeLessThan(40 * 1024 * 1024);
    const file = await store.open('r/large.xlsx');
    let size = 0;
    for await (const chunk of file?.content ?? []) size += (chunk as Buffer).length;
    expect([file?.size, size]).toEqual([pieces * piece.length, pieces * piece.length]);
  });

  it('costs one call to write and one to read, but for the container at the very first', async () => {
    const { store, calls } = await newContainer();
    await store.write('r/a', 'x');
    expect(calls).toHaveLength(2);
    calls.length = 0;
    await store.write('r/hosts/hv1.json.gz', Buffer.alloc(2_000_000));
    await store.read('r/a');
    await store.exists('r/a');
    await store.create('r/b', 'x');
    expect(calls.map(({ method, path }) => `${method} ${path.replace(/^\/[^/]+/, '')}`)).toEqual([
      'PUT /r/hosts/hv1.json.gz',
      'GET /r/a',
      'HEAD /r/a',
      'PUT /r/b',
    ]);
  });

  it('goes into its container anew where somebody has removed that one', async () => {
    const { container, store } = await newContainer();
    await store.write('r/a', 'x');
    await container.delete();
    expect(await store.read('r/a')).toBeUndefined();
    expect(await store.list('r')).toEqual([]);
    await expect(store.write('r/a', 'y')).rejects.toMatchObject({ code: 'storeContainerMissing' });
    await store.write('r/a', 'y');
    expect((await store.read('r/a'))?.toString()).toBe('y');
  });

  it('that somebody holds a lease on is named as such, with what to do', async () => {
    const { container, store } = await newContainer();
    await store.write('r/run.json', 'x');
    await container.getBlobClient('r/run.json').getBlobLeaseClient().acquireLease(15);
    const refused = expect(store.write('r/run.json', 'y')).rejects;
    await refused.toMatchObject({ code: 'storeLeased', file: 'r/run.json', systemCode: 'LeaseIdMissing' });
  });

  it('is told from the folders that an account with a hierarchical namespace lists beside it', async () => {
    const { container, store } = await newContainer();
    await store.write('r/hosts/hv1.json.gz', 'x');
    for (const folder of ['r', 'r/hosts']) await container.getBlockBlobClient(folder).upload('', 0);
    await store.write('r/hosts.txt', 'x');
    expect(await store.list('')).toEqual(['r/hosts.txt', 'r/hosts/hv1.json.gz']);
    expect(await store.list('r/hosts')).toEqual(['r/hosts/hv1.json.gz']);
  });

  it('is not shown where it was put in by others under a name that no store has', async () => {
    const { container, store } = await newContainer();
    await store.write('r/a', 'x');
    await container.getBlockBlobClient('r/odd?name').upload('x', 1);
    await container.getBlockBlobClient('odd:/x').upload('x', 1);
    expect(await store.list('')).toEqual(['r/a']);
    expect(await store.folders('')).toEqual(['r']);
  });
});
