import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vPartition } from '../../src/collectors/v-partition.ts';
import {
  asCapacity,
  disk,
  type FactRows,
  guid,
  hostFacts,
  hv01,
  passThrough,
  rowFrom,
  rowsFrom,
  scsi,
  scsiController,
  vhd,
  vm,
} from './facts-builder.ts';

const id = guid(1);
const lower = id.toLowerCase();
const path = 'D:\\a.vhdx';
const withDisks = (...parts: readonly FactRows[]) => hostFacts(hv01, vm(id, 'web01'), scsiController(id, 0), ...parts);

test('a disk stands for the partitions that Hyper-V does not tell of', () => {
  // 3,000 of 10,240 MiB are taken: 7,240 are free, 70.7 %.
  const host = withDisks(disk(id, 2, path), vhd(path, { capacity: 10_240, size: 3000 }));
  expect(rowFrom(vPartition, host)).toMatchObject({
    VM: 'web01',
    'Disk Key': '2002',
    Disk: 'Hard disk 1',
    'Capacity MiB': 10_240,
    'Consumed MiB': 3000,
    'Free MiB': 7240,
    'Free %': 70,
    'Internal Sort Column': 'web01 2002',
    'VM UUID': lower,
  });
});

test('consumed counts the whole chain, but never more than the capacity', () => {
  const leaf = 'D:\\a_1.avhdx';
  const chain = (size: number) =>
    withDisks(disk(id, 0, leaf), vhd(leaf, { parent: path, size }), vhd(path, { size: 8000 }));
  expect(rowFrom(vPartition, chain(1000))).toMatchObject({ 'Consumed MiB': 9000, 'Free MiB': 1240 });
  expect(rowFrom(vPartition, chain(5000))).toMatchObject({ 'Consumed MiB': 10_240, 'Free MiB': 0, 'Free %': 0 });
});

test('a disk passed through counts in full', () => {
  expect(rowFrom(vPartition, withDisks(passThrough(scsi(id, 0), 0, 7, 2048)))).toMatchObject({
    'Capacity MiB': 2048,
    'Consumed MiB': 2048,
    'Free MiB': 0,
  });
});

test('a size that is not known is blank and a gap; --unknown-size capacity fills in what is known', () => {
  const host = withDisks(disk(id, 0, path), vhd(path, { capacity: 10_240, stateError: 'fileLocked' }));
  expect(rowFrom(vPartition, host)).toMatchObject({
    'Capacity MiB': 10_240,
    'Consumed MiB': null,
    'Free MiB': null,
    'Free %': null,
  });
  expect(rowFrom(vPartition, asCapacity(host))).toMatchObject({ 'Consumed MiB': 10_240, 'Free MiB': 0 });
  expect(vPartition.collect(asCapacity(host), emptyFleet).coverage).toMatchObject({
    covered: [],
    sizeUnknown: [lower],
  });
  const missing = withDisks(disk(id, 0, path), vhd(path, { error: 'fileMissing' }));
  expect(rowFrom(vPartition, asCapacity(missing))).toMatchObject({ 'Capacity MiB': null, 'Consumed MiB': null });
});

test('a VM without disks has no row, and is no gap', () => {
  expect(rowsFrom(vPartition, withDisks())).toEqual([]);
  expect(vPartition.collect(withDisks(), emptyFleet).coverage.covered).toEqual([lower]);
});
