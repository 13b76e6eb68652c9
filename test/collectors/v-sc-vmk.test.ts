import { expect, test } from 'vitest';
import { vScVmk } from '../../src/collectors/v-sc-vmk.ts';
import { type FactRows, hostFacts, hv01, rowFrom, rowsFrom } from './facts-builder.ts';
import { management, nic } from './host-facts-builder.ts';

const address = (index: number, IPAddress: string, PrefixLength: number): FactRows => ({
  hostIpAddresses: [
    { InterfaceIndex: index, IPAddress, AddressFamily: IPAddress.includes(':') ? 23 : 2, PrefixLength },
  ],
});
const route = (index: number, DestinationPrefix: string, NextHop: string, RouteMetric = 256): FactRows => ({
  hostRoutes: [{ InterfaceIndex: index, DestinationPrefix, NextHop, RouteMetric }],
});
const ip = (index: number, dhcp: number, mtu: number): FactRows => ({
  hostIpInterfaces: [{ InterfaceIndex: index, AddressFamily: 2, Dhcp: dhcp, NlMtu: mtu }],
});

test('a management adapter shows its addresses, mask, ways out and packet size', () => {
  const host = hostFacts(
    hv01,
    management(1),
    address(21, '10.0.0.20', 22),
    address(21, 'fe80::1%21', 64),
    address(21, 'fd00::20', 64),
    route(21, '0.0.0.0/0', '10.0.0.9', 512),
    route(21, '0.0.0.0/0', '10.0.0.1'),
    route(21, '::/0', 'fe80::9'),
    ip(21, 0, 9000),
  );
  expect(rowFrom(vScVmk, host)).toEqual({
    Host: 'hv01.corp.example',
    Datacenter: 'corp.example',
    Cluster: 'hv01',
    'Port Group': 'Management',
    Device: 'vEthernet (Management)',
    'Mac Address': '00:15:5d:00:00:01',
    DHCP: 'False',
    'IP Address': '10.0.0.20',
    'IP 6 Address': 'fd00::20',
    'Subnet mask': '255.255.252.0',
    Gateway: '10.0.0.1',
    'IP 6 Gateway': 'fe80::9',
    MTU: 9000,
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

test('a device with a GUID of its own is found by the name of its port', () => {
  const host = hostFacts(
    hv01,
    management(1, { sameGuid: false, name: 'SMB' }),
    address(21, '10.1.0.5', 24),
    ip(21, 1, 1500),
  );
  expect(rowFrom(vScVmk, host)).toMatchObject({ 'Port Group': 'SMB', 'IP Address': '10.1.0.5', DHCP: 'True' });
});

test('a physical adapter has a row where it has an address, and none where it has but a link', () => {
  const host = hostFacts(
    hv01,
    nic(1),
    nic(2),
    address(1, '10.30.0.2', 24),
    address(2, 'fe80::2%2', 64),
    address(2, '169.254.1.1', 16),
  );
  expect(
    rowsFrom(vScVmk, host).map((row) => [row['Port Group'], row['IP Address'], row['Subnet mask'], row.Gateway]),
  ).toEqual([['Ethernet 1', '10.30.0.2', '255.255.255.0', null]]);
});

test('an address that is kept and in use shows once, and the loopback not at all', () => {
  const host = hostFacts(
    hv01,
    nic(1),
    address(1, '10.30.0.2', 24),
    address(1, '10.30.0.2', 24),
    address(99, '127.0.0.1', 8),
  );
  expect(rowsFrom(vScVmk, host).map((row) => row['IP Address'])).toEqual(['10.30.0.2']);
});
