import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vCd } from '../../src/collectors/v-cd.ts';
import {
  dvd,
  type FactRows,
  guid,
  hostFacts,
  hv01,
  ide,
  ideController,
  rowFrom,
  rowsFrom,
  scsi,
  scsiController,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const withDrives = (...drives: readonly FactRows[]) =>
  hostFacts(hv01, vm(id, 'web01'), ideController(id, 0), ideController(id, 1), scsiController(id, 0), ...drives);

test('an image in the drive of a running VM is connected, and shown in the form of a datastore path', () => {
  expect(rowFrom(vCd, withDrives(dvd(scsi(id, 0), 1, 'D:\\ISO\\setup.iso')))).toMatchObject({
    VM: 'web01',
    'Device Node': 'CD/DVD drive 1',
    Connected: 'True',
    'Starts Connected': 'True',
    'Device Type': 'ISO [hv01.corp.example_D] ISO/setup.iso',
    // 0xA0B1C2D3, the first eight digits of the VM's id.
    VMRef: '2696004307',
  });
});

test('an image in the drive of a VM that is off is not connected, but will be', () => {
  const off = hostFacts(hv01, vm(id, 'web01', { system: { EnabledState: 3 } }), dvd(scsi(id, 0), 1, 'D:\\a.iso'));
  expect(rowFrom(vCd, off)).toMatchObject({ Connected: 'False', 'Starts Connected': 'True' });
});

test('an empty drive is a client device that is not connected', () => {
  expect(rowFrom(vCd, withDrives(dvd(ide(id, 1), 0)))).toMatchObject({
    Connected: 'False',
    'Starts Connected': 'False',
    'Device Type': 'Client Device',
  });
});

test('a drive of the host is a remote device', () => {
  const device = '\\\\.\\CDROM0';
  expect(rowFrom(vCd, withDrives(dvd(ide(id, 1), 0, device)))).toMatchObject({
    Connected: 'True',
    'Device Type': 'Remote device',
  });
});

test('drives are numbered by their places, IDE before SCSI', () => {
  const rows = rowsFrom(
    vCd,
    withDrives(dvd(scsi(id, 0), 2, 'D:\\c.iso'), dvd(ide(id, 1), 1, 'D:\\b.iso'), dvd(ide(id, 1), 0, 'D:\\a.iso')),
  );
  expect(rows.map((row) => [row['Device Node'], row['Device Type']])).toEqual([
    ['CD/DVD drive 1', 'ISO [hv01.corp.example_D] a.iso'],
    ['CD/DVD drive 2', 'ISO [hv01.corp.example_D] b.iso'],
    ['CD/DVD drive 3', 'ISO [hv01.corp.example_D] c.iso'],
  ]);
});

test('an image keeps its path as the host has it where the volumes are not known', () => {
  const host = without(withDrives(dvd(ide(id, 1), 0, 'D:\\a.iso')), 'volumes');
  expect(rowFrom(vCd, host)['Device Type']).toBe('ISO D:\\a.iso');
});

test('a VM without a DVD drive has no row, and is no gap', () => {
  const { rows, coverage } = vCd.collect(withDrives(), emptyFleet);
  expect(rows).toEqual([]);
  expect(coverage).toMatchObject({ status: 'ok', covered: [id.toLowerCase()] });
});

test('without the facts about drives no VM counts as looked at', () => {
  const { coverage } = vCd.collect(without(withDrives(), 'storageAllocations'), emptyFleet);
  expect(coverage).toMatchObject({ status: 'error', failedFacts: ['storageAllocations: factFailed'], covered: [] });
});
