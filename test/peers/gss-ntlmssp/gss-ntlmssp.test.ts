import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IssuedCertificate, issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import { openWinrmSession } from '../../../src/winrm/session.ts';
import type { Credential, WinrmSession, WinrmSessionOptions } from '../../../src/winrm/winrm-session.ts';
import { type GssHost, python, startGssHost } from '../gss-host.ts';

const ntlmMechanism = '1.3.6.1.4.1.311.2.2.10';

function missing(): string | undefined {
  const probe = spawnSync(
    python,
    ['-c', 'import gssapi; print(*[m.dotted_form for m in gssapi.raw.indicate_mechs()])'],
    { encoding: 'utf8' },
  );
  if (probe.error !== undefined || probe.status !== 0) return `${python} cannot import gssapi (package python3-gssapi)`;
  return probe.stdout.includes(ntlmMechanism) ? undefined : 'GSSAPI has no NTLM mechanism (package gss-ntlmssp)';
}

const reason = missing();
if (reason !== undefined) console.warn(`The tests against gss-ntlmssp are skipped: ${reason}`);

test.runIf(process.env.CI === 'true')('gss-ntlmssp is there wherever continuous integration runs', () => {
  expect(reason).toBeUndefined();
});

const password = 'Pässword, 123 ☃';

describe.skipIf(reason !== undefined)('against gss-ntlmssp as the host', () => {
  const acceptors: GssHost[] = [];
  let folder: string;
  let port: number;
  const sessions: WinrmSession[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gss-ntlmssp-'));
    writeFileSync(join(folder, 'users'), `CONTOSO:reader:${password}\nContoso:mixed:${password}\n`);
    port = await accept();
  });

  afterAll(async () => {
    for (const session of sessions) await session.close();
    for (const acceptor of acceptors) acceptor.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts an acceptor; the port it listens at. */
  async function accept(...given: readonly string[]): Promise<number> {
    const environment = { NTLM_USER_FILE: join(folder, 'users') };
    const acceptor = await startGssHost(new URL('acceptor.py', import.meta.url), given, environment);
    acceptors.push(acceptor);
    return acceptor.port;
  }

  const open = (credential: Credential): WinrmSession => {
    const session = openWinrmSession({
      target: { host: '127.0.0.1', scheme: 'http', port },
      credential,
      authentication: 'ntlm',
      connectTimeoutMs: 60_000,
      operationTimeoutMs: 60_000,
    });
    sessions.push(session);
    return session;
  };
  const echo = { namespace: 'root/cimv2', className: 'Win32_Echo', properties: ['Word'], where: 'grüße' };

  test('a domain account is let in, and both sides read what the other seals', async () => {
    const session = open({ user: 'CONTOSO\\reader', password });
    const answer = await session.enumerate(echo);
    expect(answer).toEqual({
      ok: true,
      value: [{ className: undefined, properties: { Word: [{ kind: 'text', text: 'grüße' }] } }],
    });
    expect(session.counters).toEqual({ requests: 3, connections: 1 });
    expect(session.authenticationNotes.computerName).toBeTruthy();
    await expect.poll(() => acceptors[0]?.lines).toContainEqual(expect.stringMatching(/^user .*reader/));
  });

  test('a domain is sent as it was written, in lower case too', async () => {
    const answer = await open({ user: 'Contoso\\mixed', password }).enumerate(echo);
    expect(answer.ok).toBe(true);
  });

  test('many large messages and a sealed fault stay in step', async () => {
    const session = open({ user: 'CONTOSO\\reader', password });
    const pages = { namespace: 'root/cimv2', className: 'Win32_Pages', properties: ['Page', 'Text'] };
    for (const _round of [1, 2]) {
      const read = await session.enumerate(pages);
      expect(read.ok && read.value.map(({ properties }) => properties.Page)).toEqual(
        ['1', '2', '3', '4', '5'].map((text) => [{ kind: 'text', text }]),
      );
      const absent = await session.enumerate({ namespace: 'root/cimv2', className: 'Win32_Missing' });
      expect(absent).toMatchObject({ ok: false, error: { code: 'resourceNotFound' } });
    }
    expect((await session.enumerate(echo)).ok).toBe(true);
    expect(session.counters.connections).toBe(1);
  });

  test.each([
    ['a wrong password', 'CONTOSO\\reader', 'Tr0ub4dor&3'],
    ['an unknown user', 'CONTOSO\\nobody', password],
  ])('%s is a refused logon, and the password is not in the error', async (_case, user, given) => {
    const session = open({ user, password: given });
    const answer = await session.enumerate(echo);
    expect(await session.enumerate(echo)).toEqual(answer);
    expect(session.counters.requests).toBe(2);
    expect(answer).toMatchObject({ ok: false, error: { code: 'logonRefused', host: '127.0.0.1' } });
    expect(JSON.stringify(answer)).not.toContain(given);
  });

  describe.each([
    ['sha256', 'sha256'],
    ['sha384', 'sha384'],
    ['sha1', 'sha256'],
  ] as const)('over TLS, with a certificate signed with %s', (hash, bound) => {
    const shown = issueCertificate({ commonName: 'localhost', names: ['127.0.0.1'], hash });
    const pin = createHash('sha256').update(shown.der).digest('hex');
    let tlsPort: number;

    const openTls = (over: number, options: Partial<WinrmSessionOptions> = {}): WinrmSession => {
      const session = openWinrmSession({
        target: { host: '127.0.0.1', scheme: 'https', port: over },
        tls: { pin },
        credential: { user: 'CONTOSO\\reader', password },
        authentication: 'ntlm',
        connectTimeoutMs: 60_000,
        operationTimeoutMs: 60_000,
        ...options,
      });
      sessions.push(session);
      return session;
    };
    /** The files of a host: what it shows, and what it binds a logon to. */
    const acceptOver = (name: string, certificate: IssuedCertificate, digest: string): Promise<number> => {
      const file = join(folder, `${name}-${hash}.pem`);
      writeFileSync(file, certificate.certificate + certificate.key);
      return accept(file, digest);
    };

    beforeAll(async () => {
      tlsPort = await acceptOver('host', shown, bound);
    });

    test('a logon bound to it is accepted, and messages travel as they are inside TLS', async () => {
      const session = openTls(tlsPort);
      expect((await session.enumerate(echo)).ok).toBe(true);
      expect((await session.enumerate(echo)).ok).toBe(true);
      expect(session.counters).toEqual({ requests: 4, connections: 1 });
    });

    test('a logon without a binding is let in, as by a Windows host with CbtHardeningLevel Relaxed', async () => {
      expect((await openTls(tlsPort, { channelBinding: 'off' }).enumerate(echo)).ok).toBe(true);
    });

    test('a logon that is bound to another certificate is refused: somebody in between opens TLS', async () => {
      // The acceptor behind it binds to its own certificate, and the client sees that of the one in between.
      const between = createTlsServer({ cert: shown.certificate, key: shown.key }, (client) => {
        const onward = connectTls({ host: '127.0.0.1', port: otherPort, rejectUnauthorized: false });
        for (const socket of [client, onward]) socket.on('error', () => socket.destroy());
        client.pipe(onward).pipe(client);
      });
      const other = issueCertificate({ commonName: 'localhost', names: ['127.0.0.1'] });
      const otherPort = await acceptOver('other', other, 'sha256');
      await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
      const { port: betweenPort } = between.address() as { port: number };
      const refused = await openTls(betweenPort).enumerate(echo);
      expect(refused).toMatchObject({
        ok: false,
        error: { code: 'logonRefused', detail: expect.stringContaining('channel binding is wrong') },
      });
      between.close();
    });
  });
});
