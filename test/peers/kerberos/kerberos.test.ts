import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import { kerberos } from '../../../src/winrm/authentication/kerberos.ts';
import { loadKerberosModule } from '../../../src/winrm/authentication/kerberos-module.ts';
import { schemes } from '../../../src/winrm/authentication/schemes.ts';
import { openWinrmSession } from '../../../src/winrm/session.ts';
import { wait } from '../../../src/winrm/times.ts';
import type { Credential, WinrmSession } from '../../../src/winrm/winrm-session.ts';
import { type GssHost, python, startGssHost } from '../gss-host.ts';
import { type Realm, startRealm } from './realm.ts';

/** The folder of the built package; .ci/run names it, as it is none of the project's own dependencies. */
const moduleFolder = process.env.KERBEROS_MODULE ?? 'kerberos';

async function missing(): Promise<string | undefined> {
  const loaded = await loadKerberosModule(moduleFolder);
  if (!loaded.ok) return `the npm package kerberos is not there (${loaded.error}); see .ci/run for how to build it`;
  if (spawnSync(python, ['-c', 'import gssapi']).status !== 0) return 'package python3-gssapi is missing';
  if (spawnSync('/usr/sbin/krb5kdc', ['-?']).error) return 'package krb5-kdc is missing';
  return spawnSync('kinit', ['-V']).error === undefined ? undefined : 'package krb5-user is missing';
}

const reason = await missing();
if (reason !== undefined) console.warn(`The tests against a KDC are skipped: ${reason}`);

test.runIf(process.env.CI === 'true')(
  'a KDC and the Kerberos module are there wherever continuous integration runs',
  () => {
    expect(reason).toBeUndefined();
  },
);

const authority = issueCertificate({ commonName: 'Contoso Test CA', purpose: 'authority' });
const password = 'Kerb-p4ss';
const request = { namespace: 'root/cimv2', className: 'Win32_ComputerSystem', properties: ['Name'] };

describe.skipIf(reason !== undefined)('against a KDC and MIT as the host', () => {
  const before = { ...process.env };
  const acceptors: GssHost[] = [];
  const sessions: WinrmSession[] = [];
  let folder: string;
  let realm: Realm;
  let keytab: string;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'acceptor-'));
    realm = await startRealm();
    realm.addUser('reader', password);
    keytab = realm.addService('HTTP/hv01.contoso.test');
    port = await acceptor(keytab);
    Object.assign(process.env, realm.environment, { LC_ALL: 'C' });
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    delete process.env.KRB5_CLIENT_KTNAME;
  });
  afterAll(async () => {
    for (const name of ['KRB5_CONFIG', 'KRB5CCNAME', 'LC_ALL']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    for (const started of acceptors) started.stop();
    await realm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A host that holds these keys, with a certificate for both names; its port. */
  async function acceptor(keys: string): Promise<number> {
    const names = ['hv01.contoso.test', 'hv02.contoso.test', 'nobody.contoso.test'];
    const { certificate, key } = issueCertificate({ commonName: 'hv01.contoso.test', names }, authority);
    writeFileSync(join(folder, 'cert.pem'), certificate);
    writeFileSync(join(folder, 'key.pem'), key);
    const given = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const environment = { ...realm.environment, KRB5_KTNAME: keys };
    const started = await startGssHost(new URL('acceptor.py', import.meta.url), given, environment);
    acceptors.push(started);
    return started.port;
  }

  const open = (user: string, { host = 'hv01.contoso.test', to = port, serverName = '' } = {}): WinrmSession => {
    const credential: Credential = { user, password: '' };
    const session = openWinrmSession(
      {
        target: { host, scheme: 'https', port: to },
        tls: { authorities: authority.certificate, ...(serverName ? { serverName } : {}) },
        credential,
        authentication: 'kerberos',
        connectTimeoutMs: 60_000,
        operationTimeoutMs: 60_000,
      },
      {
        resolve: async () => ['127.0.0.1'],
        wait,
        schemes: { ...schemes, kerberos: kerberos(() => loadKerberosModule(moduleFolder)) },
      },
    );
    sessions.push(session);
    return session;
  };
  const withTicket = (): void => {
    process.env.KRB5CCNAME = realm.ticket('reader', password);
  };
  const withoutTicket = (): void => {
    process.env.KRB5CCNAME = `FILE:${join(folder, 'none')}`;
  };

  test('the ticket of the machine logs on, and the connection stays logged on', async () => {
    withTicket();
    const session = open('');
    const read = await session.enumerate(request);
    expect(read.ok && read.value[0]?.properties.Name).toEqual([{ kind: 'text', text: 'reader@CONTOSO.TEST' }]);
    expect((await session.enumerate(request)).ok).toBe(true);
    expect(session.counters).toEqual({ requests: 3, connections: 1 });
    await expect.poll(() => acceptors[0]?.lines).toContain('user reader@CONTOSO.TEST');
  });

  test.each(['reader', 'reader@CONTOSO.TEST', 'reader@contoso.test', 'CONTOSO\\reader'])(
    'the ticket of the account that is asked for logs on: %s',
    async (user) => {
      withTicket();
      expect((await open(user).enumerate(request)).ok).toBe(true);
    },
  );

  test('a host behind a tunnel is logged on to under its own name', async () => {
    withTicket();
    expect((await open('', { host: '127.0.0.1', serverName: 'hv01.contoso.test' }).enumerate(request)).ok).toBe(true);
  });

  test('a keytab stands for the ticket', async () => {
    process.env.KRB5CCNAME = `FILE:${join(folder, 'filled-by-keytab')}`;
    process.env.KRB5_CLIENT_KTNAME = realm.userKeytab('reader');
    expect((await open('reader').enumerate(request)).ok).toBe(true);
  });

  test('the ticket of another account is not taken for the one asked for', async () => {
    withTicket();
    const read = await open('other@CONTOSO.TEST').enumerate(request);
    expect(read).toMatchObject({ ok: false, error: { code: 'kerberosFailed' } });
  });

  test('without a ticket nothing is sent, and the error says how to get one', async () => {
    withoutTicket();
    const session = open('');
    expect(await session.enumerate(request)).toMatchObject({
      ok: false,
      error: {
        code: 'kerberosFailed',
        retryable: false,
        message: expect.stringContaining('no Kerberos ticket'),
        detail: expect.stringContaining('No Kerberos credentials available'),
      },
    });
    expect(session.counters.requests).toBe(0);
  });

  test('a host that the domain does not know by that name is said so', async () => {
    withTicket();
    expect(await open('', { host: 'nobody.contoso.test' }).enumerate(request)).toMatchObject({
      ok: false,
      error: {
        code: 'kerberosFailed',
        message: expect.stringContaining('no service HTTP/nobody.contoso.test'),
        detail: expect.stringContaining('not found in Kerberos database'),
      },
    });
  });

  test('a host that cannot open the ticket has refused the ticket, not the account', async () => {
    withTicket();
    const to = await acceptor(realm.addService('HTTP/hv02.contoso.test', 'elsewhere'));
    expect(await open('', { host: 'hv02.contoso.test', to }).enumerate(request)).toMatchObject({
      ok: false,
      error: { code: 'kerberosFailed', host: 'hv02.contoso.test', retryable: false },
    });
  });

  test('a ticket that has expired is said so', async () => {
    process.env.KRB5CCNAME = await realm.expiredTicket('reader', password);
    expect(await open('').enumerate(request)).toMatchObject({
      ok: false,
      error: { code: 'kerberosFailed', message: expect.stringContaining('expired') },
    });
  });

  test('a KDC that does not answer may answer later', async () => {
    withTicket();
    const configuration = process.env.KRB5_CONFIG;
    writeFileSync(
      join(folder, 'dead.conf'),
      '[libdefaults]\n default_realm = CONTOSO.TEST\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n' +
        ' udp_preference_limit = 1\n[realms]\n CONTOSO.TEST = {\n  kdc = 127.0.0.1:1\n }\n' +
        '[domain_realm]\n .contoso.test = CONTOSO.TEST\n',
    );
    process.env.KRB5_CONFIG = join(folder, 'dead.conf');
    const read = await open('').enumerate(request);
    process.env.KRB5_CONFIG = configuration;
    expect(read).toMatchObject({
      ok: false,
      error: { code: 'kdcUnreachable', retryable: true, detail: expect.stringContaining('Cannot contact any KDC') },
    });
  });
});
