import { createPrivateKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AccountCertificate } from '../../src/simulator/certificates/fleet-certificates.ts';
import type { Personality } from '../../src/simulator/personalities.ts';
import {
  accountSettings,
  caFileOf,
  clientCertificateOf,
  exporter,
  hostList,
  reportIn,
  runningFleet,
  shortWaits,
  temporaryFolder,
} from './exporter.ts';

const passphrase = 'op3n-the-k3y';

async function place(personalities: readonly Personality[], kind?: AccountCertificate) {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: personalities.length, seed: 3, vms: 3, personalities });
  const settings = await clientCertificateOf(fleet, folder, kind);
  const caFile = await caFileOf(fleet, folder);
  const run = (environment: Readonly<Record<string, string>> = settings, hosts = hostList(fleet)) =>
    exporter(['--hosts', hosts, '--auth', 'certificate', '--ca-file', caFile, '--verbose', ...shortWaits], {
      workingFolder: folder,
      environment,
    });
  const encryptKey = async () => {
    const key = createPrivateKey(await readFile(join(folder, 'client.key'), 'utf8'));
    const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
    await writeFile(join(folder, 'client.key'), pem);
  };
  return { folder, fleet, settings, run, encryptKey };
}

it('hosts are inventoried with a client certificate whose key is encrypted, and no account is set', async () => {
  const { fleet, settings, run, encryptKey } = await place(['httpsClientCertificate', 'httpsClientCertificate']);
  await encryptKey();

  const { code } = await run({ ...settings, HYPERV_KEY_PASSPHRASE: passphrase });

  expect(code).toBe(0);
  for (const { counters } of fleet.hosts) expect(counters.shellsOpen).toBe(0);
});

it('a certificate from a CA that the host does not know is refused, and said to be', async () => {
  const { folder, run } = await place(['httpsClientCertificate'], 'otherIssuer');

  expect((await run()).code).toBe(3);
  const [host] = (await reportIn(folder)).hosts;
  expect(host?.error).toMatchObject({ code: 'clientCertificateRefused', advice: expect.stringContaining('CA') });
});

it('three hosts that do not know the certificate are all asked: it cannot be locked out like an account', async () => {
  const { folder, fleet, run } = await place(['httpsUnmapped', 'httpsUnmapped', 'httpsUnmapped']);

  await run();

  const codes = (await reportIn(folder)).hosts.map(({ error }) => error?.code);
  expect(codes).toEqual(Array(3).fill('clientCertificateNotMapped'));
  for (const { counters } of fleet.hosts) expect(counters.requests).toBe(1);
});

it('a host that takes no client certificates says so, and http hosts are never asked', async () => {
  const { folder, fleet, run } = await place(['https', 'healthy']);

  await run();

  const codes = (await reportIn(folder)).hosts.map(({ error }) => error?.code);
  expect(codes).toEqual(['clientCertificateNotMapped', 'certificateNeedsHttps']);
  expect(fleet.hosts[1]?.counters.connections).toBe(0);
});

it('hosts use the certificate of their own credential name', async () => {
  const { fleet, settings, run } = await place(['httpsClientCertificate']);
  const named = {
    HYPERV_CERT_FILE_EDGE: settings.HYPERV_CERT_FILE,
    HYPERV_KEY_FILE_EDGE: settings.HYPERV_KEY_FILE,
  };

  expect((await run(named, `${hostList(fleet)} credential=edge`)).code).toBe(0);
});

it('a password account does not stand in for a missing certificate', async () => {
  const { folder, fleet, settings, run } = await place(['httpsClientCertificate', 'httpsClientCertificate']);
  const [first, second] = fleet.hosts.map(({ given }) => given);

  const { code, stderr } = await run(accountSettings);
  expect(code).toBe(2);
  expect(stderr).toContain('HYPERV_CERT_FILE and HYPERV_KEY_FILE');

  const edge = { HYPERV_USER_EDGE: 'edge', HYPERV_PASSWORD_EDGE: 'secret' };
  await run({ ...settings, ...edge }, `${first}, ${second} credential=edge`);
  const codes = (await reportIn(folder)).hosts.map(({ error }) => error?.code);
  expect(codes).toEqual([undefined, 'credentialMissing']);
});

it.each<[string, AccountCertificate, Readonly<Record<string, string>>, string]>([
  ['a file that is not there', 'mapped', { HYPERV_CERT_FILE: 'none.pem' }, 'HYPERV_CERT_FILE: '],
  ['a key file that is not there', 'mapped', { HYPERV_KEY_FILE: 'none.key' }, 'HYPERV_KEY_FILE: '],
  ['a file without a certificate', 'mapped', { HYPERV_CERT_FILE: 'client.key' }, 'holds no certificate in PEM form'],
  ['a file without a key', 'mapped', { HYPERV_KEY_FILE: 'client.pem' }, 'holds no private key in PEM form'],
  ['a key of another certificate', 'mapped', { HYPERV_CERT_FILE: 'ca.pem' }, 'is not the key of the first certificate'],
  ['a certificate that has expired', 'expired', {}, 'HYPERV_CERT_FILE: the certificate in '],
])('%s starts nothing, and the setting is named', async (_what, kind, changes, message) => {
  const { fleet, settings, run } = await place(['httpsClientCertificate'], kind);

  const { code, stderr } = await run({ ...settings, ...changes });

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(fleet.hosts[0]?.counters.connections).toBe(0);
});

it.each([
  ['without a passphrase', {}, 'HYPERV_KEY_PASSPHRASE: must be set, because the key is encrypted'],
  ['with a wrong one', { HYPERV_KEY_PASSPHRASE: 'n0t-that-0ne' }, 'HYPERV_KEY_PASSPHRASE: does not open the key'],
])('an encrypted key %s starts nothing, and no passphrase is shown', async (_what, more, message) => {
  const { fleet, settings, run, encryptKey } = await place(['httpsClientCertificate']);
  await encryptKey();

  const { code, stderr } = await run({ ...settings, ...more });

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('n0t-that-0ne');
  expect(fleet.hosts[0]?.counters.connections).toBe(0);
});

it('with http hosts only, nothing is started', async () => {
  const { run } = await place(['healthy']);

  const { code, stderr } = await run();

  expect(code).toBe(2);
  expect(stderr).toContain('Client certificates are for https only');
});
