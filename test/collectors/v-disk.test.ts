import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vDisk } from '../../src/collectors/v-disk.ts';
import {
  disk,
  type FactRows,
  guid,
  hostFacts,
  hv01,
  ide,
  ideController,
  passThrough,
  rowFrom,
  rowsFrom,
  scsi,
  scsiController,
  vhd,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const lower = id.toLowerCase();
const withDisks = (...parts: readonly FactRows[]) =>
  hostFacts(hv01, vm(id, 'web01'), ideController(id, 0), ideController(id, 1), scsiController(id, 0), ...parts);
const coverageOf = (host: Parameters<typeof rowFrom>[1]) => vDisk.collect(host, emptyFleet).coverage;

test('a dynamic VHDX on a SCSI controller', () => {
  const path = 'D:\\VMs\\web01\\web01.vhdx';
  expect(rowFrom(vDisk, withDisks(disk(id, 3, path), vhd(path, { capacity: 40_960 })))).toMatchObject({
    VM: 'web01',
    Disk: 'Hard disk 1',
    'Disk Key': '2003',
    'Disk UUID': 'a0b1c2d3-0000-4000-8000-0000000000d1',
    'Disk Path': null,
    'Capacity MiB': 40_960,
    Raw: 'False',
    'Disk Mode': 'persistent',
    'Sharing mode': 'sharingNone',
    Thin: 'True',
    'Eagerly Scrub': 'False',
    Split: 'False',
    'Write Through': 'False',
    Level: 'normal',
    Shares: 1000,
    Reservation: 0,
    Limit: -1,
    Controller: 'Microsoft Hyper-V SCSI Controller',
    Label: 'SCSI controller 0',
    'SCSI Unit #': 7,
    'Unit #': 3,
    'Shared Bus': 'noSharing',
    Path: '[hv01.corp.example_D] VMs/web01/web01.vhdx',
    'Raw LUN ID': null,
    'Raw Comp. Mode': null,
    'Internal Sort Column': 'web01 2003',
    'VM UUID': lower,
  });
});

test('a fixed disk on an IDE controller with bounds of input and output', () => {
  const path = 'D:\\boot.vhd';
  const bounded = disk(id, 1, path, { IOPSLimit: '5000', IOPSReservation: '200' }, ide(id, 1));
  expect(rowFrom(vDisk, withDisks(bounded, vhd(path, { type: 2 })))).toMatchObject({
    // 3000 + 2 × controller 1 + slot 1
    'Disk Key': '3003',
    Thin: 'False',
    'Eagerly Scrub': 'True',
    Reservation: 200,
    Limit: 5000,
    Controller: 'Microsoft Hyper-V IDE Controller',
    Label: 'IDE controller 1',
    'SCSI Unit #': null,
    'Unit #': 1,
  });
});

test('disks come in the order of their places, IDE before SCSI, whatever the order of the host', () => {
  const rows = rowsFrom(
    vDisk,
    withDisks(
      scsiController(id, 1),
      disk(id, 0, 'D:\\d.vhdx', {}, scsi(id, 1)),
      disk(id, 10, 'D:\\c.vhdx'),
      disk(id, 2, 'D:\\b.vhdx'),
      disk(id, 0, 'D:\\a.vhdx', {}, ide(id, 0)),
    ),
  );
  expect(rows.map((row) => [row.Disk, row['Disk Key'], row.Label, row.Path])).toEqual([
    ['Hard disk 1', '3000', 'IDE controller 0', '[hv01.corp.example_D] a.vhdx'],
    ['Hard disk 2', '2002', 'SCSI controller 0', '[hv01.corp.example_D] b.vhdx'],
    ['Hard disk 3', '2010', 'SCSI controller 0', '[hv01.corp.example_D] c.vhdx'],
    ['Hard disk 4', '2016', 'SCSI controller 1', '[hv01.corp.example_D] d.vhdx'],
  ]);
});

test('256 disks on four controllers have 256 keys', () => {
  const disks = Array.from({ length: 256 }, (_, n) => {
    const path = `D:\\data\\${n}.vhdx`;
    return [disk(id, n % 64, path, {}, scsi(id, Math.floor(n / 64))), vhd(path, { capacity: n + 1 })];
  }).flat();
  const host = withDisks(...[1, 2, 3].map((n) => scsiController(id, n)), ...disks);
  const rows = rowsFrom(vDisk, host);
  expect(new Set(rows.map((row) => row['Disk Key'])).size).toBe(256);
  expect(rows.at(-1)).toMatchObject({ Disk: 'Hard disk 256', 'Disk Key': '2255', 'Capacity MiB': 256, 'Unit #': 63 });
  expect(coverageOf(host).covered).toEqual([lower]);
});

test('a disk with checkpoints is the file that is attached, and has the capacity of it', () => {
  const [leaf, base] = ['D:\\a_1.avhdx', 'D:\\a.vhdx'];
  const host = withDisks(disk(id, 0, leaf), vhd(leaf, { parent: base, capacity: 20_480 }), vhd(base, { type: 2 }));
  expect(rowFrom(vDisk, host)).toMatchObject({
    'Capacity MiB': 20_480,
    Thin: 'True',
    'Eagerly Scrub': 'False',
    Path: '[hv01.corp.example_D] a_1.avhdx',
  });
});

test.each([
  ['a shared VHDX', 'D:\\quorum.vhdx', true],
  ['a VHD set', 'D:\\quorum.vhds', false],
])('%s may be written by several VMs', (_, path, reservations) => {
  const shared = disk(id, 0, path, { PersistentReservationsSupported: reservations });
  expect(rowFrom(vDisk, withDisks(shared, vhd(path)))).toMatchObject({
    'Sharing mode': 'sharingMultiWriter',
    'Shared Bus': 'physicalSharing',
  });
});

test('a disk passed through has the size and the id of the host disk', () => {
  expect(rowFrom(vDisk, withDisks(passThrough(scsi(id, 0), 1, 7, 102_400)))).toMatchObject({
    'Disk Key': '2001',
    'Disk UUID': null,
    'Capacity MiB': 102_400,
    Raw: 'True',
    Thin: 'False',
    'Eagerly Scrub': 'False',
    Reservation: 0,
    Limit: -1,
    Path: '\\\\.\\PHYSICALDRIVE7',
    'Raw LUN ID': 'naa.600508b1001c0123456789abcdef0123',
    'Raw Comp. Mode': 'physicalMode',
  });
});

test('a path on a share is its own datastore, and one of an unknown volume stays as the host has it', () => {
  const path = '\\\\fs01\\vms$\\web01.vhdx';
  expect(rowFrom(vDisk, withDisks(disk(id, 0, path), vhd(path))).Path).toBe('[\\\\fs01\\vms$] web01.vhdx');
  const host = without(withDisks(disk(id, 0, 'D:\\a.vhdx'), vhd('D:\\a.vhdx')), 'volumes');
  expect(rowFrom(vDisk, host).Path).toBe('D:\\a.vhdx');
});

test('sizes are rounded to whole MiB', () => {
  const path = 'D:\\odd.vhdx';
  const odd: FactRows = {
    // 1.5 MiB and a byte less.
    diskSettings: [{ Input: path, MaxInternalSize: '1572863', Type: 3 }],
    diskStates: [{ Input: path, FileSize: '1' }],
  };
  expect(rowFrom(vDisk, withDisks(disk(id, 0, path), odd))['Capacity MiB']).toBe(1);
});

describe('a size that is not known', () => {
  test.each(['fileMissing', 'fileDenied', 'doubleHop', 'fileTimedOut'])('%s: is blank, and the VM a gap', (error) => {
    const path = '\\\\fs01\\vms\\web01.vhdx';
    const host = withDisks(disk(id, 0, path), vhd(path, { error }));
    expect(rowFrom(vDisk, host)).toMatchObject({
      'Capacity MiB': null,
      Thin: null,
      'Disk UUID': null,
      Disk: 'Hard disk 1',
    });
    expect(coverageOf(host)).toMatchObject({ status: 'ok', covered: [], sizeUnknown: [lower] });
  });

  test('of a host disk that is not found is blank, and the VM a gap', () => {
    const host = withDisks(passThrough(scsi(id, 0), 1, 7));
    expect(rowFrom(vDisk, host)).toMatchObject({ 'Capacity MiB': null, 'Raw LUN ID': null, Raw: 'True' });
    expect(coverageOf(host)).toMatchObject({ covered: [], sizeUnknown: [lower] });
  });

  test('a file that the host said nothing of counts as unknown, not as 0', () => {
    const host = withDisks(disk(id, 0, 'D:\\a.vhdx'));
    expect(rowFrom(vDisk, host)['Capacity MiB']).toBeNull();
    expect(coverageOf(host).sizeUnknown).toEqual([lower]);
  });

  test('where the whole fact failed, every disk keeps its other columns, and the collector failed', () => {
    const host = without(withDisks(disk(id, 0, 'D:\\a.vhdx'), vhd('D:\\a.vhdx')), 'diskSettings');
    expect(rowFrom(vDisk, host)).toMatchObject({ 'Capacity MiB': null, 'Disk Key': '2000' });
    expect(coverageOf(host)).toMatchObject({ status: 'error', failedFacts: ['diskSettings: factFailed'], covered: [] });
  });
});

test('a VM without disks has no row, and is no gap', () => {
  const host = withDisks();
  expect(rowsFrom(vDisk, host)).toEqual([]);
  expect(coverageOf(host)).toMatchObject({ status: 'ok', covered: [lower], sizeUnknown: [] });
});

test('a disk whose drive is not listed has its file and size, but no place', () => {
  const { resourceAllocations: _, ...image } = disk(id, 0, 'D:\\a.vhdx');
  expect(rowFrom(vDisk, withDisks(image, vhd('D:\\a.vhdx')))).toMatchObject({
    'Disk Key': null,
    Controller: null,
    Label: null,
    'Unit #': null,
    'Capacity MiB': 10_240,
    'Internal Sort Column': 'web01 Hard disk 1',
  });
});
