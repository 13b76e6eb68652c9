import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startHandshake } from '../../src/simulator/server/ntlm-acceptor.ts';
import { heldTime } from '../fixtures/held-time.ts';
import { answer, items, type ScriptedHost, scriptedHost, sessionWith } from './scripted-host.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const request = { namespace: 'root/cimv2', className: 'Win32_ComputerSystem' };
const page = `<n:EnumerateResponse><w:Items>${items(['a'])}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;

async function hostAt(address: string): Promise<ScriptedHost> {
  const host = await scriptedHost((question) => answer(question, page), address);
  closers.push(() => host.close());
  return host;
}

function sessionTo(host: string, port: number, addresses: readonly string[], more = {}) {
  const target = { host, scheme: 'http', port } as const;
  const session = sessionWith(port, { target, ...more }, { resolve: async () => addresses });
  closers.push(() => session.close());
  return session;
}

/** A port that takes connections on every loopback address and says nothing; it is told what comes there. */
async function silentPort(onQuestion: () => void): Promise<number> {
  const listen = (socket: Socket) => {
    socket.on('error', () => undefined).once('data', onQuestion);
    closers.push(() => void socket.destroy());
  };
  const server = createServer(listen);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const second = createServer(listen);
  await new Promise<void>((resolve) => second.listen(port, '127.0.0.2', resolve));
  closers.push(
    () => void server.close(),
    () => void second.close(),
  );
  return port;
}

describe('an IPv6 address', () => {
  test('stands in brackets in the Host header and in a:To', async () => {
    const { port, questions } = await hostAt('::1');
    expect((await sessionTo('::1', port, []).enumerate(request)).ok).toBe(true);
    expect(questions[0]?.headers.host).toBe(`[::1]:${port}`);
    expect(questions[0]?.soap).toContain(`<a:To>http://[::1]:${port}/wsman</a:To>`);
  });

  test('stands without brackets in the name of the service that NTLM proves itself to', async () => {
    const names = { computerName: 'HV', domainName: 'LAB', dnsComputerName: 'hv.lab', dnsDomainName: 'lab' };
    const tokens: Buffer[] = [];
    const host = await scriptedHost(({ headers }) => {
      const token = Buffer.from(headers.authorization?.replace('Negotiate ', '') ?? '', 'base64');
      tokens.push(token);
      if (tokens.length > 1) return { status: 401 };
      const { challenge } = startHandshake(token, names, { user: 'reader', password: 'x' });
      return { status: 401, headers: { 'www-authenticate': `Negotiate ${challenge.toString('base64')}` } };
    }, '::1');
    closers.push(() => host.close());
    await sessionTo('::1', host.port, [], { authentication: 'ntlm' }).enumerate(request);
    expect(tokens[1]?.includes(Buffer.from('HTTP/::1', 'utf16le'))).toBe(true);
  });
});

describe('a host with several addresses', () => {
  test('is reached over IPv4 where nothing answers over IPv6', async () => {
    const { port } = await hostAt('127.0.0.1');
    const session = sessionTo('hv.example', port, ['::1', '127.0.0.1']);
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(session.counters.connections).toBe(1);
  });

  test('gives each at least two seconds, however short the time for connecting, and names each', async () => {
    const pass = heldTime();
    const port = await silentPort(() => pass(2_000));
    const target = { host: 'hv.example', scheme: 'https', port } as const;
    const session = sessionTo('hv.example', port, ['127.0.0.1', '127.0.0.2'], { target, connectTimeoutMs: 100 });
    const read = await session.enumerate(request);
    expect(read.ok ? '' : read.error.detail).toBe(
      `127.0.0.1 port ${port}: no TLS handshake in 2000 ms; 127.0.0.2 port ${port}: no TLS handshake in 2000 ms`,
    );
  });
});
