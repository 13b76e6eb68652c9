import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { type RawSettings, readSettings } from '../../src/settings/settings.ts';
import { issueCertificate } from '../../src/simulator/certificates/certificate.ts';

const valid = (environment: RawSettings, file: RawSettings = {}, place: 'commandLine' | 'app' = 'commandLine') => {
  const settings = readSettings(environment, file, place);
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return settings.value;
};
const errorsOf = (environment: RawSettings, file: RawSettings = {}, place: 'commandLine' | 'app' = 'app') => {
  const settings = readSettings(environment, file, place);
  return settings.ok ? [] : settings.error;
};

describe('settings', () => {
  it('are all optional', () => {
    expect(valid({})).toMatchObject({ credential: undefined, namedCredentials: new Map() });
  });

  it('come from the environment before .env', () => {
    const file = { HYPERV_AUTH: 'basic', HYPERV_VIA: 'cim' };
    expect(valid({ HYPERV_AUTH: 'ntlm' }, file)).toMatchObject({ authentication: 'ntlm', via: 'cim' });
  });

  it('that are empty count as not set', () => {
    expect(valid({ HYPERV_AUTH: '' }, { HYPERV_AUTH: 'basic' }).authentication).toBe('basic');
    expect(valid({ HYPERV_AUTH: '' }).authentication).toBeUndefined();
  });

  it('need no password with Kerberos', () => {
    const settings = valid({ HYPERV_AUTH: 'kerberos', HYPERV_USER: 'svc@CONTOSO.TEST', HYPERV_USER_EDGE: 'edge' });
    expect(settings.credential).toEqual({ user: 'svc@CONTOSO.TEST', password: '' });
    expect(settings.namedCredentials.get('edge')).toEqual({ user: 'edge', password: '' });
  });

  it.each([
    ['http://proxy.contoso.com:3128', { scheme: 'http', host: 'proxy.contoso.com', port: 3128 }],
    ['https://proxy', { scheme: 'https', host: 'proxy', port: 443 }],
    ['http://proxy', { scheme: 'http', host: 'proxy', port: 80 }],
    ['http://[fd00::1]:3128/', { scheme: 'http', host: 'fd00::1', port: 3128 }],
    [
      'http://CORP%5Cuser:p%40ss%3Aw%C3%B6rd@proxy:8080',
      { scheme: 'http', host: 'proxy', port: 8080, credential: { user: 'CORP\\user', password: 'p@ss:wörd' } },
    ],
  ])('name a proxy: %s', (url, proxy) => {
    expect(valid({ HYPERV_PROXY: url }).proxy).toEqual(proxy);
  });

  it('take no proxy from HTTP_PROXY and the like', () => {
    expect(valid({ HTTP_PROXY: 'http://proxy:1', HTTPS_PROXY: 'http://proxy:2' }).proxy).toBeUndefined();
  });

  it('hold an account for each credential name', () => {
    const settings = valid({
      HYPERV_USER: 'LAB\\reader',
      HYPERV_PASSWORD: 'one',
      HYPERV_USER_EDGE: 'edge\\reader',
      HYPERV_PASSWORD_EDGE: 'two',
    });
    expect(settings.credential).toEqual({ user: 'LAB\\reader', password: 'one' });
    expect(settings.namedCredentials).toEqual(new Map([['edge', { user: 'edge\\reader', password: 'two' }]]));
  });

  it.each([
    [{ HYPERV_USER: 'reader' }, 'HYPERV_PASSWORD must be set, because HYPERV_USER is.'],
    [{ HYPERV_PASSWORD: 's3cret' }, 'HYPERV_USER must be set, because HYPERV_PASSWORD is.'],
    [{ HYPERV_CERT_FILE: 'c.pem' }, 'HYPERV_KEY_FILE must be set, because HYPERV_CERT_FILE is.'],
    [{ HYPERV_KEY_FILE_EDGE: 'k.pem' }, 'HYPERV_CERT_FILE_EDGE must be set, because HYPERV_KEY_FILE_EDGE is.'],
    [{ HYPERV_PASSWORD_EDGE: 's3cret' }, 'HYPERV_USER_EDGE must be set, because HYPERV_PASSWORD_EDGE is.'],
  ])('name the half of an account that is missing: %j', (environment, message) => {
    expect(errorsOf(environment).map((error) => error.message)).toEqual([message]);
  });

  it.each([
    ['HYPERV_AUTH', 'kerberoast'],
    ['HYPERV_VIA', 'carrier-pigeon'],
    ['HYPERV_CA', '/home/site/ca.pem'],
    ['HYPERV_PROXY', 'proxy.contoso.com:3128'],
    ['HYPERV_PROXY', 'socks5://proxy:1080'],
    ['HYPERV_PROXY', 'http://user:50%@proxy:3128'],
    ['HYPERV_PROXY', 'http://user:pass#word@proxy:3128'],
    ['HYPERV_PROXY', 'http://proxy:3128/path'],
    ['HYPERV_PROXY', 'http://[fe80::1%25eth0]:3128'],
    ['COVERAGE_THRESHOLD', '1.5'],
    ['COVERAGE_THRESHOLD', '90 %'],
    ['COVERAGE_THRESHOLD', '-0.5'],
    ['ALLOW_PARTIAL_OK', 'perhaps'],
    ['KEY_VAULT_URL', 'contoso-vault'],
    ['KEY_VAULT_URL', 'ftp://contoso.vault.azure.net'],
    ['RUNS_BLOB_URL', 'https://runs.blob.core.windows.net/?sv=2024&sig=secret'],
    ['RUNS_BLOB_URL', 'https://user:secret@runs.blob.core.windows.net'],
    ['INVENTORY_SCHEDULE', 'every night'],
    ['INVENTORY_SCHEDULE', '0 0 2 * * * *'],
  ])('that are wrong are named, but their value is not told: %s', (name, value) => {
    const errors = errorsOf({ [name]: value });
    expect(errors.map(({ setting }) => setting)).toEqual([name]);
    expect(JSON.stringify(errors)).not.toContain(value);
  });

  it('of the app count only there', () => {
    const environment = { INVENTORY_SCHEDULE: 'nightly', azurewebjobsstorage: 'UseDevelopmentStorage=true' };
    expect(errorsOf(environment, {}, 'commandLine')).toEqual([]);
    expect(errorsOf(environment).map(({ setting }) => setting)).toEqual(['INVENTORY_SCHEDULE']);
    expect(valid({ ...environment, INVENTORY_SCHEDULE: '0 30 1 * * MON-FRI' }, {}, 'app')).toMatchObject({
      appStorage: 'UseDevelopmentStorage=true',
      schedule: '0 30 1 * * MON-FRI',
    });
    expect(valid({ INVENTORY_SCHEDULE: '1.00:00:00' }, {}, 'app').schedule).toBe('1.00:00:00');
  });

  it('may hold private CAs on one line, as app settings do', () => {
    const { certificate } = issueCertificate({ commonName: 'Contoso CA', purpose: 'authority' });
    const written = [certificate, certificate.trim().replaceAll('\n', '\\n'), certificate.replaceAll('\n', ' ')];
    for (const text of written) expect(valid({ HYPERV_CA: text }).authorities).toBe(certificate.trim());
  });

  it('name the services of Azure, and who asks them', () => {
    const settings = {
      KEY_VAULT_URL: 'https://contoso.vault.azure.net/',
      RUNS_BLOB_URL: 'https://runs.blob.core.windows.net',
      AZURE_CLIENT_ID: '0c1d',
      IDENTITY_ENDPOINT: 'http://169.254.129.2:8081/msi/token',
    };
    expect(valid(settings, {}, 'app')).toMatchObject({
      keyVaultUrl: 'https://contoso.vault.azure.net',
      runsBlobUrl: 'https://runs.blob.core.windows.net',
      identity: { clientId: '0c1d', isManaged: true },
    });
    expect(valid({}).identity.isManaged).toBe(false);
  });

  it('report every error at once', () => {
    expect(errorsOf({ HYPERV_AUTH: 'x', COVERAGE_THRESHOLD: 'y', HYPERV_USER: 'z' })).toHaveLength(3);
  });

  it.each([
    ['0', 0],
    ['.9', 0.9],
    ['0.90', 0.9],
    ['1', 1],
  ])('take %s as a coverage threshold', (value, threshold) => {
    expect(valid({ COVERAGE_THRESHOLD: value }).coverageThreshold).toBe(threshold);
  });

  it.each([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['yes', true],
    ['false', false],
    ['0', false],
    ['no', false],
  ])('take %s as an answer', (value, allowed) => {
    expect(valid({ ALLOW_PARTIAL_OK: value }).allowPartialOk).toBe(allowed);
  });
});

describe('the .env file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('may hold a password with any character between single quotes', async () => {
    const path = join(folder, '.env');
    await writeFile(path, "HYPERV_USER='LAB\\new reader'\nHYPERV_PASSWORD='a#b \"c\" $d\\n'\n");
    const settings = await loadSettings({}, { path, required: true }, 'commandLine');
    expect(settings.ok && settings.value.credential).toEqual({ user: 'LAB\\new reader', password: 'a#b "c" $d\\n' });
  });

  it('may be missing unless it was asked for', async () => {
    const path = join(folder, 'none.env');
    expect((await loadSettings({}, { path, required: false }, 'commandLine')).ok).toBe(true);
    const asked = await loadSettings({}, { path, required: true }, 'commandLine');
    expect(asked.ok ? [] : asked.error.map(({ message }) => message)).toEqual([
      `--env-file: ${path} cannot be read (ENOENT).`,
    ]);
  });

  it('leaves the environment of the process alone', async () => {
    const path = join(folder, '.env');
    await writeFile(path, 'HYPERV_ONLY_IN_FILE=x\n');
    await loadSettings({}, { path, required: true }, 'commandLine');
    expect(process.env.HYPERV_ONLY_IN_FILE).toBeUndefined();
  });
});
