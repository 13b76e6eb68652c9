import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import type { WinrmSessionOptions } from '../../../src/winrm/winrm-session.ts';
import { authority, issued, sessionOverTls, type TlsHost, tlsHost } from './tls-host.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listening(...given: Parameters<typeof tlsHost>): Promise<TlsHost> {
  const host = await tlsHost(...given);
  closers.push(() => host.close());
  return host;
}

async function identify(port: number, options: Partial<WinrmSessionOptions> = {}) {
  const session = sessionOverTls(port, options);
  closers.push(() => session.close());
  const answer = await session.identify();
  return { answer, counters: session.counters, error: answer.ok ? undefined : answer.error };
}

const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
const sha256Of = ({ certificate }: { certificate: string }): string =>
  new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();

describe('a certificate of a private CA', () => {
  test('is accepted where the CA is given, in one request over one connection', async () => {
    const host = await listening(issued());
    const { answer, counters } = await identify(host.port);
    expect(answer).toMatchObject({ ok: true, value: { productVendor: 'Microsoft Corporation' } });
    expect(counters).toEqual({ requests: 1, connections: 1 });
    expect(host.serverNames).toEqual(['hv01.contoso.com']);
  });

  test('is accepted where the CA is one of several in the text', async () => {
    const other = issueCertificate({ commonName: 'Other CA', purpose: 'authority' });
    const host = await listening(issued());
    const authorities = `# our CAs\r\n${other.certificate}\r\n${authority.certificate}`;
    expect((await identify(host.port, { tls: { authorities } })).answer.ok).toBe(true);
  });

  test('with an issuing CA in between is accepted where the host sends that one', async () => {
    const issuing = issueCertificate({ commonName: 'Contoso Issuing CA', purpose: 'authority' }, authority);
    const host = await listening(issued({}, issuing), { chain: [issuing] });
    expect((await identify(host.port)).answer.ok).toBe(true);
  });

  test('with an issuing CA in between that the host leaves out is untrusted, and the issuer is named', async () => {
    const issuing = issueCertificate({ commonName: 'Contoso Issuing CA', purpose: 'authority' }, authority);
    const { error } = await identify((await listening(issued({}, issuing))).port);
    expect(error).toMatchObject({
      code: 'certificateUntrusted',
      retryable: false,
      detail: expect.stringMatching(/Contoso Issuing CA.*leaves out a certificate in between/),
    });
  });
});

describe('a certificate that is not accepted', () => {
  test('without its CA is untrusted, and the detail has what a pin needs', async () => {
    const shown = issued();
    const { error } = await identify((await listening(shown)).port, { tls: {} });
    expect(error).toMatchObject({ code: 'certificateUntrusted', host: 'hv01.contoso.com' });
    expect(error?.detail).toContain(sha256Of(shown));
    expect(error?.detail).toContain('127.0.0.1 port');
  });

  test('signed by itself is untrusted', async () => {
    const { error } = await identify(
      (await listening(issueCertificate({ commonName: 'hv01.contoso.com', names: ['hv01.contoso.com'] }))).port,
    );
    expect(error).toMatchObject({ code: 'certificateUntrusted', detail: expect.stringContaining('self-signed') });
  });

  test.each([
    ['expired', { notBefore: days(-20), notAfter: days(-2) }, 'expired on'],
    ['not valid yet', { notBefore: days(2), notAfter: days(20) }, 'is valid only from'],
  ])('%s says the date', async (_case, plan, said) => {
    const { error } = await identify((await listening(issued(plan))).port);
    expect(error).toMatchObject({ code: 'certificateExpired', detail: expect.stringContaining(said) });
    expect(error?.detail).toMatch(/\d{4}-\d\d-\d\d/);
  });

  test('of an issuing CA that has expired says which one', async () => {
    const issuing = issueCertificate(
      { commonName: 'Old Issuing CA', purpose: 'authority', notBefore: days(-20), notAfter: days(-2) },
      authority,
    );
    const { error } = await identify((await listening(issued({}, issuing), { chain: [issuing] })).port);
    expect(error).toMatchObject({ code: 'certificateExpired', detail: expect.stringContaining('Old Issuing CA') });
  });

  test('for other names says which ones', async () => {
    const { error } = await identify((await listening(issued({ names: ['hv02.contoso.com', 'hv02'] }))).port);
    expect(error).toMatchObject({
      code: 'certificateNameMismatch',
      detail: expect.stringContaining('hv02.contoso.com'),
    });
    expect(error?.detail).toContain('asked for hv01.contoso.com');
  });

  test('signed with SHA-1 is too weak', async () => {
    const { error } = await identify((await listening(issued({ hash: 'sha1' }))).port);
    expect(error).toMatchObject({ code: 'certificateTooWeak', detail: expect.stringContaining('SHA-1') });
  });

  test('gets nothing from us: neither a request nor the password', async () => {
    const host = await listening(issued({ names: ['elsewhere.example'] }));
    const session = sessionOverTls(host.port);
    closers.push(() => session.close());
    expect((await session.enumerate({ namespace: 'root/cimv2', className: 'Win32_Service' })).ok).toBe(false);
    expect(host.requests).toEqual([]);
    expect(session.counters).toEqual({ requests: 0, connections: 0 });
  });
});

describe('an address instead of a name', () => {
  const target = (port: number) => ({ target: { host: '127.0.0.1', scheme: 'https' as const, port } });

  test('is looked for among the addresses of the certificate', async () => {
    const host = await listening(issued({ names: ['127.0.0.1'] }));
    expect((await identify(host.port, target(host.port))).answer.ok).toBe(true);
    expect(host.serverNames).toEqual([false]);
  });

  test('does not match a certificate that has only names', async () => {
    const host = await listening(issued());
    expect((await identify(host.port, target(host.port))).error?.code).toBe('certificateNameMismatch');
  });

  test('with a server name is asked under that name: the far end of a tunnel', async () => {
    const host = await listening(issued());
    const tls = { authorities: authority.certificate, serverName: 'hv01.contoso.com' };
    expect((await identify(host.port, { ...target(host.port), tls })).answer.ok).toBe(true);
    expect(host.serverNames).toEqual(['hv01.contoso.com']);
    const wrong = { ...tls, serverName: 'hv09.contoso.com' };
    expect((await identify(host.port, { ...target(host.port), tls: wrong })).error?.code).toBe(
      'certificateNameMismatch',
    );
  });
});

describe('a pinned certificate', () => {
  const selfSigned = issueCertificate({ commonName: 'WIN-ABC', names: ['WIN-ABC'], hash: 'sha1' });

  test('is accepted without issuer and name: the pin says whose it is', async () => {
    const host = await listening(selfSigned);
    expect((await identify(host.port, { tls: { pin: sha256Of(selfSigned) } })).answer.ok).toBe(true);
  });

  test('is the only one accepted: any other is refused with the fingerprint that was seen, though its CA is trusted', async () => {
    const shown = issued();
    const host = await listening(shown);
    const tls = { authorities: authority.certificate, pin: sha256Of(selfSigned) };
    const { error } = await identify(host.port, { tls });
    expect(error).toMatchObject({ code: 'certificatePinMismatch', detail: expect.stringContaining(sha256Of(shown)) });
    expect(host.requests).toEqual([]);
  });

  test('still has to be within its dates', async () => {
    const old = issueCertificate({ commonName: 'WIN-ABC', notBefore: days(-20), notAfter: days(-2) });
    const host = await listening(old);
    expect((await identify(host.port, { tls: { pin: sha256Of(old) } })).error?.code).toBe('certificateExpired');
  });
});
