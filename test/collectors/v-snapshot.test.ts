import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vSnapshot } from '../../src/collectors/v-snapshot.ts';
import { vUsb } from '../../src/collectors/v-usb.ts';
import {
  checkpoint,
  disk,
  type FactRows,
  folder,
  guid,
  hostFacts,
  hv01,
  rowFrom,
  rowsFrom,
  vhd,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const type = (kind: string) => `Microsoft:Hyper-V:Snapshot:${kind}`;
const web01 = vm(id, 'web01');

test('a checkpoint with memory is listed with its name, notes, time and file', () => {
  const before = checkpoint(guid(11), id, type('Realized'), {
    ElementName: 'Before patching',
    Notes: ['Ticket 42', 'ask Ann'],
    CreationTime: '2026-04-25T09:12:13.000000Z',
    ConfigurationDataRoot: 'D:\\VMs\\web01',
    ConfigurationFile: 'Snapshots\\A.vmcx',
    IsSaved: true,
  });
  expect(rowFrom(vSnapshot, hostFacts(hv01, web01, before))).toMatchObject({
    VM: 'web01',
    Powerstate: 'poweredOn',
    Name: 'Before patching',
    Description: 'Ticket 42\r\nask Ann',
    'Date / time': new Date('2026-04-25T09:12:13Z'),
    Filename: '[hv01.corp.example_D] VMs/web01/Snapshots/A.vmcx',
    Quiesced: 'False',
    State: 'poweredOn',
    'VM UUID': id.toLowerCase(),
  });
});

test('a checkpoint of a backup is quiesced, and one without memory comes back off', () => {
  const backup = checkpoint(guid(11), id, type('Recovery'), { Notes: [''], IsSaved: false });
  expect(rowFrom(vSnapshot, hostFacts(hv01, web01, backup))).toMatchObject({
    Description: null,
    Quiesced: 'True',
    State: 'poweredOff',
    'Date / time': null,
    Filename: null,
  });
});

test('recovery points of a replica, planned and missing checkpoints are not listed', () => {
  const others = ['Replica:Standard', 'Replica:ApplicationConsistent', 'Replica', 'Planned', 'Missing'];
  const host = hostFacts(hv01, web01, ...others.map((kind, n) => checkpoint(guid(20 + n), id, type(kind))));
  expect(rowsFrom(vSnapshot, host)).toEqual([]);
});

test('checkpoints of a VM come oldest first', () => {
  const at = (n: number, time: string) =>
    checkpoint(guid(n), id, type('Realized'), { ElementName: `at ${time}`, CreationTime: `${time}T00:00:00.000000Z` });
  const rows = rowsFrom(vSnapshot, hostFacts(hv01, web01, at(12, '2026-03-01'), at(11, '2026-01-01')));
  expect(rows.map((row) => row.Name)).toEqual(['at 2026-01-01', 'at 2026-03-01']);
});

describe('the size of a checkpoint', () => {
  const [base, first, second] = ['D:\\a.vhdx', 'D:\\a_1.avhdx', 'D:\\a_2.avhdx'];
  const taken = (n: number, image: string, IsSaved: boolean): FactRows[] => [
    checkpoint(guid(n), id, type('Realized'), {
      IsSaved,
      ElementName: image,
      CreationTime: `2026-01-${n}T00:00:00.000000Z`,
    }),
    disk(guid(n), 0, image),
  ];
  const files = [vhd(second, { parent: first, size: 700 }), vhd(first, { parent: base, size: 300.5 }), vhd(base)];
  const sizes = (...parts: readonly FactRows[]) =>
    rowsFrom(vSnapshot, hostFacts(hv01, web01, disk(id, 0, second), ...parts)).map((row) => row['Size MiB (total)']);

  test('is that of the file written since, up to the next one', () => {
    expect(sizes(...files, ...taken(11, base, false), ...taken(12, first, false))).toEqual([300.5, 700]);
  });

  test('is with that of its memory, whose file is in the folder of checkpoints', () => {
    const root = { ConfigurationDataRoot: 'D:\\VMs\\web01', SnapshotDataRoot: 'D:\\VMs\\web01' };
    const [withMemory] = [{ ...checkpoint(guid(11), id, type('Realized'), { IsSaved: true, ...root }) }];
    const memory = folder('D:\\VMs\\web01\\Snapshots', { [`${guid(11)}.vmrs`]: 4096.25, [`${guid(11)}.vmcx`]: 1 });
    const host = hostFacts(
      hv01,
      web01,
      disk(id, 0, first),
      vhd(first, { parent: base, size: 100 }),
      vhd(base),
      withMemory,
      disk(guid(11), 0, base),
      memory,
    );
    expect(rowFrom(vSnapshot, host)).toMatchObject({ 'Size MiB (vmsn)': 4096.25, 'Size MiB (total)': 4196.25 });
  });

  test('is blank where it has memory too, whose file was not seen', () => {
    expect(sizes(...files, ...taken(11, base, true), ...taken(12, first, false))).toEqual([null, 700]);
  });

  test('is blank where a file of the chain cannot be read', () => {
    const locked = [vhd(second, { parent: first, stateError: 'fileLocked' }), vhd(first, { parent: base }), vhd(base)];
    expect(sizes(...locked, ...taken(11, base, false))).toEqual([null]);
  });

  test('is 0 of a VM without disks', () => {
    const bare = checkpoint(guid(11), id, type('Realized'), { IsSaved: false });
    expect(rowFrom(vSnapshot, hostFacts(hv01, web01, bare))['Size MiB (total)']).toBe(0);
  });
});

test('a VM without checkpoints has no row, and is no gap; without its settings it is one', () => {
  const host = hostFacts(hv01, web01);
  expect(vSnapshot.collect(host, emptyFleet)).toMatchObject({ rows: [], coverage: { covered: [id.toLowerCase()] } });
  expect(vSnapshot.collect(without(host, 'virtualSystems'), emptyFleet).coverage).toMatchObject({
    status: 'error',
    covered: [],
  });
});

test('vUSB has its header only, and claims no VM', () => {
  const { rows, coverage } = vUsb.collect(hostFacts(hv01, web01), emptyFleet);
  expect(rows).toEqual([]);
  expect(coverage).toMatchObject({ status: 'ok', covered: [] });
  expect(vUsb.perVm).toBe(false);
});
