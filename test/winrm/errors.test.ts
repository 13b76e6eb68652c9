import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { holdRefusedPort } from '../../src/simulator/server/refused-port.ts';
import { offeredSchemes } from '../../src/winrm/authentication/challenges.ts';
import { statusError } from '../../src/winrm/faults.ts';
import type { WinrmSessionOptions } from '../../src/winrm/winrm-session.ts';
import {
  answer,
  envelopeText,
  items,
  type Question,
  type Reply,
  type ScriptedHost,
  scriptedHost,
  secret,
  sessionWith,
} from './scripted-host.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const request = { namespace: 'root/cimv2', className: 'Win32_ComputerSystem' };
const page = `<n:EnumerateResponse><w:Items>${items(['a'])}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;

async function hostSaying(script: (question: Question) => Reply): Promise<ScriptedHost> {
  const host = await scriptedHost(script);
  closers.push(() => host.close());
  return host;
}

async function ask(port: number, options: Partial<WinrmSessionOptions> = {}) {
  const session = sessionWith(port, options);
  closers.push(() => session.close());
  const read = await session.enumerate(request);
  return { session, error: read.ok ? undefined : read.error };
}

const errorOf = async (reply: (question: Question) => Reply, options: Partial<WinrmSessionOptions> = {}) =>
  (await ask((await hostSaying(reply)).port, options)).error;

describe('faults', () => {
  test('the number is found in the second carrier too', async () => {
    const error = await errorOf((question) => ({
      status: 500,
      body: envelopeText(
        question.messageId,
        '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text/></s:Reason><s:Detail>' +
          '<p:MSFT_WmiError xmlns:p="urn:p"><p:error_Code>2150859173</p:error_Code><p:error_Type>1</p:error_Type>' +
          '<p:Message>too many concurrent shells</p:Message></p:MSFT_WmiError></s:Detail></s:Fault>',
      ),
    }));
    expect(error).toMatchObject({ code: 'shellQuota', retryable: true });
    expect(error?.detail).toContain('too many concurrent shells');
  });
});

describe('answers that are no WS-Management', () => {
  test.each<[string, Reply, string]>([
    ['HTTP 503', { status: 503, body: '<html>Service Unavailable</html>' }, 'serviceUnavailable'],
    ['HTTP 413', { status: 413 }, 'requestTooLarge'],
    ['HTTP 404', { status: 404, body: '<html><body>Not here</body></html>' }, 'notWinrm'],
    ['HTTP 500 without a body', { status: 500 }, 'unencryptedRefused'],
    ['HTTP 200 without a body', { status: 200 }, 'protocolViolation'],
    ['garbage', { body: Buffer.from([0xff, 0xfe, 0x00, 0x3c, 0x41]) }, 'protocolViolation'],
    ['an envelope cut off in the middle', { body: envelopeText('x', page).slice(0, 300) }, 'protocolViolation'],
    ['five megabytes', { body: 'x'.repeat(5_000_000) }, 'protocolViolation'],
    ['a broken connection', 'cut', 'connectionLost'],
  ])('%s', async (_case, reply, code) => {
    expect((await errorOf(() => reply))?.code).toBe(code);
  });

  test('a protocol that is not HTTP', async () => {
    const server: Server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    expect(['protocolViolation', 'connectionLost']).toContain((await ask(port)).error?.code);
  });

  test('the answer to another question is not taken, and the next question goes over a new connection', async () => {
    const host = await hostSaying((question) =>
      question.turn === 0 ? answer({ ...question, messageId: 'uuid:STALE' }, page) : answer(question, page),
    );
    const { session, error } = await ask(host.port);
    expect(error).toMatchObject({ code: 'protocolViolation', detail: expect.stringContaining('uuid:STALE') });
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(session.counters).toEqual({ requests: 2, connections: 2 });
  });

  test('an answer that names no question is not taken', async () => {
    const error = await errorOf(() => ({ body: envelopeText('', page) }));
    expect(error?.code).toBe('protocolViolation');
  });

  test('a sealed conversation does not take HTTP 500 without a body for a refusal of plain text', () => {
    expect(statusError('h', 500, '', true).code).toBe('serviceFailed');
  });
});

describe('logging on', () => {
  const challenges = { 'www-authenticate': ['Negotiate', 'Basic realm="WSMAN"'] };

  test('a wrong password over Basic is a refused logon, and is in no error', async () => {
    const error = await errorOf(() => ({ status: 401, headers: challenges }));
    expect(error).toMatchObject({ code: 'logonRefused', retryable: false, detail: expect.stringContaining('Basic') });
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(JSON.stringify(error)).not.toContain(Buffer.from(`reader:${secret}`).toString('base64'));
  });

  test('a refused password is not sent again in the same session', async () => {
    const host = await hostSaying(() => ({ status: 401, headers: challenges }));
    const { session } = await ask(host.port);
    expect(await session.enumerate(request)).toMatchObject({ ok: false, error: { code: 'logonRefused' } });
    expect(await session.openShell({ name: 'x', idleTimeoutMs: 1 })).toMatchObject({
      ok: false,
      error: { code: 'logonRefused' },
    });
    expect(session.counters.requests).toBe(1);
  });

  test('Basic where it is not offered says what is', async () => {
    const error = await errorOf(() => ({ status: 401, headers: { 'www-authenticate': 'Negotiate, Kerberos' } }));
    expect(error).toMatchObject({
      code: 'authenticationNotOffered',
      detail: 'the host offers Negotiate, Kerberos',
    });
  });

  test('Basic over http is refused before anything is sent', async () => {
    const host = await hostSaying((question) => answer(question, page));
    const { session, error } = await ask(host.port, { allowBasicOverHttp: false });
    expect(error?.code).toBe('basicOverHttp');
    expect((await session.identify()).ok).toBe(false);
    expect((await session.openShell({ name: 'x', idleTimeoutMs: 1 })).ok).toBe(false);
    expect(session.counters).toEqual({ requests: 0, connections: 0 });
    expect(host.connections).toBe(0);
  });

  test('a host that blocks NTLM has not refused the account', async () => {
    const error = await errorOf(() => ({ status: 401, headers: challenges }), { authentication: 'ntlm' });
    expect(error).toMatchObject({ code: 'ntlmBlocked', detail: expect.stringContaining('Negotiate') });
  });

  test('a host without Negotiate has not refused the account', async () => {
    const error = await errorOf(() => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x, y"' } }), {
      authentication: 'ntlm',
    });
    expect(error).toMatchObject({
      code: 'authenticationNotOffered',
      detail: expect.stringMatching(/the host offers Basic$/),
    });
  });

  test.each([
    [503, 'serviceUnavailable'],
    [404, 'notWinrm'],
  ])('HTTP %d instead of a challenge is not a refused logon', async (status, code) => {
    expect((await errorOf(() => ({ status }), { authentication: 'ntlm' }))?.code).toBe(code);
  });

  test('schemes are found on one line and on several', () => {
    expect(
      offeredSchemes(['Negotiate, Basic realm="a, b", Kerberos', 'Negotiate TlRMTQ==']).map(Object.values),
    ).toEqual([
      ['Negotiate', undefined],
      ['Basic', undefined],
      ['Kerberos', undefined],
      ['Negotiate', 'TlRMTQ=='],
    ]);
  });
});

describe('connecting', () => {
  test('where nothing listens the connection is refused, and every address is named', async () => {
    const { port, close } = await holdRefusedPort();
    closers.push(close);
    const session = sessionWith(
      port,
      { target: { host: 'hv.example', scheme: 'http', port } },
      { resolve: async () => ['127.0.0.1', '127.0.0.2'] },
    );
    const read = await session.enumerate(request);
    expect(read).toMatchObject({ ok: false, error: { code: 'connectionRefused', host: 'hv.example' } });
    expect(read.ok ? '' : read.error.detail).toMatch(/127\.0\.0\.1 port \d+: .*; 127\.0\.0\.2 port \d+: /);
    expect(session.counters).toEqual({ requests: 0, connections: 0 });
  });

  test('the second address is used where the first does not answer', async () => {
    const host = await hostSaying((question) => answer(question, page));
    const session = sessionWith(
      host.port,
      { target: { host: 'hv.example', scheme: 'http', port: host.port } },
      { resolve: async () => ['127.0.0.2', '127.0.0.1'] },
    );
    closers.push(() => session.close());
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(host.questions[0]?.soap).toContain(`<a:To>http://hv.example:${host.port}/wsman</a:To>`);
  });

  test('a name without address is said so', async () => {
    const session = sessionWith(
      5985,
      { target: { host: 'nowhere.invalid', scheme: 'http', port: 5985 } },
      {
        resolve: async () =>
          Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.invalid'), { code: 'ENOTFOUND' })),
      },
    );
    expect(await session.enumerate(request)).toMatchObject({
      ok: false,
      error: { code: 'nameNotResolved', detail: 'getaddrinfo ENOTFOUND nowhere.invalid' },
    });
  });

  test('plain http where https was meant is a TLS failure', async () => {
    const host = await hostSaying((question) => answer(question, page));
    const { error } = await ask(host.port, {
      target: { host: '127.0.0.1', scheme: 'https', port: host.port },
    });
    expect(error).toMatchObject({ code: 'tlsFailed', detail: expect.stringContaining('127.0.0.1') });
  });

  test('a host that takes the connection and says nothing times out', async () => {
    const host = await hostSaying(() => 'silence');
    const { error } = await ask(host.port, { operationTimeoutMs: 500, authentication: 'ntlm' });
    expect(error?.code).toBe('operationTimedOut');
  });

  test('a host that closes the connection after each answer is asked over new ones', async () => {
    const host = await hostSaying((question) => {
      const reply = answer(question, page);
      return typeof reply === 'string' ? reply : { ...reply, headers: { connection: 'close' } };
    });
    const { session } = await ask(host.port);
    for (const _more of [1, 2, 3]) expect((await session.enumerate(request)).ok).toBe(true);
    expect(session.counters).toEqual({ requests: 4, connections: 4 });
  });

  test('questions asked at the same time wait for each other on one connection', async () => {
    const host = await hostSaying((question) => answer(question, page));
    const session = sessionWith(host.port);
    closers.push(() => session.close());
    const answers = await Promise.all([1, 2, 3].map(() => session.enumerate(request)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(session.counters).toEqual({ requests: 3, connections: 1 });
  });
});

describe('cancelling', () => {
  test('before the first question nothing is sent', async () => {
    const host = await hostSaying((question) => answer(question, page));
    const { error } = await ask(host.port, { signal: AbortSignal.abort() });
    expect(error?.code).toBe('cancelled');
    expect(host.connections).toBe(0);
  });

  test('a question under way ends at once', async () => {
    const controller = new AbortController();
    const host = await hostSaying(() => {
      controller.abort();
      return 'silence';
    });
    const { error } = await ask(host.port, { signal: controller.signal, operationTimeoutMs: 20_000 });
    expect(error?.code).toBe('cancelled');
  });
});

describe('identifying', () => {
  const identified =
    '<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
    '<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>' +
    '<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse>';

  test('is done without the credential', async () => {
    const host = await hostSaying(() => ({ body: envelopeText('', identified) }));
    const session = sessionWith(host.port);
    closers.push(() => session.close());
    expect(await session.identify()).toEqual({
      ok: true,
      value: { productVendor: 'Microsoft Corporation', productVersion: 'OS: 0.0.0 SP: 0.0 Stack: 3.0' },
    });
    expect(host.questions[0]?.headers.wsmanidentify).toBe('unauthenticated');
    expect(host.questions[0]?.headers.authorization).toBeUndefined();
  });

  test('a host that wants a logon first has not refused the account', async () => {
    const host = await hostSaying(() => ({ status: 401, headers: { 'www-authenticate': 'Negotiate' } }));
    const session = sessionWith(host.port);
    closers.push(() => session.close());
    expect(await session.identify()).toMatchObject({ ok: false, error: { code: 'authenticationNotOffered' } });
  });
});
