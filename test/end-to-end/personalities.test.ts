import { expect, it } from 'vitest';
import { type Personality, personalities } from '../../src/simulator/personalities.ts';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder, total } from './exporter.ts';

/** What a run has to make of each kind of host. */
const expected: Readonly<Record<Personality, { status: string; reasons: readonly string[]; error?: string }>> = {
  healthy: { status: 'Inventory OK', reasons: [] },
  empty: { status: 'Inventory Empty', reasons: ['noVms'] },
  dead: { status: 'Inventory Error', reasons: ['connectionRefused'], error: 'connectionRefused' },
  blackHole: { status: 'Inventory Error', reasons: ['operationTimedOut'], error: 'operationTimedOut' },
  intermittent: { status: 'Inventory OK', reasons: [] },
  slow: { status: 'Inventory OK', reasons: [] },
  wrongCredentials: { status: 'Inventory Error', reasons: ['logonRefused'], error: 'logonRefused' },
  noRights: { status: 'Inventory Error', reasons: ['noHyperVRights'], error: 'noHyperVRights' },
  notHyperV: { status: 'Inventory Error', reasons: ['notHyperV'], error: 'notHyperV' },
  vmmsStopped: { status: 'Inventory Error', reasons: ['vmmsStopped'], error: 'vmmsStopped' },
  cutOffMidScript: { status: 'Inventory Partial', reasons: ['collectorError'] },
  vmMoves: { status: 'Inventory OK', reasons: [] },
  listedTwice: { status: 'Inventory OK', reasons: [] },
  strangeKeys: { status: 'Inventory Partial', reasons: ['joinFailed'] },
};

it('every kind of host ends with its own status, reason and error, and no shell stays open', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: personalities.length, seed: 3, vms: 4, personalities, factCostMs: 1 });

  const { code, stdout } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const report = await reportIn(folder);
  const seen = Object.fromEntries(
    fleet.hosts.map(({ host, given }) => {
      const found = report.hosts.find((candidate) => candidate.given === given);
      const outcome = {
        status: found?.final_status,
        reasons: [...new Set(found?.reasons.map((reason) => reason.code))],
        ...(found?.error ? { error: found.error.code } : {}),
      };
      return [host.personality, outcome];
    }),
  );
  expect(seen).toEqual(expected);
  expect(code).toBe(3);
  for (const code of Object.values(expected).flatMap(({ reasons }) => reasons)) expect(stdout).toContain(code);
  expect(total(fleet, 'shellsOpen')).toBe(0);
});

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
