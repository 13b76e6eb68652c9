import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const isExtra = (name: string): boolean => name.startsWith('Hyper-V ');

it('columns of Hyper-V come with --extra-columns only: in a run, and in an export of a run without', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 5, personalities: [] });
  const vms = fleet.hosts.flatMap(({ host }) => host.vms);
  const generations = Object.fromEntries(vms.map(({ id, generation }) => [id.toLowerCase(), String(generation)]));
  const told = (rows: readonly Readonly<Record<string, string>>[]) =>
    Object.fromEntries(rows.map((row) => [row['VM UUID'], row['Hyper-V Generation']]));

  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  const plain = await workbookRows(out, 'vInfo');
  expect(Object.keys(plain[0] ?? {}).filter(isExtra)).toEqual([]);
  const { run_id, options } = await reportIn(folder);
  expect(options.extra_columns).toBe(false);

  await exporter(['export', '--run', run_id, '--extra-columns', '--csv-tabs'], { workingFolder: folder });
  const wide = await workbookRows(out, 'vInfo');
  const names = Object.keys(wide[0] ?? {});
  expect(names.findIndex(isExtra)).toBe(names.indexOf('Annotation') + 1);
  expect(names.findLastIndex(isExtra)).toBe(names.indexOf('Datacenter') - 1);
  expect(told(wide)).toEqual(generations);
  const without = wide.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !isExtra(name))));
  expect(without).toEqual(plain);
  const csv: Record<string, string>[] = parse(await readFile(join(out, 'RVTools_tabvInfo.csv')), {
    bom: true,
    columns: true,
  });
  expect(told(csv)).toEqual(generations);
  expect((await reportIn(folder)).options.extra_columns).toBe(true);

  await exporter(['--hosts', hostList(fleet), '--extra-columns', ...shortWaits], { workingFolder: folder });
  expect(told(await workbookRows(out, 'vInfo'))).toEqual(generations);
});
