import { expect, test } from 'vitest';
import { vHba } from '../../src/collectors/v-hba.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { hostFacts, hv01, rowsFrom } from './facts-builder.ts';

const device = 'PCI\\VEN_1077&DEV_2261\\4&1B2C&0&0000';
const controller = (name: string, id: string): Partial<Row<'storageControllers'>> => ({
  Name: name,
  PNPDeviceID: id,
  DriverName: 'ql2300i',
  Status: 'OK',
});
const port = (traits: Partial<Row<'initiatorPorts'>>): Partial<Row<'initiatorPorts'>> => ({
  InstanceName: `${device}_0`,
  NodeAddress: '2000002400000001',
  PortAddress: '2100002400000001',
  ConnectionType: 1,
  OperationalStatus: [2],
  ...traits,
});
const rowsOf = (ports: readonly Partial<Row<'initiatorPorts'>>[], name = 'QLogic QLE2692', id = device) =>
  rowsFrom(vHba, hostFacts(hv01, { storageControllers: [controller(name, id)], initiatorPorts: ports }));

test('a Fibre Channel port shows its names on the network', () => {
  expect(rowsOf([port({})])).toEqual([
    {
      Host: 'hv01.corp.example',
      Datacenter: 'corp.example',
      Cluster: 'hv01',
      Device: device,
      Type: 'Fibre Channel',
      Status: 'online',
      Bus: null,
      Pci: null,
      Driver: 'ql2300i',
      Model: 'QLogic QLE2692',
      WWN: '20:00:00:24:00:00:00:01 21:00:00:24:00:00:00:01',
      'VI SDK Server': 'hv01.corp.example',
      'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
    },
  ]);
});

test.each([
  [[6], 'offline'],
  [[3], 'offline'],
  [[1], 'unknown'],
  [[], 'unknown'],
])('a port with the operational status %j is %s', (status, shown) => {
  expect(rowsOf([port({ OperationalStatus: status })])).toMatchObject([{ Status: shown }]);
});

test('an iSCSI initiator shows its qualified name, a RAID controller none', () => {
  const name = 'iqn.1991-05.com.microsoft:hv01.corp.example';
  expect(rowsOf([port({ ConnectionType: 2, NodeAddress: name, PortAddress: 'ISCSI ANY PORT' })])).toMatchObject([
    { Type: 'ISCSI', WWN: name },
  ]);
  expect(rowsOf([], 'PERC H740P Mini')).toMatchObject([{ Type: 'Block SCSI', Status: 'online', WWN: null }]);
});

test('storage spaces are no adapter, and an initiator without a controller has a row of its own', () => {
  expect(rowsOf([], 'Storage Spaces', 'ROOT\\SPACEPORT\\0000')).toEqual([]);
  const lonely = port({ InstanceName: 'ROOT\\OTHER\\0000_0' });
  expect(rowsOf([lonely]).map((row) => row.Device)).toEqual([device, 'ROOT\\OTHER\\0000_0']);
});

test('a host without storage adapters has no row', () => {
  expect(rowsFrom(vHba, hostFacts(hv01))).toEqual([]);
});
