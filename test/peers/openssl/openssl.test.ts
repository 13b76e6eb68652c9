import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type IssuedCertificate, issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import type { WinrmSessionOptions } from '../../../src/winrm/winrm-session.ts';
import { authority, issued, sessionOverTls } from '../../winrm/tls/tls-host.ts';

const there = spawnSync('openssl', ['version']).error === undefined;
if (!there) console.warn('The tests against openssl are skipped: it is not installed (package openssl)');

test.runIf(process.env.CI === 'true')('openssl is there wherever continuous integration runs', () => {
  expect(there).toBe(true);
});

const client = (issuer: IssuedCertificate): Partial<WinrmSessionOptions> => {
  const { certificate, key } = issueCertificate({ commonName: 'inventory', purpose: 'client' }, issuer);
  return { authentication: 'certificate', credential: { certificate: { certificate, key } } };
};

describe.skipIf(!there)('against openssl s_server', () => {
  let folder: string;
  const running: ChildProcess[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openssl-'));
    const { certificate, key } = issued();
    writeFileSync(join(folder, 'host.pem'), certificate);
    writeFileSync(join(folder, 'host.key'), key);
    writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  });
  afterEach(() => {
    for (const server of running.splice(0)) server.kill();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts s_server with more options, and asks it as a host. `said` is what it printed of the handshake. */
  async function ask(more: readonly string[], options: Partial<WinrmSessionOptions> = {}) {
    const shown = ['-cert', join(folder, 'host.pem'), '-key', join(folder, 'host.key')];
    const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...shown, ...more]);
    running.push(server);
    let said = '';
    let answered = false;
    const port = await new Promise<number>((resolve, reject) => {
      const hear = (bytes: Buffer) => {
        said += bytes.toString('latin1');
        const listening = /ACCEPT 127\.0\.0\.1:(\d+)\s/.exec(said)?.[1];
        if (listening !== undefined) resolve(Number(listening));
        // It hands on what comes in by stdin; that request is never let in.
        if (!answered && said.includes('POST /wsman')) {
          answered = true;
          server.stdin.write('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n');
        }
      };
      server.stdout.on('data', hear);
      server.stderr.on('data', hear);
      server.once('exit', () => reject(new Error(`openssl ended: ${said}`)));
    });
    const session = sessionOverTls(port, options);
    const answer = await session.identify();
    await session.close();
    const ended = once(server, 'close');
    server.kill();
    await ended;
    return { error: answer.ok ? undefined : answer.error, said };
  }

  test.each([
    ['1.3', '-tls1_3'],
    ['1.2', '-tls1_2'],
  ])('a TLS %s handshake works, and the request gets through', async (_version, only) => {
    expect((await ask([only])).error?.code).toBe('authenticationNotOffered');
  });

  test('a host with TLS 1.1 only is refused', async () => {
    const { error } = await ask(['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0']);
    expect(error).toMatchObject({ code: 'tlsFailed', detail: expect.stringContaining('no TLS from version 1.2 on') });
  });

  test('what is offered is TLS 1.3 and 1.2 with no broken cipher', async () => {
    const { said } = await ask(['-trace']);
    const hello = /ClientHello,[\s\S]*?(?=Sent Record)/.exec(said)?.[0] ?? '';
    const ciphers = [...hello.matchAll(/\{0x[0-9A-F]{2}, 0x[0-9A-F]{2}\} (\S+)/g)].map(([, name = '']) => name);
    const versions = [...hello.matchAll(/^\s+(TLS|SSL) (\d\.\d) \(\d+\)/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    process.stdout.write(`\nOffered to openssl: ${versions.join(', ')}; ${ciphers.join(', ')}\n`);
    // All that was offered was read: a suite is two bytes.
    const bytes = Number(/cipher_suites \(len=(\d+)\)/.exec(hello)?.[1]);
    expect([...hello.matchAll(/\{0x[0-9A-F]{2}, 0x[0-9A-F]{2}\}/g)]).toHaveLength(bytes / 2);
    expect(ciphers).toHaveLength(bytes / 2);
    expect(versions).toEqual(['TLS 1.3', 'TLS 1.2']);
    expect(ciphers).toContain('TLS_AES_256_GCM_SHA384');
    expect(ciphers).toContain('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384');
    expect(ciphers.filter((name) => /RC4|DES_|NULL|anon|EXPORT|MD5|UNKNOWN/i.test(name))).toEqual([]);
  });

  test('a client certificate is shown, and the host verifies it', async () => {
    const { error, said } = await ask(
      ['-Verify', '2', '-verify_return_error', '-CAfile', join(folder, 'ca.pem')],
      client(authority),
    );
    expect(error?.code).toBe('authenticationNotOffered');
    expect(said).toMatch(/depth=0 CN ?= ?inventory/);
    expect(said).toContain('verify return:1');
  });

  test('a client certificate of another issuer is refused by an alert', async () => {
    const verify = ['-Verify', '2', '-verify_return_error', '-CAfile', join(folder, 'ca.pem')];
    const stranger = client(issueCertificate({ commonName: 'Another CA', purpose: 'authority' }));
    expect((await ask(verify, stranger)).error).toMatchObject({ code: 'clientCertificateRefused', retryable: false });
  });
});
