import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holdRefusedPort } from '../../src/simulator/server/refused-port.ts';
import { type BlobServiceOptions, blobService } from '../../src/stores/blob-service.ts';
import { blobStore } from '../../src/stores/blob-store.ts';
import type { Store } from '../../src/stores/store.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What must never be told: the account's key. */
const key = Buffer.from('the very secret key').toString('base64');

/** A storage account that answers as a test says. */
async function accountThat(answer: Answer): Promise<{ readonly port: number; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.replace(/[?&]timeout=\d+/, '')}`);
    request.resume().once('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

const refusal =
  (status: number, code: string): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'x-ms-error-code': code, 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>secret-words</Message></Error>`);
  };

async function storeAt(port: number, options: BlobServiceOptions = { tries: 1 }, host = '127.0.0.1'): Promise<Store> {
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=${key};BlobEndpoint=http://${host}:${port}/contoso;`;
  return blobStore((await blobService({ connectionString }, options)).getContainerClient('runs'));
}

const failureOf = (call: Promise<unknown>): Promise<Error & { advice: string }> =>
  call.then(
    () => {
      throw new Error('it worked');
    },
    (error) => error,
  );

describe('a storage account that fails', () => {
  it.each([
    [503, 'ServerBusy', 'storeThrottled', /busy/, true],
    [403, 'AuthorizationPermissionMismatch', 'storeForbidden', /Storage Blob Data Contributor/, false],
    [403, 'AuthorizationFailure', 'storeForbidden', /network rules/, false],
    [403, 'AuthenticationFailed', 'storeForbidden', /clock/, false],
    [403, 'KeyBasedAuthenticationNotPermitted', 'storeForbidden', /RUNS_BLOB_URL/, false],
    [409, 'ContainerBeingDeleted', 'storeContainerMissing', /wait a minute/, false],
    [409, 'BlobImmutableDueToPolicy', 'storeUnwritable', /immutability/, false],
    [418, 'SomethingNew', 'storeUnwritable', /SomethingNew/, false],
  ])('with %d %s is told as %s, with what to do and no secret', async (status, service, code, words, passing) => {
    const { port } = await accountThat(refusal(status, service));
    const error = await failureOf((await storeAt(port)).write('r/run.json', 'x'));
    expect(error).toMatchObject({ name: 'StoreError', code, file: 'r/run.json', systemCode: service, passing });
    expect(`${error.message} ${error.advice}`).toMatch(words);
    expect(error.message).toContain(`r/run.json could not be written (container runs of 127.0.0.1:${port})`);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/secret|sig=|AccountKey/);
  });

  it.each([
    ['read', (store: Store) => store.read('r/a')],
    ['open', (store: Store) => store.open('r/a')],
    ['exists', (store: Store) => store.exists('r/a')],
    ['list', (store: Store) => store.list('r')],
    ['folders', (store: Store) => store.folders('')],
  ])('never makes %s say that nothing is there', async (_name, call) => {
    const { port } = await accountThat(refusal(403, 'AuthorizationPermissionMismatch'));
    await expect(call(await storeAt(port))).rejects.toMatchObject({ code: 'storeForbidden' });
  });

  it('for a moment is asked again', async () => {
    let isFirst = true;
    const { port, requests } = await accountThat((request, response) => {
      if (isFirst) {
        isFirst = false;
        refusal(503, 'ServerBusy')(request, response);
      } else response.writeHead(201).end();
    });
    await (await storeAt(port, { tries: 2 })).write('r/a', 'x');
    expect(requests).toEqual([
      'PUT /contoso/runs?restype=container',
      'PUT /contoso/runs?restype=container',
      'PUT /contoso/runs/r/a',
    ]);
  });

  it('by silence is given up, try by try', async () => {
    const { port, requests } = await accountThat(() => undefined);
    const store = await storeAt(port, { tries: 2, tryMs: 2_000 });
    await expect(store.read('r/a')).rejects.toMatchObject({ code: 'storeTimedOut', passing: true });
    expect(requests).toHaveLength(2);
  });

  it('because nobody listens there is told as out of reach', async () => {
    const { port, close } = await holdRefusedPort();
    onTestFinished(close);
    const store = await storeAt(port);
    await expect(store.write('r/a', 'x')).rejects.toMatchObject({
      code: 'storeUnreachable',
      systemCode: 'ECONNREFUSED',
    });
  });

  it('because there is none of that name is told so', async () => {
    const store = await storeAt(80, { tries: 1 }, 'contoso.blob.invalid');
    const error = await failureOf(store.exists('r/a'));
    expect(error).toMatchObject({ code: expect.stringMatching(/^store(AccountUnknown|Unreachable)$/) });
    expect(error.message).toContain('contoso.blob.invalid');
  });

  it('in the middle of a file ends its stream with an error, never as if that were all', async () => {
    const responses: ServerResponse[] = [];
    const { port } = await accountThat((_request, response) => {
      responses.push(response);
      response.writeHead(200, { 'content-length': '1000', etag: '"1"' }).write('half of it');
    });
    const file = await (await storeAt(port)).open('r/a');
    expect(file?.size).toBe(1000);
    for (const response of responses) response.destroy();
    await expect(file && buffer(file.content)).rejects.toMatchObject({ name: 'StoreError', file: 'r/a' });
  });
});

describe('an identity that may write but not make containers', () => {
  const forbidden = refusal(403, 'AuthorizationPermissionMismatch');
  const mayNotMake =
    (containerStatus: number): Answer =>
    (request, response) => {
      const isContainer = request.url?.includes('restype=container');
      if (isContainer && request.method === 'PUT') forbidden(request, response);
      else response.writeHead(isContainer ? containerStatus : 201).end();
    };

  it('writes into the one that is there', async () => {
    const { port } = await accountThat(mayNotMake(200));
    await expect((await storeAt(port)).write('r/a', 'x')).resolves.toBeUndefined();
  });

  it('is told that the container is missing where none is there', async () => {
    const { port } = await accountThat(mayNotMake(404));
    const error = await failureOf((await storeAt(port)).write('r/a', 'x'));
    expect(error).toMatchObject({ code: 'storeContainerMissing' });
    expect(error.advice).toContain('Make the container');
  });
});

describe('a file that is created once', () => {
  it('counts as ours where only the answer was lost, and the SDK asked again', async () => {
    let writer: string | undefined;
    const { port } = await accountThat((request, response) => {
      if (request.url?.includes('restype=container')) response.writeHead(201).end();
      else if (request.method === 'HEAD') response.writeHead(200, { 'x-ms-meta-writer': writer }).end();
      else if (writer === undefined) {
        writer = String(request.headers['x-ms-meta-writer']);
        response.destroy();
      } else refusal(409, 'BlobAlreadyExists')(request, response);
    });
    expect(await (await storeAt(port, { tries: 2 })).create('r/manifest.json', '{}')).toBe(true);
  });

  it("counts as another's where that one was first", async () => {
    const { port } = await accountThat((request, response) => {
      if (request.url?.includes('restype=container')) response.writeHead(201).end();
      else if (request.method === 'HEAD') response.writeHead(200, { 'x-ms-meta-writer': 'somebody' }).end();
      else refusal(409, 'BlobAlreadyExists')(request, response);
    });
    expect(await (await storeAt(port)).create('r/manifest.json', '{}')).toBe(false);
  });
});
