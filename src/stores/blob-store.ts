import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BlobRequestConditions, BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { type BlobPlace, blobError, serviceCodeOf } from './blob-error.ts';
import { contentHeaders } from './blob-headers.ts';
import type { OpenFile, Store } from './store.ts';
import { StoreError } from './store-error.ts';
import { assertStoreName, isStoreName } from './store-name.ts';
import { withStoreErrors } from './store-stream.ts';

/** Bytes of one block, and how many are under way at a time: what a streamed upload holds in memory. */
const blockSize = 8 * 1024 * 1024;
const blocksAtATime = 2;
/** A download that breaks is taken up again where it broke, so many times. */
const downloadRetries = 3;
/** A download of which nothing arrives for so long is given up, in milliseconds. */
const stalledAfterMs = 60_000;
/** How often `update` begins anew because others wrote meanwhile. */
const updateTries = 20;

/** Metadata that tells whose file it is, where an answer was lost and the SDK asked again. */
const writerKey = 'writer';

/**
 * A store in a blob container, which is made with the first write. A file is put or committed as a whole: what breaks on
 * the way leaves no blob, only blocks that the service drops after a week. Failures of service and network throw a
 * {@link StoreError}.
 */
export function blobStore(container: ContainerClient): Store {
  const place = `container ${container.containerName} of ${new URL(container.url).host}`;
  const unlessBroken = async <Value>(blob: Omit<BlobPlace, 'place'>, call: () => Promise<Value>): Promise<Value> => {
    try {
      return await call();
    } catch (error) {
      throw blobError({ ...blob, place }, error);
    }
  };
  const writing = async <Value>(name: string, write: (blob: BlockBlobClient) => Promise<Value>): Promise<Value> => {
    assertStoreName(name);
    const blob = { file: name, doing: 'written' } as const;
    return await unlessBroken(blob, async () => {
      await made(container, { ...blob, place });
      try {
        return await write(container.getBlockBlobClient(name));
      } catch (error) {
        // Removed meanwhile: the next write makes it again.
        if (serviceCodeOf(error) === 'ContainerNotFound') madeContainers.delete(container);
        throw error;
      }
    });
  };
  const reading = async <Value>(name: string, read: (blob: BlockBlobClient) => Promise<Value>) => {
    assertStoreName(name);
    const blob = container.getBlockBlobClient(name);
    return await unlessBroken({ file: name, doing: 'read' }, () => unlessMissing(() => read(blob)));
  };
  const openBlob = async (name: string): Promise<(OpenFile & { readonly etag?: string }) | undefined> =>
    await reading(name, async (blob) => {
      const {
        readableStreamBody,
        contentLength = 0,
        etag,
      } = await blob.download(0, undefined, {
        maxRetryRequests: downloadRetries,
      });
      // The types allow for browsers, where there is no such stream.
      const source = readableStreamBody instanceof Readable ? readableStreamBody : Readable.from([]);
      const explain = (error: unknown) => brokenDownload({ file: name, doing: 'read', place }, error);
      return { size: contentLength, etag, content: withStoreErrors(source, explain, stalledAfterMs) };
    });
  const list = async <Value>(folder: string, names: (prefix: string) => AsyncIterable<Value>): Promise<Value[]> => {
    if (folder !== '') assertStoreName(folder);
    const prefix = folder === '' ? '' : `${folder}/`;
    const all = () =>
      unlessMissing(async () => {
        const found: Value[] = [];
        for await (const name of names(prefix)) found.push(name);
        return found;
      });
    return (await unlessBroken({ file: folder, doing: 'read' }, all)) ?? [];
  };

  return {
    async write(name, content) {
      await writing(name, (blob) => upload(blob, content));
    },
    async create(name, content) {
      return await writing(name, (blob) => create(blob, content));
    },
    async update(name, change) {
      for (let tries = 1; tries <= updateTries; tries += 1) {
        const file = await openBlob(name);
        const next = await change(file && (await buffer(file.content)));
        if (next === undefined) return;
        const conditions = file ? { ifMatch: file.etag } : { ifNoneMatch: '*' };
        if (await writing(name, (blob) => unlessTaken(() => put(blob, next, { conditions })))) return;
      }
      throw new StoreError({
        code: 'storeConflict',
        file: name,
        doing: 'written',
        place,
        systemCode: 'ConditionNotMet',
      });
    },
    async read(name) {
      const file = await openBlob(name);
      return file && (await buffer(file.content));
    },
    async open(name) {
      const file = await openBlob(name);
      return file && { size: file.size, content: file.content };
    },
    async exists(name) {
      return (await reading(name, (blob) => blob.exists())) ?? false;
    },
    async list(folder) {
      const blobs = await list(folder, (prefix) => container.listBlobsFlat({ prefix }));
      return withoutFolders(blobs.map(({ name }) => name).filter(isStoreName)).sort();
    },
    async folders(parent) {
      const items = await list(parent, (prefix) => container.listBlobsByHierarchy('/', { prefix }));
      const start = parent === '' ? 0 : parent.length + 1;
      const prefixes = items.flatMap((item) => (item.kind === 'prefix' ? [item.name.slice(start, -1)] : []));
      return prefixes.filter(isStoreName).sort();
    },
    async remove(name) {
      assertStoreName(name);
      const blob = container.getBlockBlobClient(name);
      const remove = () => blob.deleteIfExists({ deleteSnapshots: 'include' });
      await unlessBroken({ file: name, doing: 'written' }, () => unlessMissing(remove));
    },
  };
}

/** Containers that are known to be there, or being made: once for each client. */
const madeContainers = new WeakMap<ContainerClient, Promise<void>>();

async function made(container: ContainerClient, blob: BlobPlace): Promise<void> {
  const making = madeContainers.get(container) ?? makeContainer(container, blob);
  madeContainers.set(container, making);
  try {
    await making;
  } catch (error) {
    madeContainers.delete(container);
    throw error;
  }
}

/** Whoever may write blobs need not be allowed to make containers: then one that is there will do. */
async function makeContainer(container: ContainerClient, blob: BlobPlace): Promise<void> {
  try {
    await container.createIfNotExists();
  } catch (error) {
    if (!isForbidden(error)) throw error;
    // Where it may not even be looked at, the write itself will tell.
    if (await container.exists().catch(() => true)) return;
    throw new StoreError({ ...blob, code: 'storeContainerMissing', systemCode: serviceCodeOf(error) ?? 'forbidden' });
  }
}

async function upload(blob: BlockBlobClient, content: Parameters<Store['write']>[1]): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    await put(blob, content);
    return;
  }
  const source = Readable.from(buffersOf(content));
  try {
    await blob.uploadStream(source, blockSize, blocksAtATime, { blobHTTPHeaders: headersFor(blob) });
  } finally {
    source.destroy();
  }
}

interface PutOptions {
  readonly conditions?: BlobRequestConditions;
  readonly metadata?: Record<string, string>;
}

async function put(blob: BlockBlobClient, content: string | Uint8Array, options: PutOptions = {}): Promise<void> {
  // Bytes are not copied: the records of 32 hosts may be under way at a time.
  await blob.uploadData(typeof content === 'string' ? Buffer.from(content) : content, {
    ...options,
    blobHTTPHeaders: headersFor(blob),
    blockSize,
    maxSingleShotSize: blockSize,
    concurrency: blocksAtATime,
  });
}

/** False where there is such a blob already, unless it is our own: the answer to the first try may have been lost. */
async function create(blob: BlockBlobClient, content: string): Promise<boolean> {
  const writer = randomUUID();
  const options = { conditions: { ifNoneMatch: '*' }, metadata: { [writerKey]: writer } };
  if (await unlessTaken(() => put(blob, content, options))) return true;
  const found = await unlessMissing(() => blob.getProperties());
  return found?.metadata?.[writerKey] === writer;
}

const headersFor = (blob: BlockBlobClient) => {
  const { contentType, contentEncoding, contentDisposition } = contentHeaders(blob.name);
  return {
    blobContentType: contentType,
    blobContentEncoding: contentEncoding,
    blobContentDisposition: contentDisposition,
  };
};

/** An account with a hierarchical namespace lists its folders as blobs of their own. */
function withoutFolders(names: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const name of names) {
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) folders.add(name.slice(0, at));
  }
  return names.filter((name) => !folders.has(name));
}

async function* buffersOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of content) yield Buffer.from(buffer, byteOffset, byteLength);
}

/** True once it was put; false where a condition stood against it. */
async function unlessTaken(put: () => Promise<void>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch (error) {
    if (/^(BlobAlreadyExists|ConditionNotMet)$/.test(serviceCodeOf(error) ?? '')) return false;
    throw error;
  }
}

async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (/^(BlobNotFound|ContainerNotFound|HTTP 404)$/.test(serviceCodeOf(error) ?? '')) return undefined;
    throw error;
  }
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'statusCode' in error && (error.statusCode === 403 || error.statusCode === 401);

/** Whatever ends a download early, it was the way to the account. */
function brokenDownload(blob: BlobPlace, error: unknown): unknown {
  const known = blobError(blob, error);
  if (known instanceof StoreError || !(error instanceof Error)) return known;
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new StoreError({ ...blob, code: 'storeUnreachable', systemCode });
}
