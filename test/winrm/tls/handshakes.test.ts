import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { heldTime } from '../../fixtures/held-time.ts';
import { issued, sessionOverTls, tlsHost } from './tls-host.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function identify(port: number) {
  const session = sessionOverTls(port);
  closers.push(() => session.close());
  const answer = await session.identify();
  return answer.ok ? undefined : answer.error;
}

/** A listener that is no TLS server. */
async function listener(onData: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => onData(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as { port: number }).port;
}

/** What Node's own defaults no longer allow to be served. */
const anything = 'DEFAULT:@SECLEVEL=0';

test('TLS 1.3 is spoken, and 1.2 where the host has no more', async () => {
  for (const [maxVersion, protocol] of [
    ['TLSv1.3', 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.2'],
  ] as const) {
    const host = await tlsHost(issued(), { maxVersion });
    closers.push(() => host.close());
    expect(await identify(host.port)).toBeUndefined();
    expect(host.requests.map((request) => request.protocol)).toEqual([protocol]);
  }
});

test('a host that has nothing newer than TLS 1.1 is told so, and not retried', async () => {
  const host = await tlsHost(issued(), { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: anything });
  closers.push(() => host.close());
  expect(await identify(host.port)).toMatchObject({
    code: 'tlsFailed',
    retryable: false,
    detail: expect.stringContaining('no TLS from version 1.2 on'),
  });
});

test('a host without a common cipher is told so', async () => {
  const host = await tlsHost(issued(), { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' });
  closers.push(() => host.close());
  expect(await identify(host.port)).toMatchObject({
    code: 'tlsFailed',
    detail: expect.stringContaining('no cipher in common'),
  });
});

test('a port for plain http says that it is one', async () => {
  const port = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  expect(await identify(port)).toMatchObject({
    code: 'tlsFailed',
    host: 'hv01.contoso.com',
    detail: expect.stringContaining('plain http'),
  });
});

test('a handshake that the host cuts off may succeed later', async () => {
  expect(await identify(await listener((socket) => socket.resetAndDestroy()))).toMatchObject({
    code: 'tlsInterrupted',
    retryable: true,
  });
});

test('a handshake that the host never answers may succeed later', async () => {
  const pass = heldTime();
  expect(await identify(await listener(() => pass(60_000)))).toMatchObject({
    code: 'tlsInterrupted',
    retryable: true,
    detail: expect.stringContaining('no TLS handshake in 60000 ms'),
  });
});
