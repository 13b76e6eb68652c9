import { describe, expect, test } from 'vitest';
import { buildFleet, emptyFleet, summarize } from '../../src/collectors/fleet.ts';
import { vFileInfo } from '../../src/collectors/v-file-info.ts';
import { clusterOf, hostNamed } from './cluster-builder.ts';
import { type FactRows, folder, guid, hostFacts, hv01, rowsFrom, vm, without } from './facts-builder.ts';

const web01 = vm(guid(1), 'web01');
const of = (...parts: readonly FactRows[]) => hostFacts(hv01, web01, ...parts);

test('a file is named in the form of RVTools, with its type, size and folder', () => {
  const host = of(folder('D:\\VMs\\web01\\Virtual Hard Disks', { 'Web 01.VHDX': 1.5, README: 0 }));
  const common = {
    Path: '[hv01.corp.example_D] VMs/web01/Virtual Hard Disks/',
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  };
  expect(rowsFrom(vFileInfo, host)).toEqual([
    {
      ...common,
      'Friendly Path Name': '[hv01.corp.example_D] VMs/web01/Virtual Hard Disks/README',
      'File Name': 'README',
      'File Type': null,
      'File Size in bytes': 0,
      'Internal Sort Column': '[hv01.corp.example_D] VMs/web01/Virtual Hard Disks/README',
    },
    {
      ...common,
      'Friendly Path Name': '[hv01.corp.example_D] VMs/web01/Virtual Hard Disks/Web 01.VHDX',
      'File Name': 'Web 01.VHDX',
      'File Type': 'vhdx',
      'File Size in bytes': 1_572_864,
      'Internal Sort Column': '[hv01.corp.example_D] VMs/web01/Virtual Hard Disks/Web 01.VHDX',
    },
  ]);
});

test('files at the root of a volume stand right behind it', () => {
  expect(rowsFrom(vFileInfo, of(folder('D:\\', ['a.vhdx'])))).toMatchObject([
    { 'Friendly Path Name': '[hv01.corp.example_D] a.vhdx', Path: '[hv01.corp.example_D]' },
  ]);
});

describe('what is missing is said in a row of its own', () => {
  const said = (host: ReturnType<typeof of>) =>
    rowsFrom(vFileInfo, host)
      .filter((row) => row['File Name'] === null)
      .map((row) => row['Friendly Path Name']);

  test('nothing is said of a host whose folders are all there', () => {
    expect(said(of(folder('D:\\VMs', ['a.vmcx'], { folders: ['b'] }), folder('D:\\VMs\\b')))).toEqual([]);
  });

  test('files and folders beyond the limits', () => {
    const host = of(folder('D:\\VMs', ['a.vmcx'], { filesLeftOut: 7, foldersLeftOut: 1, folders: ['b', 'c'] }));
    expect(said(host)).toEqual([
      'This tab page is not complete, hv01.corp.example: 7 files beyond the limit of 2000 a folder and 20000 a host.',
      'This tab page is not complete, hv01.corp.example: 3 folders too deep or beyond the limit of 4000 a host.',
    ]);
  });

  test('folders that cannot be listed, the first of them by name', () => {
    const shares = [1, 2, 3, 4, 5].map((n) => folder(`\\\\fs01\\vms\\${n}`, [], { error: 'doubleHop' }));
    expect(said(of(...shares, folder('D:\\gone', [], { error: 'fileMissing' })))).toEqual([
      'This tab page is not complete, hv01.corp.example: 5 folders could not be listed (doubleHop): \\\\fs01\\vms\\1, \\\\fs01\\vms\\2, \\\\fs01\\vms\\3 and 2 more.',
      'This tab page is not complete, hv01.corp.example: 1 folder could not be listed (fileMissing): D:\\gone.',
    ]);
  });

  test('a host that was gathered without PowerShell, which is no error', () => {
    const host = without(of(), 'folders', 'notAvailableByCim');
    expect(said(host)).toEqual([
      'This tab page is not complete, hv01.corp.example: the files of VMs are not known (notAvailableByCim).',
    ]);
    expect(vFileInfo.collect(host, emptyFleet).coverage).toMatchObject({ status: 'ok', missingFacts: ['folders'] });
  });
});

describe('a folder that several nodes list', () => {
  const shared = 'C:\\ClusterStorage\\Volume1\\VMs';
  const node = (name: string, ...parts: readonly FactRows[]) =>
    hostNamed(name, 1024, clusterOf({ HV01: {}, HV02: {} }), ...parts);
  const filesOf = (...hosts: readonly ReturnType<typeof node>[]) => {
    const fleet = buildFleet(hosts.map(summarize));
    return hosts.map((host) => rowsFrom(vFileInfo, host, fleet).map((row) => row['Friendly Path Name']));
  };

  test('counts once, by the first node', () => {
    const listing = folder(shared, ['a.vhdx']);
    expect(filesOf(node('HV02', listing), node('HV01', listing))).toEqual([[], ['[CLU01_Volume1] VMs/a.vhdx']]);
  });

  test('counts by the node that could list it', () => {
    const denied = folder(shared, [], { error: 'fileDenied' });
    expect(filesOf(node('HV01', denied), node('HV02', folder(shared, ['a.vhdx'])))).toEqual([
      [],
      ['[CLU01_Volume1] VMs/a.vhdx'],
    ]);
  });

  test('is no other than that of another cluster, or of the same path on a volume of each host', () => {
    const elsewhere = hostNamed('HV09', 1024, folder('D:\\VMs', ['c.vhdx']));
    expect(filesOf(node('HV01', folder('D:\\VMs', ['b.vhdx'])), elsewhere)).toEqual([
      ['[hv01.corp.example_D] VMs/b.vhdx'],
      ['[hv09.corp.example_D] VMs/c.vhdx'],
    ]);
  });
});
