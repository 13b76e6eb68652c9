import { expect, test } from 'vitest';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vDatastore } from '../../src/collectors/v-datastore.ts';
import { disk, type FactRows, guid, hostFacts, hv01, rowsFrom, vhd, vm, without } from './facts-builder.ts';

const gib = (n: number): string => String(n * 1024 ** 3);
const csvId = '\\\\?\\Volume{0a0b0c0d-0000-4000-8000-00000000c501}\\';
const cluster: FactRows = {
  clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example' }],
  sharedVolumes: [{ Name: 'C:\\ClusterStorage\\Volume1', VolumeName: csvId, FaultState: 0 }],
  clusterPartitions: [{ Path: csvId, TotalSize: 204_800, FreeSpace: 51_200, FileSystem: 'CSVFS' }],
};
const localVolume: FactRows = {
  volumes: [
    {
      DeviceID: '\\\\?\\Volume{0a0b0c0d-0000-4000-8000-00000000000d}\\',
      Name: 'D:\\',
      DriveLetter: 'D:',
      FileSystem: 'NTFS',
      Capacity: gib(100),
      FreeSpace: gib(25),
      DirtyBitSet: false,
    },
  ],
};
const { volumes: _, hostSystem, ...bare } = hv01;
const named = (name: string, ...parts: readonly FactRows[]) =>
  hostFacts(bare, { hostSystem: [{ ...hostSystem?.[0], Name: name, DNSHostName: name }] }, ...parts);
const at = (n: number, root: string, settings: Parameters<typeof vm>[2] = {}): FactRows[] => [
  vm(guid(n), `vm${n}`, { settings: { ConfigurationDataRoot: root }, ...settings }),
  disk(guid(n), 0, `${root}\\vm${n}.vhdx`),
  vhd(`${root}\\vm${n}.vhdx`, { capacity: 20_480, size: 1024 }),
];
const rowNamed = (rows: ReturnType<typeof rowsFrom>, name: string) => rows.find((row) => row.Name === name);

test('a volume of a host is named after both, with its VMs and its space', () => {
  const host = named('HV01', localVolume, ...at(1, 'D:\\VMs'), ...at(2, 'D:\\VMs', { system: { EnabledState: 3 } }));
  expect(rowsFrom(vDatastore, host)).toEqual([
    {
      Name: 'hv01.corp.example_D',
      'Config status': 'green',
      Address: '\\\\?\\Volume{0a0b0c0d-0000-4000-8000-00000000000d}\\',
      Accessible: 'True',
      Type: 'NTFS',
      '# VMs total': 2,
      '# VMs': 1,
      'Capacity MiB': 102_400,
      'Provisioned MiB': 40_960,
      'In Use MiB': 76_800,
      'Free MiB': 25_600,
      'Free %': 25,
      'SIOC enabled': 'False',
      'SIOC Threshold': 30,
      '# Hosts': 1,
      Hosts: 'hv01.corp.example',
      'Cluster name': null,
      'Cluster capacity MiB': null,
      'Cluster free space MiB': null,
      'Block size': 1,
      'Max Blocks': 0,
      '# Extents': 1,
      'Major Version': 0,
      Version: null,
      'VMFS Upgradeable': null,
      MHA: 'False',
      URL: 'D:\\',
      'Object ID': 'datastore-0a0b0c0d-0000-4000-8000-00000000000d',
      'VI SDK Server': 'hv01.corp.example',
      'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
    },
  ]);
});

test('a cluster shared volume is counted once, with the VMs of all nodes', () => {
  const root = 'C:\\ClusterStorage\\Volume1';
  const nodes = [
    named('HV02', cluster, localVolume, ...at(1, root)),
    named('HV01', cluster, localVolume, ...at(2, root), ...at(3, root, { system: { EnabledState: 3 } })),
  ];
  const fleet = buildFleet(nodes.map(summarize));
  const rows = nodes.flatMap((node) => rowsFrom(vDatastore, node, fleet));
  expect(rows.map((row) => row.Name)).toEqual(['hv02.corp.example_D', 'CLU01_Volume1', 'hv01.corp.example_D']);
  expect(rowNamed(rows, 'CLU01_Volume1')).toMatchObject({
    'Config status': 'green',
    Accessible: 'True',
    Type: 'CSV',
    '# VMs total': 3,
    '# VMs': 2,
    'Capacity MiB': 204_800,
    'Provisioned MiB': 61_440,
    'In Use MiB': 153_600,
    'Free %': 25,
    '# Hosts': 2,
    Hosts: 'hv01.corp.example, hv02.corp.example',
    MHA: 'True',
    URL: 'C:\\ClusterStorage\\Volume1',
    'Object ID': 'datastore-0a0b0c0d-0000-4000-8000-00000000c501',
  });
});

test('the row of a shared volume comes from a node that can tell its size', () => {
  const root = 'C:\\ClusterStorage\\Volume1';
  const nodes = [
    without(named('HV01', cluster, ...at(1, root)), 'clusterPartitions', 'factDenied'),
    named('HV02', cluster, ...at(2, root)),
  ];
  const fleet = buildFleet(nodes.map(summarize));
  expect(nodes.map((node) => rowsFrom(vDatastore, node, fleet).length)).toEqual([0, 1]);
});

test('a VM that moved during the run counts where it is now', () => {
  const root = 'C:\\ClusterStorage\\Volume1';
  const left = { ...named('HV01', cluster, ...at(1, root)), presentAfter: new Set<string>() };
  const arrived = { ...named('HV02', cluster, ...at(1, root)), presentAfter: new Set([guid(1).toLowerCase()]) };
  const fleet = buildFleet([left, arrived].map(summarize));
  expect(rowsFrom(vDatastore, left, fleet)).toMatchObject([{ '# VMs total': 1 }]);
});

test('a share is known by the VMs on it, but not how large it is', () => {
  const host = named('HV01', ...at(1, '\\\\fs01\\vms$'));
  expect(rowsFrom(vDatastore, host)).toMatchObject([
    {
      Name: '\\\\fs01\\vms$',
      'Config status': 'gray',
      Address: '\\\\fs01\\vms$',
      Accessible: null,
      Type: 'SMB',
      '# VMs total': 1,
      'Capacity MiB': null,
      'Provisioned MiB': 20_480,
      'In Use MiB': null,
      'Free MiB': null,
      'Free %': null,
      MHA: 'True',
    },
  ]);
});

test.each([
  [1, 'yellow', 'True'],
  [2, 'red', 'False'],
  [4, 'yellow', 'True'],
])('a shared volume with fault %d is %s, accessible: %s', (FaultState, colour, accessible) => {
  const { sharedVolumes, ...rest } = cluster;
  const host = named('HV01', rest, { sharedVolumes: [{ ...sharedVolumes?.[0], FaultState }] });
  expect(rowsFrom(vDatastore, host)).toMatchObject([{ 'Config status': colour, Accessible: accessible }]);
});

test('provisioned is blank where the size of one disk is not known', () => {
  const path = 'D:\\VMs\\lost.vhdx';
  const lost = [disk(guid(1), 1, path), vhd(path, { error: 'fileMissing' })];
  expect(rowsFrom(vDatastore, named('HV01', localVolume, ...at(1, 'D:\\VMs'), ...lost))).toMatchObject([
    { '# VMs total': 1, 'Provisioned MiB': null },
  ]);
});

test('volumes without a place in the folders, such as the reserved one, are no datastores', () => {
  const reserved: FactRows = {
    volumes: [{ DeviceID: '\\\\?\\Volume{1}\\', Name: '\\\\?\\Volume{1}\\', Capacity: gib(1) }],
  };
  expect(rowsFrom(vDatastore, named('HV01', reserved))).toEqual([]);
});
