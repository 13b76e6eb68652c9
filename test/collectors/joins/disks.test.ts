import { expect, test } from 'vitest';
import { joinDrives } from '../../../src/collectors/joins/disks.ts';
import { settingsOwners } from '../../../src/collectors/joins/settings-owners.ts';
import { disk, guid, hostFacts } from '../facts-builder.ts';

const id = guid(1);
const lower = id.toLowerCase();
const ownerOf = settingsOwners(new Set([lower]), []);
const drive = `Microsoft:${id}\\5C5C0000-0000-4000-8000-000000000001\\0\\3\\D`;

test('an image is in the drive that its Parent names', () => {
  const { byVm, unjoined } = joinDrives(hostFacts(disk(id, 3, 'D:\\a.vhdx')).facts, ownerOf);
  expect(byVm?.get(lower)).toMatchObject({
    disks: [{ kind: 'image', path: 'D:\\a.vhdx', drive: { InstanceID: drive } }],
  });
  expect(unjoined).toEqual([]);
});

test('without a Parent the key tells the drive', () => {
  const rows = disk(id, 3, 'D:\\a.vhdx');
  const images = (rows.storageAllocations ?? []).map((row) => ({ ...row, Parent: null }));
  const { byVm } = joinDrives(hostFacts({ ...rows, storageAllocations: images }).facts, ownerOf);
  expect(byVm?.get(lower)).toMatchObject({ disks: [{ drive: { InstanceID: drive } }] });
});

test('an image of nobody is unjoined', () => {
  const { byVm, unjoined } = joinDrives(hostFacts(disk(guid(9), 3, 'D:\\a.vhdx')).facts, ownerOf);
  expect(byVm?.size).toBe(0);
  expect(unjoined.map((row) => row.split(': ')[0])).toEqual(['resourceAllocations', 'storageAllocations']);
});
