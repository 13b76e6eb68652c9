import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunReport } from '../../src/inventory/report.ts';
import { exporter, reportIn, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

it('the quickstart shows a whole run over healthy and sick hosts, and ends with 0', async () => {
  const folder = await temporaryFolder();

  const { code, stdout } = await exporter(['quickstart'], { workingFolder: folder, environment: {} });

  expect(code).toBe(0);
  expect(stdout).toContain('This is a demonstration');
  const { totals } = await reportIn(folder);
  expect(totals.inventory_ok).toBeGreaterThan(0);
  expect(totals.inventory_partial).toBeGreaterThan(0);
  expect(totals.inventory_empty).toBeGreaterThan(0);
  expect(totals.inventory_error).toBeGreaterThan(0);
  expect(await workbookRows(join(folder, 'out'), 'vInfo')).not.toHaveLength(0);
  expect(await readdir(folder)).toEqual(['out']);
});

it('the quickstart keeps stdout for the report where JSON is asked for', async () => {
  const folder = await temporaryFolder();

  const { stdout, stderr } = await exporter(['quickstart', '--json'], { workingFolder: folder, environment: {} });

  expect((JSON.parse(stdout) as RunReport).totals.hosts).toBe(20);
  expect(stderr).toContain('This is a demonstration');
});
