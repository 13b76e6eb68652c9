import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Personality } from '../../src/simulator/personalities.ts';
import type { SimulatedHost } from '../../src/simulator/simulated-host.ts';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder, total } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const sick: readonly Personality[] = [
  ...['dead', 'dead', 'intermittent', 'intermittent', 'slow', 'wrongCredentials', 'noRights', 'notHyperV'],
  ...['vmmsStopped', 'cutOffMidScript', 'vmMoves', 'vmMoves', 'listedTwice', 'listedTwice', 'empty', 'strangeKeys'],
] as Personality[];
const hosts = 60;
const personalities = Array.from({ length: hosts }, (_, index) =>
  index % 3 === 2 ? (sick[(index - 2) / 3] ?? 'healthy') : 'healthy',
);
/** Hosts that show a list of VMs which is the truth. */
const listing: ReadonlySet<Personality> = new Set([
  'healthy',
  'empty',
  'intermittent',
  'slow',
  'cutOffMidScript',
  'vmMoves',
  'strangeKeys',
] satisfies Personality[]);

/** What the repository, of which the host makes all its answers, holds as its VMs; lower-case ids. */
function vmsInRepository({ repository }: SimulatedHost): readonly string[] {
  const systems = repository.namespaces['root/virtualization/v2']?.Msvm_ComputerSystem?.instances ?? [];
  const settings = repository.namespaces['root/virtualization/v2']?.Msvm_VirtualSystemSettingData?.instances ?? [];
  const realized = new Set(
    settings
      .filter(({ values }) => values.VirtualSystemType === 'Microsoft:Hyper-V:System:Realized')
      .map(({ values }) => String(values.VirtualSystemIdentifier).toLowerCase()),
  );
  return systems.map(({ values }) => String(values.Name).toLowerCase()).filter((name) => realized.has(name));
}

it('a fleet of 60 hosts is accounted for, host by host and VM by VM', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts, seed: 11, vms: 6, personalities });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  expect(code).toBe(3);
  const out = join(folder, 'out');
  const report = await reportIn(folder);
  expect(report.hosts.map(({ given }) => given)).toEqual(fleet.hosts.map(({ given }) => given));
  const { inventory_ok, inventory_partial, inventory_empty, inventory_error, duplicates } = report.totals;
  expect(inventory_ok + inventory_partial + inventory_empty + inventory_error + duplicates).toBe(hosts);
  const coverage = (await readFile(join(out, 'host_inventory_coverage.csv'), 'utf8')).split('\r\n');
  for (const { given } of fleet.hosts)
    expect(
      coverage.filter((line) => line.startsWith(given)),
      given,
    ).toHaveLength(1);

  const missing = await readFile(join(out, 'missing_vms_by_host.csv'), 'utf8');
  const rows = await workbookRows(out, 'vInfo');
  const inWorkbook = new Set(rows.map((row) => row['VM ID']));
  for (const { given, host } of fleet.hosts.filter((running) => listing.has(running.host.personality))) {
    const told = report.hosts.find((candidate) => candidate.given === given);
    const truth = vmsInRepository(host);
    expect(truth, given).toEqual(host.vms.map(({ id }) => id.toLowerCase()));
    expect(told?.baseline?.vms.map(({ vm_id }) => vm_id).toSorted(), given).toEqual(truth.toSorted());
    for (const id of truth) {
      // A VM of which two hosts have a copy keeps its id on one of them only.
      const row = inWorkbook.has(`vm-${id}`);
      expect(row || missing.includes(id), `${id} of ${given} (${host.personality})`).toBe(true);
    }
  }
  const counted = report.hosts.filter(({ duplicate_of }) => duplicate_of === null);
  const rowCount = counted.flatMap(({ collectors }) => collectors.filter(({ tab }) => tab === 'vInfo'));
  // What moved during the run was read on both hosts, and has one row.
  const { moved } = report.totals.vms;
  expect(moved).toBeGreaterThan(0);
  expect(rows).toHaveLength(rowCount.reduce((sum, { row_count }) => sum + row_count, 0) - moved);
  expect(total(fleet, 'shellsOpen')).toBe(0);
  expect(total(fleet, 'openEnumerations')).toBe(0);
});

it('the retry file, fed back, asks only the hosts that need it, and they come back well', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({
    hosts: 4,
    seed: 5,
    vms: 3,
    personalities: ['healthy', 'intermittent', 'healthy', 'dead'],
  });
  const first = await exporter(['--hosts', hostList(fleet), ...shortWaits, '--retry-after', 'none'], {
    workingFolder: folder,
  });
  expect(first.code).toBe(3);
  const asked = fleet.hosts.map(({ counters }) => counters.requests);

  const again = await exporter(['--hosts-file', 'out/targets_retry_hosts.txt', ...shortWaits], {
    workingFolder: folder,
  });

  const { hosts: retried } = await reportIn(folder);
  expect(retried.map(({ given, final_status }) => [given, final_status])).toEqual([
    [fleet.hosts[1]?.given, 'Inventory OK'],
    [fleet.hosts[3]?.given, 'Inventory Error'],
  ]);
  expect(again.code).toBe(3);
  expect(fleet.hosts[0]?.counters.requests).toBe(asked[0]);
  expect(fleet.hosts[2]?.counters.requests).toBe(asked[2]);
});

it('a mistyped password is tried at most twice in the whole run, and every host is still told of', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 12, seed: 5, vms: 2, personalities: [] });

  const { code, stdout } = await exporter(['--hosts', hostList(fleet), ...shortWaits], {
    workingFolder: folder,
    environment: { HYPERV_USER: 'inventory', HYPERV_PASSWORD: 'mistyped' },
  });

  const { hosts: told } = await reportIn(folder);
  expect(total(fleet, 'logonsRefused')).toBeLessThanOrEqual(2);
  expect(told.map(({ final_status }) => final_status)).toEqual(Array.from({ length: 12 }, () => 'Inventory Error'));
  expect(new Set(told.map(({ error }) => error?.code))).toEqual(new Set(['logonRefused', 'accountRefused']));
  expect(stdout).toContain('accountRefused');
  expect(code).toBe(3);
});
