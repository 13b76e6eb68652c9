import { expect, it } from 'vitest';
import { exporter, reportIn, runningFleet, shortWaits, temporaryFolder, total } from './exporter.ts';

it('one user under two credential names and a mistyped password is refused at most twice in the whole run', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 8, seed: 5, vms: 2, personalities: [] });
  const hosts = fleet.hosts.map(({ given }, index) => `${given} credential=${index % 2 === 0 ? 'one' : 'two'}`);

  const { code } = await exporter(['--hosts', hosts.join(','), ...shortWaits], {
    workingFolder: folder,
    environment: {
      HYPERV_USER_ONE: 'CORP\\inventory',
      HYPERV_PASSWORD_ONE: 'mistyped',
      HYPERV_USER_TWO: 'Inventory@corp.example',
      HYPERV_PASSWORD_TWO: 'mistyped too',
    },
  });

  const told = (await reportIn(folder)).hosts;
  expect(total(fleet, 'logonsRefused')).toBeLessThanOrEqual(2);
  expect(new Set(told.map(({ error }) => error?.code))).toEqual(new Set(['logonRefused', 'accountRefused']));
  expect(JSON.stringify(told)).not.toContain('mistyped');
  expect(code).toBe(3);
});
