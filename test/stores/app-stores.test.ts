import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/simulator/certificates/certificate.ts';
import { openAppStores, type StorageSettings } from '../../src/stores/app-stores.ts';
import { type Azurite, startAzurite } from '../fixtures/azurite.ts';

let folder: string;
let byKey: Azurite;
let byIdentity: Azurite;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-stores-test-'));
  const { certificate, key } = issueCertificate({ commonName: 'azurite', names: ['127.0.0.1'] });
  const files = { certFile: join(folder, 'certificate.pem'), keyFile: join(folder, 'key.pem') };
  await writeFile(files.certFile, certificate);
  await writeFile(files.keyFile, key);
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
  [byKey, byIdentity] = await Promise.all([startAzurite(), startAzurite({ certificate: files })]);
});
afterAll(async () => {
  await Promise.all([byKey?.stop(), byIdentity?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** A token as Entra ID makes it, for storage; Azurite looks at all of it but the signature. */
function tokenFor(audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - 10, nbf: now - 10, exp: now + 3600 };
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part({ aud: audience, iss: `https://sts.windows.net/${randomUUID()}/`, ...times })}.c2ln`;
}
const identityFor = (audience: string) => async (): Promise<TokenCredential> => ({
  getToken: async () => ({ token: tokenFor(audience), expiresOnTimestamp: Date.now() + 3_600_000 }),
});
const identity = identityFor('https://storage.azure.com');
const noIdentity = async (): Promise<TokenCredential> => ({
  getToken: async () => {
    throw Object.assign(new Error('no identity here'), { name: 'CredentialUnavailableError' });
  },
});

async function opened(settings: StorageSettings, by = identity) {
  const stores = await openAppStores(settings, by, { tries: 1 });
  if (!stores.ok) throw new Error(stores.error.message);
  return stores.value;
}

/** Does a file that is written with these settings lie in that account? */
async function writesTo(settings: StorageSettings, account: StorageSettings): Promise<boolean> {
  const name = `${randomUUID()}/run.json`;
  await (await opened(settings)).runs.write(name, 'x');
  return await (await opened(account)).runs.exists(name);
}

describe('where the app keeps its runs', () => {
  it('is the account of RUNS_BLOB_URL first, then that of RUNS_STORAGE, then its own', async () => {
    const atIdentity = { runsBlobUrl: byIdentity.url };
    const atKey = { runsStorage: byKey.connectionString };
    expect(await writesTo({ ...atIdentity, ...atKey, appStorage: 'x' }, atIdentity)).toBe(true);
    expect(await writesTo({ ...atKey, appStorage: 'x' }, atKey)).toBe(true);
    expect(await writesTo({ appStorage: byKey.connectionString }, atKey)).toBe(true);
    expect(await writesTo({ appStorageBlobUrl: byIdentity.url, appStorageAccount: 'x' }, atIdentity)).toBe(true);
  });

  it('has its host list beside them', async () => {
    const { config, runs } = await opened({ runsStorage: byKey.connectionString });
    expect(await config.read('hosts.txt')).toBeUndefined();
    await config.write('hosts.txt', 'hv1');
    expect((await config.read('hosts.txt'))?.toString()).toBe('hv1');
    expect(await runs.exists('hosts.txt')).toBe(false);
  });

  it('is told as missing by the names of all settings that could say it', async () => {
    const stores = await openAppStores({}, identity);
    expect(!stores.ok && stores.error.message).toMatch(
      /RUNS_BLOB_URL, RUNS_STORAGE or AzureWebJobsStorage must be set/,
    );
  });

  it.each(['nonsense', 'AccountName=a;AccountKey=c2VjcmV0', 'BlobEndpoint=https://x;SharedAccessSignature='])(
    'is refused, without a word of it, where the connection string is none (%s)',
    async (runsStorage) => {
      const stores = await openAppStores({ runsStorage }, identity);
      expect(!stores.ok && stores.error).toEqual({
        setting: 'RUNS_STORAGE',
        message: 'RUNS_STORAGE must be the connection string of a storage account.',
      });
    },
  );

  it('may be Azurite on its own ports', async () => {
    expect(await openAppStores({ appStorage: 'UseDevelopmentStorage=true' }, identity)).toMatchObject({ ok: true });
  });

  it('is asked in the public cloud where only the name of the account is known', async () => {
    const { runs } = await opened({ appStorageAccount: 'contosonosuchaccount' }, noIdentity);
    await expect(runs.exists('a')).rejects.toThrow('contosonosuchaccount.blob.core.windows.net');
  });
});

describe('an identity', () => {
  it('that cannot be had is told so, with what to do', async () => {
    const { runs } = await opened({ runsBlobUrl: byIdentity.url }, noIdentity);
    await expect(runs.write('a', 'x')).rejects.toMatchObject({
      code: 'storeNoIdentity',
      advice: expect.stringContaining('managed identity'),
    });
  });

  it('that the account refuses is told so, and nothing looks as if it were missing', async () => {
    const { runs } = await opened({ runsBlobUrl: byIdentity.url }, identityFor('https://vault.azure.net'));
    await expect(runs.read('a')).rejects.toMatchObject({ code: 'storeForbidden' });
  });
});
