import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReadersReport } from '../../src/inventory/reader-findings.ts';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

it('each VM that a reader of the workbook would refuse is named beside it, and the console says how many', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 8, personalities: [] });

  const { stdout } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const { readers, run_id }: ReadersReport = JSON.parse(await readFile(join(out, 'reader_findings.json'), 'utf8'));
  expect(run_id).toBe((await reportIn(folder)).run_id);
  const azure = readers.find(({ reader }) => reader === 'Azure Migrate import');
  const unknown = azure?.findings.find(({ why }) => why === 'an operating system it does not know');
  const rows = await workbookRows(out, 'vInfo');
  const nameless = rows.filter((row) => row['OS according to the configuration file'] === 'Other (64-bit)');
  expect(nameless.length).toBeGreaterThan(0);
  expect(unknown?.vms.map(({ vm }) => vm)).toEqual(nameless.map(({ VM }) => VM));
  expect(stdout).toContain(`an operating system it does not know (${nameless.length})`);

  // Without a workbook there is nothing to read.
  await exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], { workingFolder: folder });
  expect(await readdir(out)).not.toContain('reader_findings.json');
});
