import { describe, expect, test } from 'vitest';
import { bracketFolder, bracketPath, type DatastoreMap, underRoot } from '../../src/collectors/datastore-path.ts';

const map: DatastoreMap = {
  hostName: 'hv01.corp.example',
  clusterName: 'CLU01',
  sharedVolumes: ['C:\\ClusterStorage\\Volume1', 'C:\\ClusterStorage\\Volume10'],
  volumes: [
    { name: 'C:\\', deviceId: '\\\\?\\Volume{c}\\' },
    { name: 'D:\\', deviceId: '\\\\?\\Volume{d}\\' },
    { name: 'D:\\Mounts\\Fast\\', deviceId: '\\\\?\\Volume{f}\\' },
    { name: 'C:\\ClusterStorage\\Volume1\\', deviceId: '\\\\?\\Volume{v}\\' },
  ],
};

describe('a file', () => {
  test.each([
    ['D:\\VMs\\web01\\web01.vhdx', '[hv01.corp.example_D] VMs/web01/web01.vhdx'],
    ['d:\\web01.vhdx', '[hv01.corp.example_D] web01.vhdx'],
    ['D:\\mounts\\fast\\web01.vhdx', '[hv01.corp.example_D_Mounts_Fast] web01.vhdx'],
    ['D:\\Mounts\\Faster\\web01.vhdx', '[hv01.corp.example_D] Mounts/Faster/web01.vhdx'],
    ['C:\\ClusterStorage\\Volume1\\web01\\web01.vhdx', '[CLU01_Volume1] web01/web01.vhdx'],
    ['c:\\clusterstorage\\volume10\\web01.vhdx', '[CLU01_Volume10] web01.vhdx'],
    ['C:\\ClusterStorage\\Unlisted\\web01.vhdx', '[CLU01_Unlisted] web01.vhdx'],
    ['\\\\fs01\\vms\\web01\\web01.vhdx', '[\\\\fs01\\vms] web01/web01.vhdx'],
    ['\\\\?\\UNC\\fs01\\vms\\web01.vhdx', '[\\\\fs01\\vms] web01.vhdx'],
    ['\\\\?\\D:\\web01.vhdx', '[hv01.corp.example_D] web01.vhdx'],
    ['\\\\?\\Volume{d}\\web01.vhdx', '[hv01.corp.example_D] web01.vhdx'],
    ['D:/VMs/web01.vhdx', '[hv01.corp.example_D] VMs/web01.vhdx'],
    ['E:\\web01.vhdx', '[hv01.corp.example_E] web01.vhdx'],
    ['\\\\?\\Volume{z}\\web01.vhdx', null],
    ['web01.vhdx', null],
    ['', null],
  ])('%s', (path, expected) => {
    expect(bracketPath(path, map)).toBe(expected);
  });

  test('of a host whose volumes are not known has no datastore, but on a share or a CSV', () => {
    const unknown = { ...map, volumes: undefined, sharedVolumes: [] };
    expect(bracketPath('D:\\VMs\\web01.vhdx', unknown)).toBeNull();
    expect(bracketPath('C:\\ClusterStorage\\Volume1\\web01.vhdx', unknown)).toBe('[CLU01_Volume1] web01.vhdx');
    expect(bracketPath('\\\\fs01\\vms\\web01.vhdx', unknown)).toBe('[\\\\fs01\\vms] web01.vhdx');
  });
});

test('a folder ends with a slash, but for the root of its datastore', () => {
  expect(bracketFolder('D:\\VMs\\web01\\', map)).toBe('[hv01.corp.example_D] VMs/web01/');
  expect(bracketFolder('C:\\ClusterStorage\\Volume1', map)).toBe('[CLU01_Volume1]');
  expect(bracketFolder('D:\\', map)).toBe('[hv01.corp.example_D]');
  expect(bracketFolder(null, map)).toBeNull();
});

test('relative paths lie under their root, absolute ones where they say', () => {
  expect(underRoot('D:\\VMs', 'Virtual Machines\\x.vmcx')).toBe('D:\\VMs\\Virtual Machines\\x.vmcx');
  expect(underRoot('D:\\', '\\Snapshots')).toBe('D:\\Snapshots');
  expect(underRoot('D:\\VMs', 'E:\\Other')).toBe('E:\\Other');
  expect(underRoot('D:\\VMs', '\\\\fs01\\vms')).toBe('\\\\fs01\\vms');
  expect(underRoot(null, 'Snapshots')).toBeNull();
});
