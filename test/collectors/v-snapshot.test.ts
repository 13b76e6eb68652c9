import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vSnapshot } from '../../src/collectors/v-snapshot.ts';
import { vUsb } from '../../src/collectors/v-usb.ts';
import { checkpoint, guid, hostFacts, hv01, rowFrom, rowsFrom, vm, without } from './facts-builder.ts';

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
