import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { exporter, hostList, reportIn, servedFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

it('a disk that cannot be read leaves its VM without sums, unless --unknown-size lets what is known stand', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const plain = buildFleet({ hosts: 1, seed: 9, vmsExactly: 12, personalities: [] });
  const [host] = plain.hosts;
  const spoilt = host?.vms.find(
    ({ disks, checkpoints }) =>
      checkpoints === 0 && disks.length === 2 && disks.every(({ chain, readable }) => readable && chain.length === 1),
  );
  const [lost, kept] = spoilt?.disks ?? [];
  if (host === undefined || spoilt === undefined || lost === undefined || kept === undefined)
    throw new Error('no VM of the fleet has two plain disks');
  const diskFiles = (host.repository.diskFiles ?? []).map((file) =>
    file.path === lost.path ? { ...file, trouble: 'locked' as const } : file,
  );
  const fleet = await servedFleet({ ...plain, hosts: [{ ...host, repository: { ...host.repository, diskFiles } }] });
  const capacities = async (): Promise<readonly (string | undefined)[]> => {
    const info = (await workbookRows(out, 'vInfo')).find((row) => row.VM === spoilt.name);
    const disks = (await workbookRows(out, 'vDisk')).filter((row) => row.VM === spoilt.name);
    return [info?.['Total disk capacity MiB'], info?.['In Use MiB'], ...disks.map((row) => row['Capacity MiB'])];
  };
  const mib = (bytes: number | null): string => String(Math.round((bytes ?? Number.NaN) / 1_048_576));
  const used = mib(kept.fileBytes + spoilt.stateBytes);
  const isGap = async (): Promise<boolean> =>
    (await readFile(join(out, 'missing_vms_by_host.csv'), 'utf8')).includes('diskSizeUnknown');

  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  expect(await capacities()).toEqual(['', '', '', mib(kept.capacityBytes)]);
  expect(await isGap()).toBe(true);

  const { run_id } = await reportIn(folder);
  await exporter(['export', '--run', run_id, '--unknown-size', 'capacity'], { workingFolder: folder });
  expect(await capacities()).toEqual([mib(kept.capacityBytes), used, '', mib(kept.capacityBytes)]);
  expect(await isGap()).toBe(true);

  await exporter(['--hosts', hostList(fleet), '--unknown-size', 'capacity', ...shortWaits], { workingFolder: folder });
  expect(await capacities()).toEqual([mib(kept.capacityBytes), used, '', mib(kept.capacityBytes)]);
  expect((await reportIn(folder)).options.unknown_size).toBe('capacity');
});
