import { describe, expect, test } from 'vitest';
import type { Fleet, HostFacts } from '../../src/collectors/collector.ts';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vHealth } from '../../src/collectors/v-health.ts';
import { clusterOf, hostNamed } from './cluster-builder.ts';
import { checkpoint, disk, type FactRows, folder, guid, hostFacts, hv01, rowsFrom, vhd, vm } from './facts-builder.ts';

const id = guid(1);
const web01 = [vm(id, 'web01'), disk(id, 0, 'D:\\VMs\\web.vhdx'), vhd('D:\\VMs\\web.vhdx')];

/** Names and messages of what vHealth says of files that nobody uses, of each host. */
const saidOf = (...hosts: readonly HostFacts[]) => saidWith(new Map(), ...hosts);
const saidWith = (unseenVms: Fleet['unseenVms'], ...hosts: readonly HostFacts[]) => {
  const fleet = buildFleet(hosts.map(summarize), unseenVms);
  return hosts.map((host) =>
    rowsFrom(vHealth, host, fleet)
      .filter((row) => row['Message type'] === 'Zombie')
      .map((row) => [row.Name, row.Message]),
  );
};
const said = (...parts: readonly FactRows[]) => saidOf(hostFacts(hv01, ...web01, ...parts))[0] ?? [];
const orphan = (name: string) => [
  name,
  'Possibly orphaned: no VM or checkpoint of the hosts that were read uses this disk file, last written on 2026-03-01. It takes 1 MiB.',
];

describe('a disk file on a volume of the host', () => {
  test('that nothing uses is named with its size and age', () => {
    expect(said(folder('D:\\VMs', ['WEB.vhdx', 'old.vhdx', 'older.VHD', 'left_1.avhdx']))).toEqual([
      orphan('[hv01.corp.example_D] VMs/old.vhdx'),
      orphan('[hv01.corp.example_D] VMs/older.VHD'),
      orphan('[hv01.corp.example_D] VMs/left_1.avhdx'),
    ]);
  });

  test('is none where a checkpoint, a planned VM or a chain uses it, or where it is no disk', () => {
    const planned = disk(guid(9), 0, 'D:\\VMs\\coming.vhdx');
    const parts = [
      checkpoint(guid(11), id),
      disk(guid(11), 0, 'D:\\VMs\\before.avhdx'),
      vhd('D:\\VMs\\before.avhdx', { parent: 'D:\\VMs\\golden.vhdx' }),
      vhd('D:\\VMs\\golden.vhdx'),
      planned,
      vhd('D:\\VMs\\coming.vhdx'),
    ];
    const files = ['before.avhdx', 'golden.vhdx', 'coming.vhdx', 'setup.iso', 'web.vmcx', 'web.vhdx.rct'];
    expect(said(...parts, folder('D:\\VMs', files))).toEqual([]);
  });

  test('beside a VHD set may be the data of the set', () => {
    expect(said(folder('D:\\VMs', ['shared.vhds', 'shared_1.avhdx', 'old.vhdx']))).toEqual([
      orphan('[hv01.corp.example_D] VMs/old.vhdx'),
    ]);
  });

  test('that was written within a day may be just being made', () => {
    const { folders } = folder('D:\\VMs', ['new.vhdx']);
    const now = (folders ?? []).map((row) => ({ ...row, FileTimes: ['2026-11-22T12:00:01.000000Z'] }));
    expect(said({ folders: now })).toEqual([]);
  });

  test('is not judged where a disk of a VM could not be read: it may hang on the file', () => {
    const locked = [disk(id, 1, 'D:\\VMs\\child.avhdx'), vhd('D:\\VMs\\child.avhdx', { error: 'fileLocked' })];
    expect(said(...locked, folder('D:\\VMs', ['base.vhdx', 'old.vhdx']))).toEqual([
      [
        'hv01.corp.example',
        '2 disk files that no VM here uses could not be judged: a disk of a VM could not be read, and may hang on them.',
      ],
    ]);
  });

  test('is none where a VM has it by the name of a share', () => {
    const byShare = [disk(id, 1, '\\\\hv01\\vms$\\data.vhdx'), vhd('\\\\hv01\\vms$\\data.vhdx')];
    expect(said(...byShare, folder('D:\\VMs', ['data.vhdx']))).toEqual([]);
  });
});

test('a disk file on a share is not judged, for other hosts may use it', () => {
  expect(said(folder('\\\\fs01\\vms', ['old.vhdx']))).toEqual([
    [
      'hv01.corp.example',
      '1 disk file that no VM here uses could not be judged: they lie on a share, which hosts that were not read may use.',
    ],
  ]);
});

describe('a disk file on a volume of the cluster', () => {
  const shared = 'C:\\ClusterStorage\\Volume1\\VMs';
  const node = (name: string, ...parts: readonly FactRows[]) =>
    hostNamed(name, 1024, clusterOf({ HV01: {}, HV02: {} }), ...parts);
  const using = (n: number, file: string): FactRows[] => [
    vm(guid(n), `vm${n}`),
    disk(guid(n), 0, `${shared}\\${file}`),
    vhd(`${shared}\\${file}`),
  ];
  const listing = folder(shared, ['one.vhdx', 'two.vhdx', 'old.vhdx']);
  const notAll = [
    'hv01.corp.example',
    '2 disk files that no VM here uses could not be judged: not every disk of every node of the cluster was read.',
  ];

  test('is orphaned where every node was read and none uses it, and is named once', () => {
    expect(
      saidOf(node('HV01', ...using(1, 'one.vhdx'), listing), node('HV02', ...using(2, 'two.vhdx'), listing)),
    ).toEqual([[orphan('[CLU01_Volume1] VMs/old.vhdx')], []]);
  });

  test('is not judged where a node was not read', () => {
    expect(saidOf(node('HV01', ...using(1, 'one.vhdx'), listing))).toEqual([[notAll]]);
  });

  test('is not judged where the cluster knows a VM that no host showed: the file may be its own', () => {
    const nodes = [node('HV01', ...using(1, 'one.vhdx'), listing), node('HV02', ...using(2, 'two.vhdx'))];
    const unseen = new Map([['clu01.corp.example', [{ name: 'vm3', ownerNode: 'HV02' }]]]);
    expect(saidWith(unseen, ...nodes)[0]).toEqual([
      [
        'hv01.corp.example',
        '1 disk file that no VM here uses could not be judged: the cluster knows VMs that no host showed.',
      ],
    ]);
  });

  test('is not judged where the other node could not read a disk of its own', () => {
    const spoilt = [
      ...using(2, 'two.vhdx'),
      disk(guid(2), 1, `${shared}\\x.avhdx`),
      vhd(`${shared}\\x.avhdx`, { error: 'fileLocked' }),
    ];
    const [here] = saidOf(node('HV01', ...using(1, 'one.vhdx'), listing), node('HV02', ...spoilt));
    expect(here).toEqual([[notAll[0], notAll[1]?.replace('2 disk files', '1 disk file')]]);
  });
});
