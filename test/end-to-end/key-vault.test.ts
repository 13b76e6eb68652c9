import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startInventoryRun } from '../../src/embedded/start-inventory-run.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import { parseHostList } from '../../src/inventory/host-list.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import { createServices, type Services } from '../../src/services.ts';
import { vaultAccounts } from '../../src/settings/key-vault/vault-accounts.ts';
import { keyVaultSecrets } from '../../src/settings/key-vault/vault-secrets.ts';
import type { RunningFleet } from '../../src/simulator/server/running-fleet.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { manifestOf } from '../activities/fake-host.ts';
import { identityStandIn, leadHere, type VaultStandIn, vaultStandIn } from '../settings/key-vault/vault-stand-in.ts';
import { startProgram } from './child-program.ts';
import { hostList, reportIn, runningFleet, shortWaits, temporaryFolder, total } from './exporter.ts';

const password = 'of the first day';
const healthy = { seed: 7, vms: 2, personalities: [] };

/** A fleet, the vault that holds its account, and runs over it in one process, as the app has them. */
async function fleetWithVault(hosts: number) {
  const account = { user: 'inventory', password };
  const fleet = await runningFleet({ ...healthy, hosts }, { credential: account });
  const vault = await vaultStandIn({ 'hyperv-user': account.user, 'hyperv-password': account.password });
  leadHere(vault);
  const credential = async () => ({
    getToken: async () => ({ token: 'good-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
  const folder = await temporaryFolder();
  const services = createServices({
    store: folderStore(folder),
    connect: openWinrmSession,
    accounts: vaultAccounts(keyVaultSecrets({ url: vault.url, credential }), () => new Date()),
    log: () => undefined,
  });
  const changePassword = (to: string): void => {
    account.password = to;
    vault.secrets.set('hyperv-password', to);
  };
  return { fleet, vault, services, changePassword };
}

/** Runs over the whole fleet, two hosts at once. */
async function run(fleet: RunningFleet, services: Services): Promise<RunReport> {
  const list = parseHostList(hostList(fleet), { source: 'the fleet' });
  if (!list.ok) throw new Error('a fleet that no list can name');
  const runId = `20261123T020000Z-${createHash('sha256').update(randomUUID()).digest('hex').slice(0, 6)}`;
  const manifest = { ...manifestOf(list.value.hosts, { via: 'auto', concurrency: 2 }), runId };
  const started = await startInventoryRun(manifest, services);
  if (!started.ok) throw new Error(started.error.message);
  await started.value.finished;
  const report = await services.store.read(inRun(runId, runFiles.report));
  return JSON.parse(String(report)) as RunReport;
}

const statuses = ({ hosts }: RunReport) => new Set(hosts.map(({ final_status }) => final_status));

it('a password that was changed between two runs is taken up without a restart, after one refusal', async () => {
  const { fleet, services, changePassword } = await fleetWithVault(5);
  expect(statuses(await run(fleet, services))).toEqual(new Set(['Inventory OK']));
  expect(total(fleet, 'logonsRefused')).toBe(0);

  changePassword('of the second day');
  const second = await run(fleet, services);
  expect(statuses(second)).toEqual(new Set(['Inventory OK']));
  expect(total(fleet, 'logonsRefused')).toBe(1);
});

it('a password that is changed in the middle of a run costs no host, and is refused only by those just logging on', async () => {
  const { fleet, services, changePassword } = await fleetWithVault(8);
  let sessions = 0;
  const connect: Services['connect'] = (options) => {
    sessions += 1;
    // Every host has had its preflight; three are collected already.
    if (sessions === 12) changePassword('of the same day');
    return openWinrmSession(options);
  };
  const report = await run(fleet, { ...services, connect });
  expect(statuses(report)).toEqual(new Set(['Inventory OK']));
  expect(sessions).toBeGreaterThan(16);
  expect(total(fleet, 'logonsRefused')).toBeGreaterThan(0);
  expect(total(fleet, 'logonsRefused')).toBeLessThanOrEqual(2);
});

it('a password that is wrong in the vault is refused at most twice, whatever is read again', async () => {
  const { fleet, vault, services } = await fleetWithVault(6);
  vault.secrets.set('hyperv-password', 'mistyped');
  const report = await run(fleet, services);
  expect(total(fleet, 'logonsRefused')).toBeLessThanOrEqual(2);
  expect(new Set(report.hosts.map(({ error }) => error?.code))).toEqual(new Set(['logonRefused', 'accountRefused']));
  expect(JSON.stringify(report)).not.toContain('mistyped');
});

it('a host that the vault has no account for is an error of that host, with the names of the secrets', async () => {
  const { fleet, vault, services } = await fleetWithVault(3);
  vault.secrets.set('hyperv-user-for-127-0-0-1', 'somebody');
  const report = await run(fleet, services);
  const [host] = report.hosts;
  expect(host?.error).toMatchObject({
    code: 'credentialMissing',
    message: expect.stringContaining(
      '"hyperv-password-for-127-0-0-1" is not in https://contoso-hyperv.vault.azure.net',
    ),
  });
});

/** The program as a user starts it in Azure: a managed identity, a vault with a name of Azure's. */
async function startInAzure(argv: readonly string[], vault: VaultStandIn) {
  const folder = await temporaryFolder();
  const identity = await identityStandIn();
  await writeFile(join(folder, 'vault-ca.pem'), vault.authority);
  const program = startProgram(argv, {
    workingFolder: folder,
    environment: {
      KEY_VAULT_URL: vault.url,
      AZURE_CLIENT_ID: '11111111-2222-4333-8444-555555555555',
      HTTPS_PROXY: vault.proxyUrl,
      // The SDK would ask the identity through the proxy too.
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: join(folder, 'vault-ca.pem'),
      ...identity.environment,
    },
  });
  return { folder, identity, code: await program.ended, written: program.written() };
}

it('the program asks the vault as its managed identity, and tells nothing of what it reads', async () => {
  const account = { user: 'inventory', password: 'known to the vault only' };
  const fleet = await runningFleet({ ...healthy, hosts: 3 }, { credential: account });
  const vault = await vaultStandIn({ 'hyperv-user': account.user, 'hyperv-password': account.password });
  const ended = await startInAzure(['--hosts', hostList(fleet), '--verbose', ...shortWaits], vault);
  expect(ended.written).toContain('Inventory OK');
  expect(ended.code).toBe(0);
  expect(ended.identity.asked).toEqual(['11111111-2222-4333-8444-555555555555']);
  expect(statuses(await reportIn(ended.folder))).toEqual(new Set(['Inventory OK']));
  expect(ended.written).not.toMatch(/known to the vault only|good-token/);
});

it('the program starts nothing where the vault has no account, and says which secrets to make', async () => {
  const vault = await vaultStandIn({});
  const ended = await startInAzure(['--hosts', 'hv01.contoso.test', ...shortWaits], vault);
  expect(ended.code).toBe(2);
  expect(ended.written).toContain(
    'there are no secrets "hyperv-user" and "hyperv-password" in https://contoso-hyperv.vault.azure.net',
  );
});
