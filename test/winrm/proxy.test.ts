import { afterEach, describe, expect, test } from 'vitest';
import { holdRefusedPort } from '../../src/simulator/server/refused-port.ts';
import { type HttpProxy, proxyTunnels } from '../../src/winrm/proxy-tunnel.ts';
import type { SessionSurroundings } from '../../src/winrm/session.ts';
import type { WinrmSession, WinrmSessionOptions } from '../../src/winrm/winrm-session.ts';
import { heldTime } from '../fixtures/held-time.ts';
import { type ConnectProxy, type ConnectRequest, connectProxy, type ProxyReply } from './connect-proxy.ts';
import { answer, items, type ScriptedHost, scriptedHost, sessionWith } from './scripted-host.ts';
import { authority, issued, sessionOverTls, type TlsHost, tlsHost } from './tls/tls-host.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const request = { namespace: 'root/cimv2', className: 'Win32_ComputerSystem' };
const page = `<n:EnumerateResponse><w:Items>${items(['a'])}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;
const account = { user: 'proxyuser', password: 'pr0xy:p@ss/wörd' };
const basic = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;

async function host(): Promise<ScriptedHost> {
  const opened = await scriptedHost((question) => answer(question, page));
  closers.push(() => opened.close());
  return opened;
}

async function proxyThat(script: (asked: ConnectRequest) => ProxyReply): Promise<ConnectProxy> {
  const opened = await connectProxy(script);
  closers.push(() => opened.close());
  return opened;
}

/** Names are the proxy's to resolve: only its own may be asked for here. */
const onlyTheProxy: Partial<SessionSurroundings> = {
  resolve: async (name) => {
    if (name === 'proxy.example') return ['127.0.0.1'];
    throw new Error(`${name} was resolved here`);
  },
};

function through(
  proxy: HttpProxy,
  options: Partial<WinrmSessionOptions> = {},
  tunnels = proxyTunnels(proxy),
): WinrmSession {
  const target = { host: 'hv.example', scheme: 'http', port: 5985 } as const;
  const session = sessionWith(5985, { target, proxy: tunnels, ...options }, onlyTheProxy);
  closers.push(() => session.close());
  return session;
}

async function errorThrough(script: (asked: ConnectRequest) => ProxyReply, credential?: HttpProxy['credential']) {
  const { proxy } = await proxyThat(script);
  const read = await through({ ...proxy, credential }).enumerate(request);
  return read.ok ? undefined : read.error;
}

describe('a proxy that is set', () => {
  test('tunnels to an http host, whose name it resolves, and one tunnel carries the whole session', async () => {
    const { port, questions } = await host();
    const { proxy, requests } = await proxyThat(() => ({ port }));
    const session = through({ ...proxy, host: 'proxy.example' });
    expect((await session.enumerate(request)).ok).toBe(true);
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(requests.map(({ authority }) => authority)).toEqual(['hv.example:5985']);
    expect(requests[0]?.headers.host).toBe('hv.example:5985');
    expect(requests[0]?.headers['proxy-authorization']).toBeUndefined();
    expect(questions[0]?.headers.host).toBe('hv.example:5985');
    expect(questions[0]?.soap).toContain('<a:To>http://hv.example:5985/wsman</a:To>');
    expect(session.counters).toEqual({ requests: 2, connections: 1 });
  });

  test('is given an IPv6 address in brackets', async () => {
    const { port } = await host();
    const { proxy, requests } = await proxyThat(() => ({ port }));
    const session = through(proxy, { target: { host: 'fd00::12', scheme: 'http', port: 5985 } });
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(requests[0]?.authority).toBe('[fd00::12]:5985');
  });

  test('gets its own account, and the host never sees it', async () => {
    const { port, questions } = await host();
    const { proxy } = await proxyThat(({ headers }) =>
      headers['proxy-authorization'] === basic ? { port } : { raw: 'HTTP/1.1 407 Who are you\r\n\r\n' },
    );
    expect((await through({ ...proxy, credential: account }).enumerate(request)).ok).toBe(true);
    expect(JSON.stringify(questions[0]?.headers)).not.toContain(basic);
  });

  test('that leads an https host astray is a TLS failure that names the way', async () => {
    const { port } = await host();
    const { proxy } = await proxyThat(() => ({ port }));
    const session = through(proxy, { target: { host: 'hv.example', scheme: 'https', port: 5986 } });
    expect(await session.enumerate(request)).toMatchObject({
      ok: false,
      error: { code: 'tlsFailed', detail: expect.stringContaining(`through 127.0.0.1:${proxy.port}`) },
    });
  });
});

describe('an https host through a proxy', () => {
  async function secureHost(): Promise<TlsHost> {
    const opened = await tlsHost(issued());
    closers.push(() => opened.close());
    return opened;
  }
  const over = (port: number, proxy: HttpProxy, options: Partial<WinrmSessionOptions> = {}): WinrmSession => {
    const session = sessionOverTls(port, { proxy: proxyTunnels(proxy), ...options });
    closers.push(() => session.close());
    return session;
  };

  test('is held against its own name, and one tunnel carries the session', async () => {
    const { port, serverNames } = await secureHost();
    const { proxy, requests } = await proxyThat(() => ({ port }));
    const session = over(5986, proxy);
    expect((await session.identify()).ok).toBe(true);
    expect((await session.identify()).ok).toBe(true);
    expect(requests.map(({ authority }) => authority)).toEqual(['hv01.contoso.com:5986']);
    expect(serverNames).toEqual(['hv01.contoso.com']);
  });

  test('is not taken for another, wherever the proxy leads', async () => {
    const { port } = await secureHost();
    const { proxy } = await proxyThat(() => ({ port }));
    for (const host of ['hv02.contoso.com', '127.0.0.1', '::1']) {
      const session = over(5986, proxy, { target: { host, scheme: 'https', port: 5986 } });
      expect(await session.identify()).toMatchObject({
        ok: false,
        error: { code: 'certificateNameMismatch', host, detail: expect.stringContaining('through 127.0.0.1') },
      });
    }
  });

  test('gets TLS within TLS where the proxy speaks TLS itself', async () => {
    const { port } = await secureHost();
    const { certificate, key } = issued({ commonName: 'proxy', names: ['127.0.0.1'] });
    const opened = await connectProxy(() => ({ port }), { cert: certificate, key });
    closers.push(() => opened.close());
    const session = over(5986, opened.proxy);
    expect((await session.identify()).ok).toBe(true);
    expect(opened.requests).toHaveLength(1);
  });

  test('is not asked for over a proxy whose certificate is not the proxy’s', async () => {
    const { port, requests } = await secureHost();
    const { certificate, key } = issued({ commonName: 'other', names: ['other.contoso.com'] });
    const opened = await connectProxy(() => ({ port }), { cert: certificate, key });
    closers.push(() => opened.close());
    // A pin and a server name are the host's, and open no other door.
    const tls = { authorities: authority.certificate, serverName: 'other.contoso.com' };
    const session = over(5986, { ...opened.proxy, credential: account }, { tls });
    expect(await session.identify()).toMatchObject({
      ok: false,
      error: { code: 'proxyUnreachable', detail: expect.stringContaining('certificate') },
    });
    expect(opened.requests).toEqual([]);
    expect(requests).toEqual([]);
  });
});

describe('without a proxy that is set', () => {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'NODE_USE_ENV_PROXY'];
  const before = names.map((name) => process.env[name]);
  afterEach(() => {
    for (const [index, name] of names.entries()) {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    }
  });

  test('none is used, whatever HTTP_PROXY and HTTPS_PROXY say', async () => {
    const { port } = await host();
    const bystander = await proxyThat(() => ({ port }));
    for (const name of names) process.env[name] = `http://127.0.0.1:${bystander.proxy.port}`;
    process.env.NODE_USE_ENV_PROXY = '1';
    const session = sessionWith(port);
    closers.push(() => session.close());
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(bystander.requests).toEqual([]);
  });
});

describe('a proxy that does not let us through', () => {
  test.each<[string, ProxyReply, string, boolean, string]>([
    [
      'refuses the host',
      { raw: 'HTTP/1.1 403 Not this one\r\n\r\n' },
      'proxyRefusedHost',
      false,
      'HTTP 403 Not this one',
    ],
    [
      'refuses with a page',
      { raw: 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>No.</html>' },
      'proxyRefusedHost',
      false,
      'HTTP 403 Forbidden',
    ],
    ['knows no CONNECT', { raw: 'HTTP/1.1 405 Method Not Allowed\r\n\r\n' }, 'proxyRefusedHost', false, 'HTTP 405'],
    ['sends elsewhere', { raw: 'HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n' }, 'proxyRefusedHost', false, '302'],
    ['reaches no host', { raw: 'HTTP/1.1 502 Bad Gateway\r\n\r\n' }, 'proxyFoundNoHost', true, 'HTTP 502 Bad Gateway'],
    ['resolves no host', { raw: 'HTTP/1.1 503 \r\nX: y\r\n\r\n' }, 'proxyFoundNoHost', true, 'HTTP 503'],
    ['gives up waiting', { raw: 'HTTP/1.0 504 Gateway Timeout\r\n\r\n' }, 'proxyFoundNoHost', true, 'HTTP 504'],
    ['hangs up', 'cut', 'proxyFoundNoHost', true, 'closed the connection'],
    ['is no proxy', { raw: 'SSH-2.0-OpenSSH_9.2\r\n' }, 'proxyUnreachable', true, 'not HTTP'],
    ['answers half a head', { raw: 'HTTP/1.1 200 OK\r\nX:' }, 'proxyFoundNoHost', true, 'closed the connection'],
    [
      'answers without end',
      { raw: `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}` },
      'proxyUnreachable',
      true,
      'OVERFLOW',
    ],
    [
      'speaks for the host',
      { raw: 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n' },
      'proxyUnreachable',
      true,
      'bytes after',
    ],
    ['is no final answer', { raw: 'HTTP/1.1 100 Continue\r\n\r\n' }, 'proxyRefusedHost', false, 'HTTP 100'],
  ])('%s', async (_case, reply, code, retryable, detail) => {
    const error = await errorThrough(() => reply);
    expect(error).toMatchObject({ code, retryable, host: 'hv.example', detail: expect.stringContaining(detail) });
    expect(error?.message).toMatch(/^hv\.example: .*127\.0\.0\.1:\d+/);
  });

  test('and says nothing: the time for connecting is up, and the connection to it is closed', async () => {
    const pass = heldTime();
    const { proxy } = await proxyThat(() => {
      pass(60_000);
      return 'silence';
    });
    const read = await through(proxy).enumerate(request);
    expect(read).toMatchObject({ ok: false, error: { code: 'proxyFoundNoHost', retryable: true } });
    expect(read.ok ? '' : read.error.detail).toMatch(/no answer to CONNECT in 60000 ms/);
  });

  test('puts no control characters and no endless reason into the error', async () => {
    const error = await errorThrough(() => ({ raw: `HTTP/1.1 403 \x1B[31mNo\x07 ${'x'.repeat(1000)}\r\n\r\n` }));
    expect(error?.code === 'proxyRefusedHost' || error?.code === 'proxyUnreachable').toBe(true);
    expect(error?.detail?.length).toBeLessThan(300);
    expect(error?.detail).toMatch(/^[\x20-\x7E]*$/);
  });

  test('is named where its own name has no address', async () => {
    const session = through({ scheme: 'http', host: 'nowhere.invalid', port: 3128 });
    expect(await session.enumerate(request)).toMatchObject({
      ok: false,
      error: {
        code: 'proxyUnreachable',
        host: 'hv.example',
        message: 'hv.example: the proxy nowhere.invalid:3128 could not be reached.',
        detail: 'nowhere.invalid was resolved here',
      },
    });
  });

  test('is named where its port is shut', async () => {
    const { port, close } = await holdRefusedPort();
    closers.push(close);
    expect(await through({ scheme: 'http', host: '127.0.0.1', port }).enumerate(request)).toMatchObject({
      ok: false,
      error: { code: 'proxyUnreachable', detail: expect.stringContaining('ECONNREFUSED') },
    });
  });

  test('ends at once when the run is cancelled', async () => {
    const controller = new AbortController();
    const { proxy } = await proxyThat(() => {
      controller.abort();
      return 'silence';
    });
    const session = through(proxy, { signal: controller.signal, connectTimeoutMs: 20_000 });
    expect(await session.enumerate(request)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });
});

describe('a proxy that wants an account', () => {
  const wants = { raw: 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n\r\n' };

  test('and gets none says so, with what it offers', async () => {
    const error = await errorThrough(() => wants);
    expect(error).toMatchObject({
      code: 'proxyAuthenticationRequired',
      retryable: false,
      detail: 'HTTP 407 Proxy Authentication Required; the proxy offers Negotiate',
    });
  });

  test('is never told of in an error with the password in it', async () => {
    const error = await errorThrough(() => wants, account);
    expect(error?.code).toBe('proxyAuthenticationRequired');
    for (const form of [account.password, basic.slice(6), encodeURIComponent(account.password)]) {
      expect(JSON.stringify(error)).not.toContain(form);
    }
  });

  test('is asked once with a wrong one, however many hosts wait for it', async () => {
    const { proxy, requests } = await proxyThat(() => wants);
    const tunnels = proxyTunnels({ ...proxy, credential: account });
    const sessions = Array.from({ length: 20 }, () => through(proxy, {}, tunnels));
    const answers = await Promise.all(sessions.map((session) => session.enumerate(request)));
    for (const read of answers) {
      expect(read).toMatchObject({ ok: false, error: { code: 'proxyAuthenticationRequired' } });
    }
    expect(requests).toHaveLength(1);
  });

  test('lets all hosts in once it took the right one', async () => {
    const { port } = await host();
    const { proxy, requests } = await proxyThat(() => ({ port }));
    const tunnels = proxyTunnels({ ...proxy, credential: account });
    const sessions = Array.from({ length: 5 }, () => through(proxy, {}, tunnels));
    const answers = await Promise.all(sessions.map((session) => session.enumerate(request)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(requests).toHaveLength(5);
  });

  test('is asked again after a while, where a process outlives many runs', async () => {
    const { port } = await host();
    let takesAccount = false;
    const { proxy, requests } = await proxyThat(() => (takesAccount ? { port } : wants));
    const own = { ...proxy, credential: account };
    const tunnels = proxyTunnels(own, { refusalMs: 0 });
    expect(await through(own, {}, tunnels).enumerate(request)).toMatchObject({ ok: false });
    takesAccount = true;
    expect((await through(own, {}, tunnels).enumerate(request)).ok).toBe(true);
    expect(requests).toHaveLength(2);
  });
});
