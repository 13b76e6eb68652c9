import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { rvtoolsTabs } from '../../src/exports/rvtools-tabs.ts';
import type { RunState } from '../../src/inventory/run-state.ts';
import { partsOf } from '../exports/zip-parts.ts';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

it('with --csv-tabs each tab is there as a CSV too, with the rows of the workbook, and a zip has them all', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet({ hosts: 2, seed: 3, vms: 4, personalities: [] });

  const { code, stdout } = await exporter(['--hosts', hostList(fleet), '--csv-tabs', ...shortWaits], {
    workingFolder: folder,
  });

  expect(code).toBe(0);
  const names = [...rvtoolsTabs.keys()].map((tab) => `RVTools_tab${tab}.csv`);
  const published = await readdir(out);
  expect(published).toEqual(expect.arrayContaining(names));
  for (const tab of ['vInfo', 'vCPU', 'vMetaData']) {
    const records: Record<string, string>[] = parse(await readFile(join(out, `RVTools_tab${tab}.csv`)), {
      bom: true,
      columns: true,
    });
    const rows = await workbookRows(out, tab);
    expect(records.map((record) => Object.values(record)[0])).toEqual(rows.map((row) => Object.values(row)[0]));
    expect(records.length).toBeGreaterThan(0);
  }
  const zip = published.find((name) => name.endsWith('.zip')) ?? '';
  expect([...partsOf(await readFile(join(out, zip))).keys()]).toEqual(names);
  const { run_id } = await reportIn(folder);
  const state: RunState = JSON.parse(await readFile(join(out, 'runs', run_id, 'run.json'), 'utf8'));
  expect(state.files.map(({ name }) => name)).toEqual(expect.arrayContaining([zip, ...names]));
  expect(stdout).toContain(zip);

  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  expect((await readdir(out)).filter((name) => /\.zip$|RVTools_tab/.test(name))).toEqual([]);
});
