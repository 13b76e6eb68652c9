import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunState } from '../../src/inventory/run-state.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { changedFleet } from './changed-fleet.ts';
import { exporter, hostList, reportIn, servedFleet, shortWaits, temporaryFolder } from './exporter.ts';

it('a text that the workbook cannot hold whole is counted in run.json, and the console says so', async () => {
  const folder = await temporaryFolder();
  const fleet = await servedFleet(
    changedFleet(buildFleet({ hosts: 1, seed: 5, vms: 2, personalities: [] }), ({ className, values }) => ({
      className,
      values: 'Notes' in values ? { ...values, Notes: ['x'.repeat(40_000)] } : values,
    })),
  );

  const { stdout } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const { run_id } = await reportIn(folder);
  const { workbook }: RunState = JSON.parse(await readFile(join(folder, 'out', 'runs', run_id, 'run.json'), 'utf8'));
  expect(workbook).toMatchObject({ blankedValues: 0, omittedRows: 0 });
  expect(workbook?.cutTexts).toBeGreaterThanOrEqual(2);
  expect(stdout).toContain(`The workbook could not hold everything:\n  ${workbook?.cutTexts} texts cut`);
});
