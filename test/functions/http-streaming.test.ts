import { request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { type Forwarded, type StreamingWorker, startStreamingWorker } from './streaming-worker.ts';

const runId = '20261123T020000Z-7f3a9c';
const name = 'RVTools_export_all_2026-11-23_02.00.00.xlsx';
const mebibyte = 1024 * 1024;

/** The file of the run that is fetched next. */
let file: { readonly size: number; readonly content: Readable };

const store: Partial<Store> = {
  list: async () => [`${runId}/${name}`],
  open: async () => file,
  read: async () => undefined,
};

let worker: StreamingWorker;
beforeAll(async () => {
  worker = await startStreamingWorker(async () => {
    const { registerFunctions } = await import('../../src/functions/register-functions.ts');
    registerFunctions(() => ({ store }) as Services);
  });
});

const fetchFile = (): Forwarded =>
  worker.begin({
    functionName: 'runFiles',
    method: 'GET',
    path: `/api/runs/${runId}/files/${name}`,
    params: { runId, name },
  });

/** A workbook of so many MiB, and how much of it has been read. */
function workbook(mebibytes: number, failing?: Error): { readonly content: Readable; readonly read: () => number } {
  let read = 0;
  const content = Readable.from(
    (async function* () {
      for (; read < mebibytes; read++) yield Buffer.alloc(mebibyte, 1);
      if (failing) throw failing;
    })(),
    { objectMode: false, highWaterMark: 0 },
  );
  return { content, read: () => read };
}

/** The head of the answer, and its body, unread. */
const answerTo = ({ url, headers }: Forwarded): Promise<Readable & { readonly statusCode?: number }> =>
  new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, resolve).once('error', reject).end();
  });

describe('a file that is fetched through the worker of the Functions host', () => {
  it('arrives whole', async () => {
    const { content } = workbook(40);
    file = { size: 40 * mebibyte, content };
    const call = fetchFile();
    const answer = await answerTo(call);
    expect(answer.statusCode).toBe(200);
    expect((await buffer(answer)).length).toBe(40 * mebibyte);
    expect(await call.invocation).toBeUndefined();
  });

  it('is read no faster than its caller takes it: a slow one does not fill the memory of the app', async () => {
    const { content, read } = workbook(120);
    file = { size: 120 * mebibyte, content };
    const call = fetchFile();
    const answer = await answerTo(call);
    // Whatever fits into the sockets has been read once nothing more is read for a while.
    for (let before = -1; before !== read(); ) {
      before = read();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(read()).toBeLessThan(60);
    expect((await buffer(answer)).length).toBe(120 * mebibyte);
    expect(await call.invocation).toBeUndefined();
  });

  it('ends its caller as broken, and leaves nobody waiting, where the storage account fails on the way', async () => {
    const broken = new StoreError({ code: 'storeUnreachable', file: name, doing: 'read', systemCode: 'ECONNRESET' });
    file = { size: 40 * mebibyte, content: workbook(3, broken).content };
    const answer = await answerTo(fetchFile());
    await expect(buffer(answer)).rejects.toThrow('aborted');
  });

  it('is read no further once its caller has gone', async () => {
    const { content, read } = workbook(120);
    file = { size: 120 * mebibyte, content };
    const call = fetchFile();
    const answer = await answerTo(call);
    answer.destroy();
    await new Promise((resolve) => (content.destroyed ? resolve(undefined) : content.once('close', resolve)));
    expect(read()).toBeLessThan(60);
    expect(await call.invocation).toBeUndefined();
  });
});

describe('a body that is too long', () => {
  it('is answered with 413, whatever is still to come of it', async () => {
    const { url, headers } = worker.begin({ functionName: 'startRun', method: 'POST', path: '/api/runs', params: {} });
    const body = Buffer.alloc(16 * mebibyte, 0x20);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'bodyTooLarge' } });
  });
});
