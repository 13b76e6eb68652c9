import { describe, expect, test } from 'vitest';
import { vInfo } from '../../src/collectors/v-info.ts';
import {
  asCapacity,
  checkpoint,
  disk,
  type FactRows,
  folder,
  guid,
  hostFacts,
  hv01,
  passThrough,
  rowFrom,
  rowsFrom,
  scsi,
  vhd,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const web01 = vm(id, 'web01');

/** Total disk capacity, Provisioned, In Use, Unshared. */
const figuresOf = (row: ReturnType<typeof rowFrom>) => [
  row['Total disk capacity MiB'],
  row['Provisioned MiB'],
  row['In Use MiB'],
  row['Unshared MiB'],
];
const figures = (...parts: readonly FactRows[]) => figuresOf(rowFrom(vInfo, hostFacts(hv01, web01, ...parts)));

test('a VM without disks has no storage: 0, which is known', () => {
  expect(figures()).toEqual([0, 0, 0, 0]);
});

test('saved memory and device states count, of checkpoints too, and nothing that only looks like them', () => {
  const before = guid(11);
  expect(
    figures(
      disk(id, 0, 'D:\\a.vhdx'),
      vhd('D:\\a.vhdx', { capacity: 10_000, size: 4000 }),
      checkpoint(before, id, undefined, { SnapshotDataRoot: 'D:\\VMs\\web01' }),
      folder('D:\\VMs\\web01\\Virtual Machines', { [`${id}.vmrs`]: 300, [`${id}.vmcx`]: 7, [`${guid(2)}.vmrs`]: 5000 }),
      folder(`D:\\VMs\\web01\\Snapshots\\${before}`, { [`${before}.bin`]: 40, [`${before}.vsv`]: 2 }),
      folder('D:\\Export\\Virtual Machines', { [`${id}.vmrs`]: 300 }),
    ),
  ).toEqual([10_000, 10_342, 4342, 4342]);
});

test('two dynamic disks and one passed through', () => {
  expect(
    figures(
      disk(id, 0, 'D:\\a.vhdx'),
      vhd('D:\\a.vhdx', { capacity: 10_000, size: 4000 }),
      disk(id, 1, 'D:\\b.vhdx'),
      vhd('D:\\b.vhdx', { capacity: 5000, size: 1000 }),
      passThrough(scsi(id, 0), 2, 7, 2000),
    ),
  ).toEqual([17_000, 17_000, 7000, 7000]);
});

test('a chain of five files counts each file once, and may take more than the disk holds', () => {
  const paths = ['D:\\a_4.avhdx', 'D:\\a_3.avhdx', 'D:\\a_2.avhdx', 'D:\\a_1.avhdx', 'D:\\a.vhdx'];
  const files = paths.map((path, n) => vhd(path, { parent: paths[n + 1], capacity: 10_000, size: 3000 }));
  // The checkpoints name the older files of the same chain.
  const checkpoints = [1, 2, 3, 4].map((n) => [checkpoint(guid(10 + n), id), disk(guid(10 + n), 0, paths[n] ?? '')]);
  expect(figures(disk(id, 0, paths[0] ?? ''), ...files, ...checkpoints.flat())).toEqual([
    10_000, 15_000, 15_000, 15_000,
  ]);
});

test('files of a branch that nothing is attached to count besides', () => {
  expect(
    figures(
      disk(id, 0, 'D:\\a_2.avhdx'),
      vhd('D:\\a_2.avhdx', { parent: 'D:\\a.vhdx', capacity: 10_000, size: 500 }),
      vhd('D:\\a.vhdx', { capacity: 10_000, size: 4000 }),
      checkpoint(guid(11), id),
      disk(guid(11), 0, 'D:\\a_1.avhdx'),
      vhd('D:\\a_1.avhdx', { parent: 'D:\\a.vhdx', capacity: 10_000, size: 700 }),
    ),
  ).toEqual([10_000, 10_700, 5200, 5200]);
});

test('a parent of two VMs is shared: each has it in use, neither has it alone', () => {
  const other = guid(2);
  const host = hostFacts(
    hv01,
    web01,
    vm(other, 'web02'),
    disk(id, 0, 'D:\\one.vhdx'),
    disk(other, 0, 'D:\\two.vhdx'),
    vhd('D:\\one.vhdx', { parent: 'D:\\Gold.vhdx', size: 100 }),
    // Windows does not mind the case.
    vhd('D:\\two.vhdx', { parent: 'd:\\gold.VHDX', size: 200 }),
    vhd('D:\\gold.vhdx', { size: 5000 }),
  );
  expect(rowsFrom(vInfo, host).map(figuresOf)).toEqual([
    [10_240, 10_240, 5100, 100],
    [10_240, 10_240, 5200, 200],
  ]);
});

test('a shared disk is never unshared, though the other VM runs on another host', () => {
  const shared = disk(id, 0, 'D:\\quorum.vhdx', { PersistentReservationsSupported: true });
  expect(figures(shared, vhd('D:\\quorum.vhdx', { capacity: 1024, size: 600 }))).toEqual([1024, 1024, 600, 0]);
});

describe('a size that is not known', () => {
  const known = [disk(id, 0, 'D:\\a.vhdx'), vhd('D:\\a.vhdx', { capacity: 10_000, size: 4000 })];
  const missing = [disk(id, 1, 'D:\\b.vhdx'), vhd('D:\\b.vhdx', { error: 'fileMissing' })];
  const locked = [disk(id, 1, 'D:\\b.vhdx'), vhd('D:\\b.vhdx', { capacity: 5000, stateError: 'fileLocked' })];

  test('leaves the sums blank that it belongs to, and no other', () => {
    expect(figures(...known, ...missing)).toEqual([null, null, null, null]);
    expect(figures(...known, ...locked)).toEqual([15_000, null, null, null]);
  });

  test('with --unknown-size capacity the known disks are summed, and a capacity stands for what is taken', () => {
    const filled = (...parts: readonly FactRows[]) =>
      figuresOf(rowFrom(vInfo, asCapacity(hostFacts(hv01, web01, ...parts))));
    expect(filled(...known, ...missing)).toEqual([10_000, 10_000, 4000, 4000]);
    expect(filled(...known, ...locked)).toEqual([15_000, 15_000, 9000, 9000]);
    expect(filled(...missing)).toEqual([null, null, null, null]);
  });

  test('is blank where the facts about files or drives failed', () => {
    const host = hostFacts(hv01, web01, ...known);
    expect(figuresOf(rowFrom(vInfo, without(host, 'diskStates')))).toEqual([10_000, null, null, null]);
    expect(figuresOf(rowFrom(vInfo, without(host, 'storageAllocations')))).toEqual([null, null, null, null]);
  });
});

test('a chain that bites its own tail ends', () => {
  expect(
    figures(
      disk(id, 0, 'D:\\a.vhdx'),
      vhd('D:\\a.vhdx', { parent: 'D:\\b.vhdx', capacity: 1000, size: 10 }),
      vhd('D:\\b.vhdx', { parent: 'D:\\a.vhdx', capacity: 1000, size: 20 }),
    ),
  ).toEqual([1000, 1000, 30, 30]);
});
