import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vNetwork } from '../../src/collectors/v-network.ts';
import { vPort } from '../../src/collectors/v-port.ts';
import { adapter, guid, hostFacts, hv01, rowsFrom, vm, without } from './facts-builder.ts';
import { management, nic, setTeaming, uplink } from './host-facts-builder.ts';

const web = vm(guid(1), 'web01');
const portsOf = (host: Parameters<typeof rowsFrom>[1]) =>
  rowsFrom(vPort, host).map((row) => [row['Port Group'], row.Switch, row.VLAN]);

test('a switch that nobody uses has its untagged port group', () => {
  expect(rowsFrom(vPort, hostFacts(hv01, nic(1), nic(2), uplink([1, 2]), setTeaming(5)))).toEqual([
    {
      Host: 'hv01.corp.example',
      Datacenter: 'corp.example',
      Cluster: 'hv01',
      'Port Group': 'vSwitch0',
      Switch: 'vSwitch0',
      VLAN: '0',
      'Promiscuous Mode': 'False',
      'Mac Changes': 'False',
      'Forged Transmits': 'False',
      'Traffic Shaping': 'False',
      Width: 0,
      Peak: 0,
      Burst: 0,
      Policy: 'loadbalance_loadbased',
      'Reverse Policy': 'True',
      'Notify Switch': 'True',
      'Rolling Order': 'False',
      Offload: 'True',
      TSO: 'True',
      'Zero Copy Xmit': 'True',
      'VI SDK Server': 'hv01.corp.example',
      'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
    },
  ]);
});

test('each VLAN in use has one port group: access, trunk, and private under its own VLAN', () => {
  const host = hostFacts(
    hv01,
    web,
    adapter(guid(1), 1, { vlan: { OperationMode: 1, AccessVlanId: 20 } }),
    adapter(guid(1), 2, { vlan: { OperationMode: 1, AccessVlanId: 20 } }),
    adapter(guid(1), 3, { vlan: { OperationMode: 2, NativeVlanId: 0, TrunkVlanIdArray: [10, 20] } }),
    adapter(guid(1), 4, { vlan: { OperationMode: 3, PvlanMode: 1, PrimaryVlanId: 300, SecondaryVlanId: 301 } }),
    adapter(guid(1), 5, { vlan: { OperationMode: 3, PvlanMode: 3, PrimaryVlanId: 300 } }),
  );
  expect(portsOf(host)).toEqual([
    ['vSwitch0', 'vSwitch0', '0'],
    ['vSwitch0 VLAN 20', 'vSwitch0', '20'],
    ['vSwitch0 Trunk', 'vSwitch0', '4095'],
    ['vSwitch0 VLAN 301', 'vSwitch0', '301'],
    ['vSwitch0 VLAN 300', 'vSwitch0', '300'],
  ]);
});

test('the VLAN of a management adapter is a port group as well', () => {
  const host = hostFacts(hv01, management(1, { vlan: { OperationMode: 1, AccessVlanId: 7 } }));
  expect(portsOf(host)).toEqual([
    ['vSwitch0', 'vSwitch0', '0'],
    ['vSwitch0 VLAN 7', 'vSwitch0', '7'],
  ]);
});

test('every network that vNetwork names on a switch is a port group here', () => {
  const host = hostFacts(
    hv01,
    web,
    adapter(guid(1), 1),
    adapter(guid(1), 2, { vlan: { OperationMode: 1, AccessVlanId: 9 } }),
    adapter(guid(1), 3, { isolation: { IsolationMode: 3, DefaultIsolationId: 12 } }),
  );
  const groups = rowsFrom(vPort, host).map((row) => row['Port Group']);
  for (const { Network } of rowsFrom(vNetwork, host)) expect(groups).toContain(Network);
});

test('MAC spoofing is told of the port group that the adapter is in', () => {
  const host = hostFacts(
    hv01,
    web,
    adapter(guid(1), 1, { macSpoofing: true, vlan: { OperationMode: 1, AccessVlanId: 9 } }),
    adapter(guid(1), 2),
  );
  expect(rowsFrom(vPort, host).map((row) => [row['Port Group'], row['Mac Changes'], row['Forged Transmits']])).toEqual([
    ['vSwitch0', 'False', 'False'],
    ['vSwitch0 VLAN 9', 'True', 'True'],
  ]);
});

test('a host that does not tell its ports has no port group rather than a wrong one', () => {
  const host = without(hostFacts(hv01, web, adapter(guid(1), 1)), 'portAllocations', 'factTimedOut');
  expect(rowsFrom(vPort, host)).toEqual([]);
  expect(vPort.collect(host, emptyFleet).coverage).toMatchObject({
    status: 'error',
    failedFacts: ['portAllocations: factTimedOut'],
  });
});
