import { expect, test } from 'vitest';
import { dvPort } from '../../src/collectors/dv-port.ts';
import { dvSwitch } from '../../src/collectors/dv-switch.ts';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vNetwork } from '../../src/collectors/v-network.ts';
import { clusterOf, hostNamed } from './cluster-builder.ts';
import { adapter, type FactRows, guid, rowsFrom, switchId, vm, without, withRows } from './facts-builder.ts';
import { management, nic, setTeaming, uplink } from './host-facts-builder.ts';

const both = clusterOf({ HV01: {}, HV02: {} });
/** The way out over a team of two adapters. */
const team: readonly FactRows[] = [nic(1), nic(2, { MtuSize: 9000 }), uplink([1, 2]), setTeaming(5)];
const vlan = (id: number) => ({ vlan: { OperationMode: 1, AccessVlanId: id } });
const node = (name: string, ...parts: readonly FactRows[]) => hostNamed(name, 65_536, both, ...parts);
const rowsOf = (collector: typeof dvSwitch, hosts: readonly ReturnType<typeof node>[]) => {
  const fleet = buildFleet(hosts.map(summarize));
  return hosts.flatMap((host) => rowsFrom(collector, host, fleet));
};

const nodes = [
  node(
    'HV01',
    ...team,
    management(1, { vlan: { OperationMode: 1, AccessVlanId: 7 } }),
    vm(guid(1), 'web01'),
    adapter(guid(1), 1, vlan(20)),
    adapter(guid(1), 2),
  ),
  node(
    'HV02',
    ...team,
    vm(guid(2), 'web02'),
    adapter(guid(2), 1, { ...vlan(20), macSpoofing: true }),
    vm(guid(3), 'fw01'),
    adapter(guid(3), 1, { vlan: { OperationMode: 2, NativeVlanId: 0, TrunkVlanIdArray: [10, 20] } }),
  ),
];

test('a way out that all nodes of a cluster have under one name is one switch', () => {
  const [row, ...others] = rowsOf(dvSwitch, nodes);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    Switch: 'vSwitch0',
    Datacenter: 'corp.example',
    Name: 'vSwitch0',
    Vendor: 'Microsoft Corporation',
    Version: '10.0.20348',
    'Host members': 'hv01.corp.example, hv02.corp.example',
    // Four adapters of VMs, one of the management OS, and a way out of each node.
    '# Ports': 7,
    '# VMs': 3,
    'Max MTU': 1500,
    Created: null,
    'VI SDK Server': 'clu01.corp.example',
  });
  expect(row?.['Object ID']).toMatch(/^dvs-[0-9a-f-]{36}$/);
});

test('its port groups are those of all nodes together, each once', () => {
  const rows = rowsOf(dvPort, nodes);
  expect(rows.map((row) => [row.Port, row.VLAN, row['# Ports'], row['Mac Changes']])).toEqual([
    ['vSwitch0', 0, 1, 'False'],
    ['vSwitch0 VLAN 7', 7, 1, 'False'],
    ['vSwitch0 VLAN 20', 20, 2, 'True'],
    // A trunk has no one number.
    ['vSwitch0 Trunk', null, 1, 'False'],
  ]);
  expect(rows[0]).toMatchObject({
    Switch: 'vSwitch0',
    Type: 'earlyBinding',
    'Allow Promiscuous': 'False',
    Policy: 'loadbalance_loadbased',
    'Active Uplink': null,
  });
  expect(new Set(rows.map((row) => row['Object ID'])).size).toBe(4);
  const networks = nodes.flatMap((host) => rowsFrom(vNetwork, host).map((row) => row.Network));
  for (const network of networks) expect(rows.map((row) => row.Port)).toContain(network);
});

test('a switch that one node lacks, or that leads nowhere, spans nothing', () => {
  const lacking = withRows(node('HV02', ...team), 'switches', [{ Name: switchId, ElementName: 'vSwitch1' }]);
  expect(rowsOf(dvSwitch, [node('HV01', ...team), lacking])).toEqual([]);
  expect(rowsOf(dvSwitch, [node('HV01', management(1)), node('HV02', management(1))])).toEqual([]);
});

test('a node that does not tell its switches takes none of them away from the cluster', () => {
  const silent = without(node('HV01', ...team), 'portAllocations', 'factTimedOut');
  expect(rowsOf(dvSwitch, [silent, node('HV02', ...team)])).toMatchObject([
    { Switch: 'vSwitch0', 'Host members': 'hv02.corp.example', '# Ports': null, '# VMs': null },
  ]);
});

test('a cluster of one node and a host outside a cluster have no such switch', () => {
  expect(rowsOf(dvSwitch, [hostNamed('HV01', 65_536, clusterOf({ HV01: {} }), ...team)])).toEqual([]);
  expect(rowsOf(dvSwitch, [hostNamed('HV01', 65_536, ...team)])).toEqual([]);
});

test('a node that was not read leaves its switches to the others, without a count that would miss its part', () => {
  const read = node('HV01', ...team, vm(guid(1), 'web01'), adapter(guid(1), 1, vlan(20)));
  expect(rowsOf(dvSwitch, [read])).toMatchObject([
    { Switch: 'vSwitch0', 'Host members': 'hv01.corp.example', '# Ports': null, '# VMs': null, 'Max MTU': 1500 },
  ]);
  expect(rowsOf(dvPort, [read])).toMatchObject([
    { Port: 'vSwitch0', '# Ports': null },
    { Port: 'vSwitch0 VLAN 20', VLAN: 20, '# Ports': null },
  ]);
  // Judged by itself the node says the same.
  expect(rowsFrom(dvSwitch, read)).toMatchObject([{ Switch: 'vSwitch0', '# Ports': null }]);
});

test('nodes that share load in different ways have no one policy', () => {
  const otherwise = node('HV02', nic(1), nic(2), uplink([1, 2]), setTeaming(4));
  expect(rowsOf(dvPort, [node('HV01', ...team), otherwise])).toMatchObject([{ Policy: null }]);
});

test('a VM that moved within the cluster during the run is counted once', () => {
  const web = [vm(guid(1), 'web01'), adapter(guid(1), 1, vlan(20))];
  const left = { ...node('HV01', ...team, ...web), presentAfter: new Set<string>() };
  const now = { ...node('HV02', ...team, ...web), presentAfter: new Set([guid(1).toLowerCase()]) };
  expect(rowsOf(dvSwitch, [left, now])).toMatchObject([{ '# VMs': 1, '# Ports': 3 }]);
  expect(rowsOf(dvPort, [left, now])).toMatchObject([{ '# Ports': 0 }, { VLAN: 20, '# Ports': 1 }]);
});

test('a host that does not tell the adapters of its VMs has no count of them', () => {
  const host = without(node('HV01', ...team, vm(guid(1), 'web01')), 'syntheticAdapters');
  const fleet = buildFleet([host, node('HV02', ...team)].map(summarize));
  expect(dvSwitch.collect(host, fleet)).toMatchObject({
    rows: [{ cells: { Switch: 'vSwitch0', '# Ports': null, '# VMs': null } }],
    coverage: { status: 'error', failedFacts: ['syntheticAdapters: factFailed'] },
  });
  expect(rowsFrom(dvPort, host, fleet)).toEqual([]);
});
