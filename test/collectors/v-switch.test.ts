import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vSwitch } from '../../src/collectors/v-switch.ts';
import { adapter, checkpoint, guid, hostFacts, hv01, rowFrom, rowsFrom, vm, without } from './facts-builder.ts';
import { lbfoTeam, management, nic, setTeaming, teamNic, uplink } from './host-facts-builder.ts';

const web = vm(guid(1), 'web01');

test('a switch on one adapter has its ports counted, and the neutral values of what Hyper-V has not', () => {
  const host = hostFacts(
    hv01,
    web,
    adapter(guid(1), 1),
    adapter(guid(1), 2, { switchId: null }),
    nic(1),
    uplink([1]),
    management(1),
  );
  expect(rowFrom(vSwitch, host)).toEqual({
    Host: 'hv01.corp.example',
    Datacenter: 'corp.example',
    Cluster: 'hv01',
    Switch: 'vSwitch0',
    // The VM's plugged adapter, the management adapter, and the way out.
    '# Ports': 3,
    'Free Ports': 0,
    'Promiscuous Mode': 'False',
    'Mac Changes': 'False',
    'Forged Transmits': 'False',
    'Traffic Shaping': 'False',
    Width: 0,
    Peak: 0,
    Burst: 0,
    Policy: null,
    'Reverse Policy': 'True',
    'Notify Switch': 'True',
    'Rolling Order': 'False',
    Offload: 'True',
    TSO: 'True',
    'Zero Copy Xmit': 'True',
    MTU: 1500,
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

test.each([
  [4, 'loadbalance_srcid'],
  [5, 'loadbalance_loadbased'],
])('a team embedded in the switch with algorithm %i balances by %s', (algorithm, policy) => {
  const host = hostFacts(hv01, nic(1), nic(2), uplink([1, 2]), setTeaming(algorithm));
  expect(rowFrom(vSwitch, host).Policy).toBe(policy);
});

test.each([
  [0, 'loadbalance_ip'],
  [2, 'loadbalance_ip'],
  [3, 'loadbalance_srcmac'],
  [4, 'loadbalance_srcid'],
  [5, 'loadbalance_loadbased'],
])('a switch on an LBFO team with algorithm %i balances by %s', (algorithm, policy) => {
  const host = hostFacts(hv01, nic(1), nic(2), teamNic(3, 'Team1'), lbfoTeam('Team1', [1, 2], algorithm), uplink([3]));
  expect(rowFrom(vSwitch, host).Policy).toBe(policy);
});

test('jumbo frames are told as the size without their header, the smallest of all adapters', () => {
  const wide = hostFacts(hv01, nic(1, { MtuSize: 9000 }), nic(2, { MtuSize: 9000 }), uplink([1, 2]));
  expect(rowFrom(vSwitch, wide).MTU).toBe(9000);
  const mixed = hostFacts(hv01, nic(1, { MtuSize: 9000 }), nic(2, { MtuSize: 1500 }), uplink([1, 2]));
  expect(rowFrom(vSwitch, mixed).MTU).toBe(1500);
});

test('an internal switch has the size of its management adapter, a private one none', () => {
  expect(rowFrom(vSwitch, hostFacts(hv01, management(1, { adapter: { MtuSize: 4000 } }))).MTU).toBe(4000);
  expect(rowFrom(vSwitch, hostFacts(hv01))).toMatchObject({ '# Ports': 0, MTU: null });
});

test('one adapter that may use any MAC address makes the switch allow it', () => {
  const spoofing = hostFacts(
    hv01,
    web,
    adapter(guid(1), 1, { macSpoofing: true }),
    adapter(guid(1), 2, { macSpoofing: false }),
  );
  expect(rowFrom(vSwitch, spoofing)).toMatchObject({ 'Mac Changes': 'True', 'Forged Transmits': 'True' });
  const unknown = without(spoofing, 'portSecurities');
  expect(rowFrom(vSwitch, unknown)).toMatchObject({ 'Mac Changes': null, 'Forged Transmits': null });
});

test('each switch of a host has a row, and the ports of checkpoints count on none', () => {
  const second = '22222222-AAAA-4000-8000-000000000002';
  const host = hostFacts(
    hv01,
    { switches: [{ Name: second, ElementName: 'Lab' }] },
    web,
    adapter(guid(1), 1),
    adapter(guid(1), 2, { switchId: second }),
    checkpoint(guid(5), guid(1)),
    adapter(guid(5), 1),
  );
  expect(rowsFrom(vSwitch, host)).toMatchObject([
    { Switch: 'vSwitch0', '# Ports': 1 },
    { Switch: 'Lab', '# Ports': 1 },
  ]);
});

test('a host without switches has no row, and its collector no error', () => {
  const { coverage } = vSwitch.collect(hostFacts({ ...hv01, switches: [] }), emptyFleet);
  expect(coverage).toMatchObject({ status: 'ok', rowCount: 0, covered: [] });
});

test('without the adapters of VMs the ports are unknown, not none, and the collector is in error', () => {
  const host = without(hostFacts(hv01, web, adapter(guid(1), 1), nic(1), uplink([1])), 'syntheticAdapters');
  expect(rowFrom(vSwitch, host)).toMatchObject({ '# Ports': null, MTU: 1500 });
  expect(vSwitch.collect(host, emptyFleet).coverage).toMatchObject({
    status: 'error',
    failedFacts: ['syntheticAdapters: factFailed'],
  });
});

test('a 2012 R2 host has no embedded teams, and that is no failure', () => {
  const { coverage } = vSwitch.collect(hostFacts(hv01, nic(1), uplink([1])), emptyFleet);
  expect(coverage).toMatchObject({ status: 'ok', failedFacts: [] });
});
