import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vNetwork } from '../../src/collectors/v-network.ts';
import {
  adapter,
  checkpoint,
  guid,
  hostFacts,
  hv01,
  rowFrom,
  rowsFrom,
  switchId,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const running = vm(id, 'web01');
const rowOf = (traits: Parameters<typeof adapter>[2]) =>
  rowFrom(vNetwork, hostFacts(hv01, running, adapter(id, 1, traits)));
const coverageOf = (host: Parameters<typeof vNetwork.collect>[0]) => vNetwork.collect(host, emptyFleet).coverage;

test('a plugged adapter of a running VM shows its switch, its address and what the guest reports', () => {
  const ipAddresses = ['10.0.0.10', 'fe80::215:5dff:fe0a:1b2c', '10.0.0.11', '2001:db8::10'];
  expect(rowOf({ ipAddresses })).toMatchObject({
    VM: 'web01',
    'NIC label': 'Network adapter 1',
    Adapter: 'Hyper-V Synthetic',
    Network: 'vSwitch0',
    Switch: 'vSwitch0',
    Connected: 'True',
    'Starts Connected': 'True',
    'Mac Address': '00:15:5d:0a:1b:2c',
    Type: 'assigned',
    'IPv4 Address': '10.0.0.10, 10.0.0.11',
    'IPv6 Address': 'fe80::215:5dff:fe0a:1b2c, 2001:db8::10',
    'Direct Path IO': 'False',
    'Internal Sort Column': 'web01 Network adapter 1',
  });
});

test('an adapter of a VM that is off starts connected, but is not', () => {
  const off = hostFacts(hv01, vm(id, 'web01', { system: { EnabledState: 3 } }), adapter(id, 1));
  expect(rowFrom(vNetwork, off)).toMatchObject({ Connected: 'False', 'Starts Connected': 'True', Network: 'vSwitch0' });
});

test('an adapter that is not plugged in has no network', () => {
  expect(rowOf({ switchId: null })).toMatchObject({
    Network: null,
    Switch: null,
    Connected: 'False',
    'Starts Connected': 'False',
  });
});

test('a deleted switch leaves its last known name, and no connection', () => {
  const row = rowOf({ switchId: guid(77), lastKnownSwitch: 'old switch' });
  expect(row).toMatchObject({ Network: 'old switch', Switch: 'old switch', Connected: 'False' });
});

test('a dynamic address that was never given out is blank; a static one is manual', () => {
  expect(rowOf({ mac: '000000000000' })).toMatchObject({ 'Mac Address': null, Type: 'assigned' });
  expect(rowOf({ mac: 'FA163EB00BE6', staticMac: true })).toMatchObject({
    'Mac Address': 'fa:16:3e:b0:0b:e6',
    Type: 'manual',
  });
});

test('a legacy adapter follows the synthetic ones, and finds its port and its addresses', () => {
  const host = hostFacts(
    hv01,
    running,
    adapter(id, 2, { legacy: true, ipAddresses: ['10.0.0.2'], vlan: { OperationMode: 1, AccessVlanId: 7 } }),
    adapter(id, 1),
  );
  expect(rowsFrom(vNetwork, host)).toMatchObject([
    { 'NIC label': 'Network adapter 1', Adapter: 'Hyper-V Synthetic', Network: 'vSwitch0' },
    {
      'NIC label': 'Network adapter 2',
      Adapter: 'Hyper-V Legacy',
      Network: 'vSwitch0 VLAN 7',
      'IPv4 Address': '10.0.0.2',
    },
  ]);
  expect(coverageOf(host).unjoined).toEqual([]);
});

describe('VLAN', () => {
  test.each([
    ['none', undefined, undefined, 'vSwitch0'],
    ['untagged', { OperationMode: 0, AccessVlanId: 0 }, undefined, 'vSwitch0'],
    ['access', { OperationMode: 1, AccessVlanId: 20 }, undefined, 'vSwitch0 VLAN 20'],
    ['trunk', { OperationMode: 2, NativeVlanId: 1, TrunkVlanIdArray: [10, 20] }, undefined, 'vSwitch0 Trunk'],
    [
      'isolated',
      { OperationMode: 3, PvlanMode: 1, PrimaryVlanId: 5, SecondaryVlanId: 6 },
      undefined,
      'vSwitch0 VLAN 6',
    ],
    ['promiscuous', { OperationMode: 3, PvlanMode: 3, PrimaryVlanId: 5 }, undefined, 'vSwitch0 VLAN 5'],
    ['isolation', undefined, { IsolationMode: 3, DefaultIsolationId: 711 }, 'vSwitch0 VLAN 711'],
    [
      'isolation before VLAN',
      { OperationMode: 1, AccessVlanId: 20 },
      { IsolationMode: 3, DefaultIsolationId: 711 },
      'vSwitch0 VLAN 711',
    ],
    [
      'isolation of another mode',
      { OperationMode: 1, AccessVlanId: 20 },
      { IsolationMode: 1, DefaultIsolationId: 5001 },
      'vSwitch0 VLAN 20',
    ],
  ])('%s', (_, vlan, isolation, expected) => {
    expect(rowOf({ ...(vlan && { vlan }), ...(isolation && { isolation }) })).toMatchObject({ Network: expected });
  });

  test('a network is blank where its VLAN could not be read; the switch is known', () => {
    const row = rowFrom(vNetwork, without(hostFacts(hv01, running, adapter(id, 1)), 'portVlans'));
    expect(row).toMatchObject({ Network: null, Switch: 'vSwitch0', Connected: 'True' });
  });
});

test('SR-IOV is direct path I/O; where its setting could not be read the cell is blank', () => {
  expect(rowOf({ iovWeight: 100 })).toMatchObject({ 'Direct Path IO': 'True' });
  expect(rowOf({ iovWeight: 0 })).toMatchObject({ 'Direct Path IO': 'False' });
  const host = without(hostFacts(hv01, running, adapter(id, 1)), 'portOffloads');
  expect(rowFrom(vNetwork, host)).toMatchObject({ 'Direct Path IO': null });
  expect(coverageOf(host)).toMatchObject({ status: 'error', failedFacts: ['portOffloads: factFailed'] });
});

describe('coverage', () => {
  test('a VM without adapters has no row, and is not a gap of vNetwork', () => {
    const host = hostFacts(hv01, running);
    expect(coverageOf(host)).toMatchObject({ status: 'ok', rowCount: 0, covered: [id.toLowerCase()], unjoined: [] });
  });

  test('a VM with ten adapters has ten rows', () => {
    const host = hostFacts(hv01, running, ...Array.from({ length: 10 }, (_, n) => adapter(id, n + 1)));
    const rows = rowsFrom(vNetwork, host);
    expect(rows.map((row) => row['NIC label'])).toEqual(
      Array.from({ length: 10 }, (_, n) => `Network adapter ${n + 1}`),
    );
    expect(coverageOf(host)).toMatchObject({ rowCount: 10, covered: [id.toLowerCase()] });
  });

  test('adapters of checkpoints are not adapters of the VM, ports of the host are no gap', () => {
    const host = hostFacts(hv01, running, checkpoint(guid(50), id), adapter(guid(50), 1), adapter(id, 1), {
      portAllocations: [
        { InstanceID: `Microsoft:${switchId.toLowerCase()}\\D0D0D0D0-0000-4000-8000-000000000001`, EnabledState: 2 },
      ],
      portVlans: [
        {
          InstanceID: `Microsoft:${switchId}\\D0D0D0D0-0000-4000-8000-000000000001\\952C5004\\1`,
          OperationMode: 1,
          AccessVlanId: 9,
        },
      ],
    });
    expect(rowFrom(vNetwork, host)).toMatchObject({ Network: 'vSwitch0' });
    expect(coverageOf(host).unjoined).toEqual([]);
  });

  test('a port whose adapter is not found is unjoined: its VM would seem to have no network', () => {
    const lost = `Microsoft:${id}\\EEEE0000-0000-4000-8000-000000000000\\C`;
    const host = hostFacts(hv01, running, adapter(id, 1), { portAllocations: [{ InstanceID: lost, EnabledState: 2 }] });
    expect(coverageOf(host).unjoined).toEqual([`portAllocations: ${lost}`]);
  });

  test('an adapter of a strange key is unjoined', () => {
    const host = hostFacts(hv01, running, { syntheticAdapters: [{ InstanceID: 'Adapter#1' }] });
    expect(coverageOf(host).unjoined).toEqual(['syntheticAdapters: Adapter#1']);
  });

  test('no VM is covered where a kind of adapter could not be read', () => {
    const host = without(hostFacts(hv01, running, adapter(id, 1)), 'emulatedAdapters', 'factDenied');
    expect(coverageOf(host)).toMatchObject({
      status: 'error',
      failedFacts: ['emulatedAdapters: factDenied'],
      rowCount: 0,
      covered: [],
    });
  });

  test('where the ports could not be read, adapters are listed without their networks', () => {
    const host = without(hostFacts(hv01, running, adapter(id, 1)), 'portAllocations');
    expect(rowFrom(vNetwork, host)).toMatchObject({
      'Mac Address': '00:15:5d:0a:1b:2c',
      Network: null,
      Switch: null,
      Connected: null,
      'Starts Connected': null,
    });
    expect(coverageOf(host).status).toBe('error');
  });

  test('an adapter that was never plugged in has no port, and is joined all the same', () => {
    const { portAllocations: _, ...bare } = adapter(id, 1);
    expect(rowFrom(vNetwork, hostFacts(hv01, running, bare))).toMatchObject({ Network: null, Connected: 'False' });
  });
});
