import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appServices } from '../src/app-services.ts';
import { madeOnce } from '../src/made-once.ts';
import { issueCertificate } from '../src/simulator/certificates/certificate.ts';
import { temporaryFolder } from './end-to-end/exporter.ts';
import { startAzurite } from './fixtures/azurite.ts';

const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const account = { ...storage, HYPERV_USER: 'LAB\\reader', HYPERV_PASSWORD: 'secret of the lab' };
const hv01 = { host: { host: 'hv01' }, authentication: 'ntlm' } as const;

const made = async (environment: Readonly<Record<string, string>>, folder?: string) => {
  const services = await appServices(environment, folder ?? (await temporaryFolder()));
  if (!services.ok) throw new Error(services.error.join(' '));
  return services.value;
};
const problems = async (environment: Readonly<Record<string, string>>) => {
  const services = await appServices(environment, await temporaryFolder());
  return services.ok ? [] : services.error;
};

it('without settings the app says which are missing', async () => {
  const said = (await problems({})).join(' ');
  expect(said).toMatch(/KEY_VAULT_URL must be set, or HYPERV_USER and HYPERV_PASSWORD/);
  expect(said).toMatch(/RUNS_BLOB_URL, RUNS_STORAGE or AzureWebJobsStorage must be set/);
});

it('everything that is wrong with the settings is said at once, and no value', async () => {
  const said = (await problems({ ...account, HYPERV_PROXY: 'proxy.secret', INVENTORY_SCHEDULE: 'every night' })).join(
    ' ',
  );
  expect(said).toMatch(/HYPERV_PROXY must be/);
  expect(said).toMatch(/INVENTORY_SCHEDULE must be/);
  expect(said).not.toMatch(/proxy\.secret|every night/);
});

it('the app has the accounts, the proxy, the CAs and the options of its settings', async () => {
  const { certificate } = issueCertificate({ commonName: 'Contoso CA', purpose: 'authority' });
  const services = await made({
    ...account,
    HYPERV_PROXY: 'http://proxy.contoso.test:3128',
    HYPERV_CA: certificate,
    HYPERV_AUTH: 'basic',
    COVERAGE_THRESHOLD: '0.5',
  });
  expect(services.proxy?.name).toBe('proxy.contoso.test:3128');
  expect(services.authorities).toBe(certificate.trim());
  expect(services.defaults).toMatchObject({ options: { authentication: 'basic', coverageThreshold: 0.5 } });
  expect(await services.accounts.find(hv01)).toEqual({
    ok: true,
    value: { name: '', credential: { user: 'LAB\\reader', password: 'secret of the lab' } },
  });
});

it('a file of CAs lies in the folder of the app', async () => {
  const folder = await temporaryFolder();
  const { certificate } = issueCertificate({ commonName: 'Contoso CA', purpose: 'authority' });
  await writeFile(join(folder, 'ca.pem'), certificate);
  expect((await made({ ...account, HYPERV_CA_FILE: 'ca.pem' }, folder)).authorities).toBe(certificate.trim());
});

it('runs and the list of hosts are kept where the storage of the app is', async () => {
  const azurite = await startAzurite();
  onTestFinished(() => azurite.stop());
  const services = await made({ ...account, RUNS_STORAGE: azurite.connectionString });
  await services.store.write('20261123T020000Z-7f3a9c/run.json', '{}');
  await services.config?.write('hosts.txt', 'hv01');
  expect(await services.store.folders('')).toEqual(['20261123T020000Z-7f3a9c']);
  expect(String(await services.config?.read('hosts.txt'))).toBe('hv01');
});

it('services are made once, and again after what was wrong has been mended', async () => {
  let calls = 0;
  const services = madeOnce(async () => {
    calls += 1;
    if (calls === 1) throw new Error('not yet');
    return `made at call ${calls}`;
  });
  await expect(services()).rejects.toThrow('not yet');
  expect(await Promise.all([services(), services()])).toEqual(['made at call 2', 'made at call 2']);
});
