import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from '../exporter.ts';

it('settings that cannot be joined to their VM make the host Partial, whatever coverage is asked for', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 9, vms: 5, personalities: ['healthy', 'strangeKeys'] });
  const lenient = ['--coverage-threshold', '0', '--allow-partial-ok'];

  const { code, stdout } = await exporter(['--hosts', hostList(fleet), ...shortWaits, ...lenient], {
    workingFolder: folder,
  });

  const host = (await reportIn(folder)).hosts[1];
  expect(host?.final_status).toBe('Inventory Partial');
  expect(new Set(host?.reasons.map((reason) => reason.code))).toEqual(new Set(['joinFailed']));
  expect(host?.unjoined.flatMap(({ rows }) => rows)).not.toHaveLength(0);
  expect(await readFile(join(folder, 'out', 'targets_retry_hosts.txt'), 'utf8')).toContain(fleet.hosts[1]?.given);
  expect(stdout).toContain('joinFailed');
  expect(code).toBe(3);
});
