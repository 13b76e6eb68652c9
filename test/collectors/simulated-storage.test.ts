import { describe, expect, test } from 'vitest';
import type { TabRow } from '../../src/collectors/collector.ts';
import { buildFleet, emptyFleet, summarize } from '../../src/collectors/fleet.ts';
import { vDatastore } from '../../src/collectors/v-datastore.ts';
import { vDisk } from '../../src/collectors/v-disk.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { vPartition } from '../../src/collectors/v-partition.ts';
import { vSnapshot } from '../../src/collectors/v-snapshot.ts';
import { vSource } from '../../src/collectors/v-source.ts';
import { buildFleet as simulateFleet } from '../../src/simulator/fleet.ts';
import type { SimulatedVm } from '../../src/simulator/simulated-host.ts';
import { rowsFrom } from './facts-builder.ts';
import { factsOf } from './simulated-facts.ts';

/** What the workbook says of storage, held against what the fleet was made from. */

const simulated = simulateFleet({
  seed: 11,
  hosts: 12,
  vms: 25,
  personalities: Array(12).fill('healthy'),
  clusterSizes: [4, 3],
});
const hosts = simulated.hosts.map((host) => ({ host, facts: factsOf(host) }));
const fleet = buildFleet(hosts.map(({ facts }) => summarize(facts)));

const mib = (bytes: number): number => Math.round(bytes / 1_048_576);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const column = (rows: readonly TabRow[], name: string): number[] =>
  rows.map((row) => row[name]).filter((cell) => typeof cell === 'number');
const capacitiesOf = ({ disks }: SimulatedVm): number[] =>
  disks.filter(({ chain }) => chain[0]?.readable ?? true).map(({ capacityBytes }) => mib(capacityBytes ?? Number.NaN));

describe.each(hosts)('$host.name', ({ host, facts }) => {
  test('tells of every disk, and its capacities add up to those that can be read', () => {
    const rows = rowsFrom(vDisk, facts, emptyFleet);
    expect(rows.length).toBe(sum(host.vms.map((vm) => vm.disks.length)));
    expect(sum(column(rows, 'Capacity MiB'))).toBe(sum(host.vms.flatMap(capacitiesOf)));
  });

  test('has for every VM the sums of its disks in vInfo, or a blank where one is not known', () => {
    const rows = rowsFrom(vInfo, facts, emptyFleet);
    for (const vm of host.vms) {
      const row = rows.find((candidate) => candidate['VM UUID'] === vm.id.toLowerCase());
      const known = vm.disks.every(({ chain }) => chain[0]?.readable ?? true);
      const capacity = sum(vm.disks.map((disk) => disk.capacityBytes ?? 0));
      expect([vm.name, row?.['Total disk capacity MiB']]).toEqual([vm.name, known ? mib(capacity) : null]);
      if (vm.checkpoints > 0 || vm.replicationMode > 0 || !known) continue;
      const readable = vm.disks.every(({ chain }) => chain.every((file) => file.readable));
      const files = new Map(vm.disks.flatMap(({ chain }) => chain.map((file) => [file.path.toLowerCase(), file])));
      const passedThrough = vm.disks.filter(({ chain }) => chain.length === 0).map(({ fileBytes }) => fileBytes);
      const onDisks = sum([...files.values()].map(({ fileBytes }) => fileBytes)) + sum(passedThrough);
      const inUse = onDisks + vm.stateBytes;
      expect([vm.name, row?.['In Use MiB']]).toEqual([vm.name, readable ? mib(inUse) : null]);
    }
  });

  test('never has less provisioned than in use, nor more unshared than in use', () => {
    for (const row of rowsFrom(vInfo, facts, emptyFleet)) {
      if (row['In Use MiB'] === null) continue;
      expect(Number(row['Provisioned MiB'])).toBeGreaterThanOrEqual(Number(row['In Use MiB']));
      expect(Number(row['Unshared MiB'])).toBeLessThanOrEqual(Number(row['In Use MiB']));
    }
  });

  test('has one partition for each disk, with its key, and never more consumed than there is', () => {
    const disks = rowsFrom(vDisk, facts, emptyFleet);
    const partitions = rowsFrom(vPartition, facts, emptyFleet);
    const keyOf = (row: TabRow) => [row['VM UUID'], row['Disk Key'], row.Disk, row['Capacity MiB']];
    expect(partitions.map(keyOf)).toEqual(disks.map(keyOf));
    expect(new Set(disks.map((row) => `${row['VM UUID']} ${row['Disk Key']}`)).size).toBe(disks.length);
    for (const row of partitions.filter((candidate) => candidate['Consumed MiB'] !== null)) {
      expect(Number(row['Consumed MiB'])).toBeLessThanOrEqual(Number(row['Capacity MiB']));
    }
  });

  test('lists as many checkpoints as its VMs have', () => {
    expect(rowsFrom(vSnapshot, facts, emptyFleet).length).toBe(sum(host.vms.map((vm) => vm.checkpoints)));
  });
});

describe('in the whole fleet', () => {
  const all = (collector: typeof vDisk) => hosts.flatMap(({ facts }) => rowsFrom(collector, facts, fleet));

  test('every capacity that can be read is counted once', () => {
    const truth = simulated.hosts.flatMap((host) => host.vms.flatMap(capacitiesOf));
    expect(sum(column(all(vDisk), 'Capacity MiB'))).toBe(sum(truth));
  });

  test('a volume that several nodes see is one datastore, and every path begins with a datastore', () => {
    const datastores = all(vDatastore);
    const names = datastores.map((row) => String(row.Name));
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    const shared = datastores.filter((row) => row.Type === 'CSV');
    const clusters = new Set(simulated.hosts.map((host) => host.cluster).filter((name) => name !== null));
    expect(new Set(shared.map((row) => String(row.Name).split('_')[0]))).toEqual(clusters);
    for (const row of all(vDisk).filter((candidate) => candidate.Raw === 'False')) {
      const name = /^\[(.+?)\] /.exec(String(row.Path))?.[1];
      expect(names).toContain(name);
    }
  });

  test('a shared volume has the VMs of all nodes that lie there', () => {
    for (const row of all(vDatastore).filter((candidate) => candidate.Type === 'CSV')) {
      const [cluster, leaf] = String(row.Name).split('_');
      const prefix = `c:\\clusterstorage\\${leaf?.toLowerCase()}\\`;
      const nodes = simulated.hosts.filter((host) => host.cluster === cluster);
      const vms = nodes.flatMap((host) =>
        host.vms.filter((vm) => vm.diskPaths.some((path) => path.toLowerCase().startsWith(prefix))),
      );
      expect(Number(row['# VMs total'])).toBeGreaterThanOrEqual(vms.length);
      expect(String(row.Hosts).split(', ').sort()).toEqual(nodes.map((host) => host.fqdn).sort());
      expect(Number(row['In Use MiB']) + Number(row['Free MiB'])).toBe(row['Capacity MiB']);
    }
  });

  test('a cluster is one source, and so is each host outside of one', () => {
    const sources = all(vSource);
    const clusters = new Set(simulated.hosts.map((host) => host.cluster).filter((name) => name !== null));
    const alone = simulated.hosts.filter((host) => host.cluster === null);
    expect(sources.filter((row) => row['API type'] === 'VirtualCenter').length).toBe(clusters.size);
    expect(sources.length).toBe(clusters.size + alone.length);
    expect(new Set(sources.map((row) => row['VI SDK UUID'])).size).toBe(sources.length);
  });
});
