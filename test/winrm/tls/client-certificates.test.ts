import type { ServerOptions } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { type CertificatePlan, issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import type { WinrmSessionOptions } from '../../../src/winrm/winrm-session.ts';
import { authority, issued, sessionOverTls, tlsHost } from './tls-host.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const mutual = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual';

const shownBy = (plan: Partial<CertificatePlan> = {}, issuer = authority): Partial<WinrmSessionOptions> => {
  const { certificate, key } = issueCertificate({ commonName: 'inventory', purpose: 'client', ...plan }, issuer);
  return { authentication: 'certificate', credential: { certificate: { certificate, key } } };
};

/** A host that ends the connection where it does not like the client certificate; being Node, without an alert. */
async function askingHost(options: ServerOptions = {}) {
  const host = await tlsHost(issued(), {
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority.certificate,
    ...options,
  });
  closers.push(() => host.close());
  return host;
}

async function logOn(port: number, options: Partial<WinrmSessionOptions>) {
  const session = sessionOverTls(port, options);
  closers.push(() => session.close());
  const answer = await session.enumerate({ namespace: 'root/cimv2', className: 'Win32_OperatingSystem' });
  return answer.ok ? undefined : answer.error;
}

test('the certificate is shown in TLS 1.2, and every request names its profile and no password', async () => {
  const host = await askingHost();
  await logOn(host.port, shownBy());
  expect(host.requests.length).toBeGreaterThan(1);
  for (const request of host.requests) expect(request).toEqual({ authorization: mutual, protocol: 'TLSv1.2' });
});

test.each([
  ['of another issuer', shownBy({}, issueCertificate({ commonName: 'Another CA', purpose: 'authority' }))],
  ['that has expired', shownBy({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') })],
  ['that is for servers only', shownBy({ purpose: 'server' })],
])(
  'a certificate %s that the host hangs up over is named as what may be wrong, and nothing is sent',
  async (_what, options) => {
    const host = await askingHost();
    expect(await logOn(host.port, options)).toMatchObject({
      code: 'tlsInterrupted',
      detail: expect.stringContaining('maybe over our client certificate'),
    });
    expect(host.requests).toEqual([]);
  },
);

test('a host that wants a certificate where none is shown says so after a TLS 1.3 handshake', async () => {
  const host = await askingHost({ minVersion: 'TLSv1.3' });
  expect(await logOn(host.port, {})).toMatchObject({ code: 'clientCertificateRefused', retryable: false });
  expect(host.requests).toEqual([]);
});

test('a host that wants a certificate where none is shown breaks off a TLS 1.2 handshake', async () => {
  const host = await askingHost({ maxVersion: 'TLSv1.2' });
  expect(await logOn(host.port, {})).toMatchObject({
    code: 'tlsFailed',
    detail: expect.stringContaining('or wants a client certificate'),
  });
  expect(host.requests).toEqual([]);
});

test('a host with TLS 1.3 only is told that a client certificate needs 1.2', async () => {
  const host = await askingHost({ minVersion: 'TLSv1.3' });
  expect(await logOn(host.port, shownBy())).toMatchObject({
    code: 'tlsFailed',
    detail: expect.stringContaining('the host offers no TLS 1.2'),
  });
});

test('two certificates on the same host are two connections with a certificate of their own', async () => {
  const host = await askingHost();
  await logOn(host.port, shownBy());
  const stranger = shownBy({}, issueCertificate({ commonName: 'Another CA', purpose: 'authority' }));
  const { length } = host.requests;
  expect(await logOn(host.port, stranger)).toMatchObject({ code: 'tlsInterrupted' });
  expect(host.requests).toHaveLength(length);
});

test('over http no certificate can be shown, and nothing is sent', async () => {
  const host = await askingHost();
  const target = { host: '127.0.0.1', scheme: 'http', port: host.port } as const;
  expect(await logOn(host.port, { ...shownBy(), target })).toMatchObject({ code: 'certificateNeedsHttps' });
  expect(host.serverNames).toEqual([]);
});
