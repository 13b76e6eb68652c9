import { expect, it } from 'vitest';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';

it('a machine under a second name is collected once, and named as a duplicate of its first mention', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 3, vms: 4, personalities: ['healthy', 'listedTwice'] });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const { hosts, totals } = await reportIn(folder);
  expect(hosts.map(({ duplicate_of }) => duplicate_of)).toEqual([null, fleet.hosts[0]?.given]);
  expect(totals).toMatchObject({ hosts: 2, duplicates: 1, inventory_ok: 1 });
  expect(fleet.hosts[0]?.counters.shellsOpened).toBe(1);
  expect(code).toBe(0);
});

it('a host that drops out once is asked again, and its first attempt is told', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 3, vms: 4, personalities: ['healthy', 'intermittent'] });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const attempts = (await reportIn(folder)).hosts[1]?.attempts.filter(({ stage }) => stage === 'collect');
  expect(attempts?.map(({ outcome }) => outcome)).toEqual(['failed', 'ok']);
  expect(code).toBe(0);
});
