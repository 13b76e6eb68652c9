import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vMultiPath } from '../../src/collectors/v-multi-path.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { type FactRows, hostFacts, hv01, rowFrom, rowsFrom, without } from './facts-builder.ts';

const device = 'disk&ven_pure&prod_flasharray#1&7f6ac24&0&624a9370c0ffee';
const lun = (traits: Partial<Row<'hostDisks'>> = {}): FactRows => ({
  hostDisks: [
    {
      Number: 4,
      UniqueId: '624A9370C0FFEE00C0FFEE00C0FFEE00',
      UniqueIdFormat: 3,
      Path: `\\\\?\\mpio#${device}#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}`,
      FriendlyName: 'PURE FlashArray',
      Manufacturer: 'PURE',
      Model: 'FlashArray',
      FirmwareVersion: '8888',
      SerialNumber: 'C0FFEE00',
      OperationalStatus: [53264],
      ...traits,
    },
  ],
});
const policy = (number: string): FactRows => ({
  multipathPolicies: [
    {
      // The driver writes it in another case, with a number behind.
      InstanceName: 'MPIO\\Disk&Ven_PURE&Prod_FlashArray\\1&7f6ac24&0&624A9370C0FFEE_0',
      LoadBalancePolicy: { DSMPathCount: '4', LoadBalancePolicy: number },
    },
  ],
});
const partition = (number: number, ...paths: string[]): FactRows => ({
  hostPartitions: [{ DiskNumber: number, AccessPaths: paths }],
});

test('a disk on several paths shows its policy, and the datastore that lies on it', () => {
  expect(
    rowFrom(vMultiPath, hostFacts(hv01, lun(), policy('2'), partition(4, 'D:\\', '\\\\?\\Volume{0d0d}\\'))),
  ).toMatchObject({
    Host: 'hv01.corp.example',
    Cluster: 'hv01',
    Datacenter: 'corp.example',
    Datastore: 'hv01.corp.example_D',
    Disk: 'naa.624a9370c0ffee00c0ffee00c0ffee00',
    'Display name': 'PURE FlashArray',
    Policy: 'RoundRobin',
    'Oper. State': 'ok',
    'Path 1': null,
    vStorage: 'vStorageUnknown',
    Vendor: 'PURE',
    Model: 'FlashArray',
    Revision: '8888',
    'Serial #': 'C0FFEE00',
    UUID: '624A9370C0FFEE00C0FFEE00C0FFEE00',
    'VI SDK Server': 'hv01.corp.example',
  });
});

test.each([
  ['1', 'FailOver'],
  ['3', 'RoundRobinWithSubset'],
  ['4', 'LeastQueueDepth'],
  ['5', 'WeightedPaths'],
  ['6', 'LeastBlocks'],
  ['7', 'VendorSpecific'],
  ['99', null],
])('the policy %s is %s', (number, shown) => {
  expect(rowFrom(vMultiPath, hostFacts(hv01, lun(), policy(number))).Policy).toBe(shown);
});

test('a disk with one path has a fixed one; a disk on several whose policy was not told has none', () => {
  const local = lun({ Path: '\\\\?\\scsi#disk&ven_dell&prod_perc#4&19f#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}' });
  expect(rowFrom(vMultiPath, hostFacts(hv01, local)).Policy).toBe('FIXED');
  expect(rowFrom(vMultiPath, hostFacts(hv01, lun())).Policy).toBeNull();
  expect(rowFrom(vMultiPath, hostFacts(hv01, lun({ Path: null }), policy('2'))).Policy).toBeNull();
});

test.each([
  [[2], 'ok'],
  [[3], 'degraded'],
  [[13], 'lostCommunication'],
  [[53267], 'off'],
  [[53268], 'error'],
  [[], 'unknownState'],
])('a disk with the operational status %j is %s', (status, shown) => {
  expect(rowFrom(vMultiPath, hostFacts(hv01, lun({ OperationalStatus: status })))['Oper. State']).toBe(shown);
});

test('a disk of a cluster bears its shared volume on the node that has it, and one id on all', () => {
  const cluster: FactRows = {
    clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example' }],
    sharedVolumes: [{ Name: 'C:\\ClusterStorage\\Volume1', VolumeName: '\\\\?\\Volume{c5c5}\\', FaultState: 0 }],
  };
  const owner = hostFacts(hv01, cluster, lun(), partition(4, 'C:\\ClusterStorage\\Volume1\\', '\\\\?\\Volume{C5C5}\\'));
  const other = hostFacts(hv01, cluster, lun());
  expect(rowFrom(vMultiPath, owner).Datastore).toBe('CLU01_Volume1');
  expect(rowFrom(vMultiPath, other).Datastore).toBeNull();
  expect(rowFrom(vMultiPath, other)['Object ID']).toBe(rowFrom(vMultiPath, owner)['Object ID']);
});

test('a host without a multipath driver has its disks, and nothing failed', () => {
  const host = hostFacts(hv01, lun({ Path: '\\\\?\\scsi#disk' }));
  expect(host.facts.multipathPolicies).toMatchObject({ status: 'absent' });
  expect(vMultiPath.collect(host, emptyFleet).coverage).toMatchObject({ status: 'ok', rowCount: 1 });
});

test('an account that may not read the disks leaves the tab empty without failing it; another failure is one', () => {
  const denied = without(hostFacts(hv01), 'hostDisks', 'factDenied');
  expect(rowsFrom(vMultiPath, denied)).toEqual([]);
  expect(vMultiPath.collect(denied, emptyFleet).coverage).toMatchObject({ status: 'ok', missingFacts: ['hostDisks'] });
  expect(vMultiPath.collect(without(hostFacts(hv01), 'hostDisks'), emptyFleet).coverage).toMatchObject({
    status: 'error',
  });
});
