import { afterEach, describe, expect, test, vi } from 'vitest';
import { hostErrorKinds } from '../../src/inventory/host-error.ts';
import { failure, success } from '../../src/result.ts';
import type { GssAccount, GssContext, LoadGssLibrary } from '../../src/winrm/authentication/gss.ts';
import { kerberos } from '../../src/winrm/authentication/kerberos.ts';
import { loadKerberosModule } from '../../src/winrm/authentication/kerberos-module.ts';
import type { LogonRequest } from '../../src/winrm/authentication/scheme.ts';
import type { HttpAnswer } from '../../src/winrm/http-connection.ts';

/** A library that plays its part; the real one is tested in test/peers/kerberos. */
function library(steps: (token?: string) => string | undefined, principal = 'reader@CONTOSO.TEST') {
  const started: { serviceHost: string; account: GssAccount | undefined }[] = [];
  const load: LoadGssLibrary = async () =>
    success({
      startContext: async (serviceHost, account) => {
        started.push({ serviceHost, account });
        let complete = false;
        const context: GssContext = {
          step: async (token) => {
            const next = steps(token);
            complete = token === 'host-proof';
            return next;
          },
          get complete() {
            return complete;
          },
          principal,
        };
        return context;
      },
    });
  return { load, started };
}

const answer = (status: number, challenges: readonly string[] = []): HttpAnswer => ({
  status,
  challenges,
  contentType: '',
  body: Buffer.alloc(0),
});

const request: LogonRequest = {
  target: { host: 'hv01.contoso.test', scheme: 'https', port: 5986 },
  credential: { user: '', password: '' },
  allowBasicOverHttp: false,
  channelBinding: 'auto',
};

async function logOn(load: LoadGssLibrary, reply: HttpAnswer, more: Partial<LogonRequest> = {}) {
  const sent: string[] = [];
  const outcome = await kerberos(load).authenticate(
    { ...request, ...more },
    {
      serverCertificate: undefined,
      exchange: async ({ authorization = '' }) => {
        sent.push(authorization);
        return success(reply);
      },
    },
  );
  return { sent, outcome, error: outcome.ok ? undefined : outcome.error };
}

const accepted = answer(200, ['Negotiate host-proof']);
const failing = (text: string) => () => {
  throw new Error(text);
};

describe('Kerberos', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('sends the ticket for HTTP/<host> and has the host prove itself', async () => {
    const { load, started } = library((token) => (token === undefined ? 'ticket' : undefined));
    const { sent, outcome } = await logOn(load, accepted);
    expect(sent).toEqual(['Negotiate ticket']);
    expect(started).toEqual([{ serviceHost: 'hv01.contoso.test', account: undefined }]);
    expect(outcome).toMatchObject({ ok: true, value: { headers: {}, protection: undefined } });
  });

  test('knows the account in each of its forms', async () => {
    const { load, started } = library((token) => (token === undefined ? 'ticket' : undefined));
    for (const user of ['reader', 'CONTOSO\\reader', 'reader@CONTOSO.TEST']) {
      await logOn(load, accepted, { credential: { user, password: 'x' } });
    }
    expect(started.map(({ account }) => account)).toEqual([
      { user: 'reader', password: 'x' },
      { user: 'reader', domain: 'CONTOSO', password: 'x' },
      { user: 'reader', realm: 'CONTOSO.TEST', password: 'x' },
    ]);
  });

  test('over http is refused before anything is sent', () => {
    const { load } = library(() => 'ticket');
    const target = { host: 'hv01', scheme: 'http', port: 5985 } as const;
    expect(kerberos(load).objection({ ...request, target })).toMatchObject({
      code: 'kerberosNeedsHttps',
      host: 'hv01',
    });
    expect(kerberos(load).objection(request)).toBeUndefined();
  });

  test('without the package says how to install it, with what the loader said', async () => {
    const { error, sent } = await logOn(async () => failure("Cannot find module 'kerberos'"), accepted);
    expect(error).toMatchObject({ code: 'kerberosNotInstalled', detail: "Cannot find module 'kerberos'" });
    expect(hostErrorKinds.kerberosNotInstalled.advice).toContain('kerberos@7.0.0');
    expect(sent).toEqual([]);
  });

  test('a package that is not there is named by the loader', async () => {
    expect(await loadKerberosModule('kerberos-of-nobody')).toMatchObject({
      ok: false,
      error: expect.stringContaining('kerberos-of-nobody'),
    });
    expect(await loadKerberosModule('zod')).toMatchObject({ ok: false, error: expect.stringContaining('another one') });
  });

  test.each([
    ['Cannot contact any KDC for realm', 'kdcUnreachable', true],
    ['No authority could be contacted for authentication.', 'kdcUnreachable', true],
    ['Clock skew too great', 'kerberosFailed', false],
    ["Client 'x@CONTOSO.TEST' not found in Kerberos database", 'kerberosFailed', false],
    ['The specified target is unknown or unreachable', 'kerberosFailed', false],
    ['Preauthentication failed', 'logonRefused', false],
    ['The logon attempt failed', 'logonRefused', false],
    ['Etwas ganz anderes', 'kerberosFailed', false],
  ])('keeps the library’s text: %s', async (text, code, retryable) => {
    const { error, sent } = await logOn(library(failing(text)).load, accepted);
    expect(error).toMatchObject({ code, retryable, host: 'hv01.contoso.test', detail: text });
    expect(sent).toEqual([]);
  });

  test('with a password takes a failure it cannot read for a refused logon, so that the account is not locked out', async () => {
    vi.stubGlobal('process', { ...process, platform: 'win32' });
    const credential = { user: 'reader', password: 's3cret' };
    const { error } = await logOn(library(failing('Anmeldung fehlgeschlagen')).load, accepted, { credential });
    expect(error).toMatchObject({ code: 'logonRefused', detail: 'Anmeldung fehlgeschlagen' });
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  test('a ticket that the host refuses is not a refused password, and Strict channel binding is among the reasons', async () => {
    const { load } = library((token) => (token === undefined ? 'ticket' : undefined));
    const { error } = await logOn(load, answer(401, ['Negotiate', 'Kerberos']));
    expect(error).toMatchObject({
      code: 'kerberosFailed',
      message: expect.stringContaining('CbtHardeningLevel'),
      detail: 'HTTP 401 to the Kerberos ticket; the host offers Negotiate, Kerberos',
    });
  });

  test('a host that tells why it refuses is believed', async () => {
    const { load } = library((token) => {
      if (token === undefined) return 'ticket';
      throw new Error('Clock skew too great');
    });
    const { error } = await logOn(load, answer(401, ['Negotiate told']));
    expect(error).toMatchObject({ code: 'kerberosFailed', detail: 'Clock skew too great' });
  });

  test.each([
    ['HTTP 401 with Basic only', answer(401, ['Basic realm="WSMAN"']), 'authenticationNotOffered'],
    ['HTTP 503', answer(503), 'serviceUnavailable'],
    ['HTTP 404', answer(404), 'notWinrm'],
    ['HTTP 200 without a proof', answer(200), 'kerberosFailed'],
    ['HTTP 200 with the proof of somebody else', answer(200, ['Negotiate somebody-else']), 'kerberosFailed'],
  ])('an answer that is no proof of the host lets nothing through: %s', async (_case, reply, code) => {
    const { load } = library((token) => (token === undefined ? 'ticket' : undefined));
    expect((await logOn(load, reply)).error?.code).toBe(code);
  });

  test('a ticket of another account than the one asked for is not used', async () => {
    const { load } = library((token) => (token === undefined ? 'ticket' : undefined), 'other@CONTOSO.TEST');
    const { error } = await logOn(load, accepted, { credential: { user: 'reader', password: '' } });
    expect(error).toMatchObject({ code: 'kerberosFailed', message: expect.stringContaining("other@CONTOSO.TEST's") });
  });
});
