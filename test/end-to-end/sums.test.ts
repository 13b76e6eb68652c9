import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rvtoolsTabs } from '../../src/exports/rvtools-tabs.ts';
import type { SimulatedHost, SimulatedVm } from '../../src/simulator/simulated-host.ts';
import { exporter, hostList, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

/** What a workbook says of VMs, added up; `known`: how many of them have all their sizes. */
interface Sums {
  readonly vms: number;
  readonly processors: number;
  readonly memory: number;
  readonly disks: number;
  readonly capacity: number;
  readonly provisioned: number;
  readonly used: number;
  readonly known: number;
}

const add = (sums: readonly Sums[]): Sums => {
  const total = (name: keyof Sums): number => sums.reduce((sum, one) => sum + one[name], 0);
  return {
    vms: total('vms'),
    processors: total('processors'),
    memory: total('memory'),
    disks: total('disks'),
    capacity: total('capacity'),
    provisioned: total('provisioned'),
    used: total('used'),
    known: total('known'),
  };
};

const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('\\')).toLowerCase();

/** All that lies in the folders of a VM's disks: each VM has its own. */
function filesOf(vm: SimulatedVm, { repository }: SimulatedHost) {
  const folders = new Set(vm.disks.flatMap(({ chain }) => chain.map(({ path }) => folderOf(path))));
  return (repository.diskFiles ?? []).filter(({ path }) => folders.has(folderOf(path)));
}

/** What the model says of a VM: a size counts where every file of it can be read. */
function truthOf(vm: SimulatedVm, host: SimulatedHost): Sums {
  const { startup, dynamic, assigned } = vm.memory;
  const files = filesOf(vm, host);
  const readable =
    files.every(({ trouble }) => trouble === undefined) &&
    vm.disks.every(({ chain }) => chain.every((file) => file.readable));
  const capacities = vm.disks.map(({ capacityBytes }) => capacityBytes ?? 0);
  const attached = new Set(vm.disks.flatMap(({ chain }) => chain.map(({ path }) => path.toLowerCase())));
  const sizes = files.map(({ path, state }) => ({ path: path.toLowerCase(), bytes: Number(state.FileSize) }));
  const passedThrough = vm.disks.filter(({ chain }) => chain.length === 0).map(({ fileBytes }) => fileBytes);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const beside = sizes.filter(({ path }) => !attached.has(path)).map(({ bytes }) => bytes);
  const most = vm.disks.map(({ capacityBytes, fileBytes }) => Math.max(capacityBytes ?? 0, fileBytes));
  return {
    vms: 1,
    processors: vm.processors,
    memory: dynamic && vm.state === 2 ? Math.max(assigned, startup) : startup,
    disks: vm.disks.length,
    capacity: readable ? mebibytes(sum(capacities)) : 0,
    provisioned: readable ? mebibytes(sum(most) + sum(beside) + vm.stateBytes) : 0,
    used: readable ? mebibytes(sum(sizes.map(({ bytes }) => bytes)) + sum(passedThrough) + vm.stateBytes) : 0,
    known: readable ? 1 : 0,
  };
}

/** The same of a row; sizes count where all of them are there. */
function told(row: Readonly<Record<string, string>>): Sums {
  const known = ['Total disk capacity MiB', 'Provisioned MiB', 'In Use MiB'].every((name) => row[name] !== '');
  const size = (name: string): number => (known ? Number(row[name]) : 0);
  return {
    vms: 1,
    processors: Number(row.CPUs),
    memory: Number(row.Memory),
    disks: Number(row.Disks),
    capacity: size('Total disk capacity MiB'),
    provisioned: size('Provisioned MiB'),
    used: size('In Use MiB'),
    known: known ? 1 : 0,
  };
}

it('the workbook adds up to what the hosts hold, host by host and in all', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet({
    hosts: 5,
    seed: 23,
    vms: 8,
    personalities: ['healthy', 'healthy', 'healthy', 'server2012R2', 'healthy'],
    clusterSizes: [2, 1, 1, 1],
  });

  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const rows = await workbookRows(out, 'vInfo');
  const hosts = fleet.hosts.map(({ host }) => host);
  const truths = hosts.map((host) => add(host.vms.map((vm) => truthOf(vm, host))));
  for (const [index, host] of hosts.entries()) {
    const own = rows.filter((row) => row.Host === host.fqdn.toLowerCase());
    expect([host.fqdn, add(own.map(told))]).toEqual([host.fqdn, truths[index]]);
  }
  const total = add(truths);
  expect(add(rows.map(told))).toEqual(total);
  expect(total.known).toBeGreaterThan(0.8 * total.vms);
  const sumOf = async (tab: string, column: string): Promise<number> =>
    (await workbookRows(out, tab)).reduce((sum, row) => sum + Number(row[column]), 0);
  expect(await sumOf('vCPU', 'CPUs')).toBe(total.processors);
  expect(await sumOf('vMemory', 'Size MiB')).toBe(total.memory);
  expect(await sumOf('vHost', '# vCPUs')).toBe(
    hosts.flatMap(({ vms }) => vms.filter(({ state }) => state === 2)).reduce((sum, vm) => sum + vm.processors, 0),
  );
  expect((await workbookRows(out, 'vDisk')).length).toBe(total.disks);
});

/** Rows by tab of a run's workbook. */
async function rowCounts(out: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const tab of rvtoolsTabs.keys()) counts[tab] = (await workbookRows(out, tab)).length;
  return counts;
}

it('a fleet without any VM has a whole workbook: its hosts are in it, and no VM', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 4, personalities: ['empty', 'empty'] });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  expect(code).toBe(3);
  const counts = await rowCounts(join(folder, 'out'));
  expect(counts).toMatchObject({ vInfo: 0, vCPU: 0, vDisk: 0, vNetwork: 0, vFileInfo: 0, vHost: 2, vMetaData: 1 });
});

it('a fleet of which no host was collected has no rows anywhere, and every host in the report', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 4, personalities: ['dead', 'notHyperV'] });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  expect(code).toBe(3);
  const { vMetaData, ...others } = await rowCounts(join(folder, 'out'));
  expect(vMetaData).toBe(1);
  expect(Object.values(others).every((count) => count === 0)).toBe(true);
});
