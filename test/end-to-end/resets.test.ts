import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostErrorKinds } from '../../src/inventory/host-error.ts';
import type { ReportHost } from '../../src/inventory/report.ts';
import type { TroubleRule } from '../../src/simulator/behaviour.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { type HostCounters, startFleet } from '../../src/simulator/server/running-fleet.ts';
import { account, exporter, hostList, reportIn, shortWaits } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

interface Outcome {
  readonly told: ReportHost;
  /** Rows of every tab by which data could be lost or doubled. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
  readonly counters: HostCounters;
}

const tabs = ['vInfo', 'vCPU', 'vMemory', 'vNetwork'];

/** A whole run against one host whose connections are cut at some requests. */
async function runWith(troubles: readonly TroubleRule[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'resets-'));
  const { seed, hosts } = buildFleet({ hosts: 1, seed: 3, vms: 6, personalities: [], clusterShare: 0 });
  const fleet = await startFleet(
    { seed, hosts: hosts.map((host) => ({ ...host, behaviour: { troubles } })) },
    { credential: account },
  );
  try {
    await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
    const [told] = (await reportIn(folder)).hosts;
    const [running] = fleet.hosts;
    if (told === undefined || running === undefined) throw new Error('the host has no row in the report');
    const read = await Promise.all(tabs.map(async (tab) => [tab, await workbookRows(join(folder, 'out'), tab)]));
    return { told, rows: Object.fromEntries(read), counters: { ...running.counters } };
  } finally {
    await fleet.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const cutAt = (request: number, reset: 'beforeTaken' | 'afterTaken'): readonly TroubleRule[] => [
  { at: 'request', after: request, times: 1, trouble: { reset } },
];

let undisturbed: Outcome;
beforeAll(async () => {
  undisturbed = await runWith([]);
});

/** What must be the same however often the host was asked. */
const findings = ({ told, rows }: Outcome) => ({
  status: told.final_status,
  vms: told.baseline?.vms.length,
  collectors: told.collectors.map(({ tab, row_count, status }) => [tab, row_count, status]),
  // Each fleet listens at a port of its own, and PowerOn is reckoned from the clock.
  rows: JSON.stringify(rows, (name, value) => (name === 'PowerOn' ? undefined : value)).replaceAll(
    /127\.0\.0\.1:\d+/g,
    'host',
  ),
});

describe.each(['beforeTaken', 'afterTaken'] as const)('a connection that is cut %s', (reset) => {
  it('at any request of a run costs no VM, runs no command twice and leaves a full result or a named error', async () => {
    const { requests } = undisturbed.counters;
    expect(requests).toBeGreaterThan(10);
    let createsLost = 0;
    for (let request = 0; request < requests; request++) {
      const outcome = await runWith(cutAt(request, reset));
      const { told, counters } = outcome;
      const where = `cut at request ${request}`;
      expect(findings(outcome), where).toEqual(findings(undisturbed));
      for (const { error } of told.attempts) {
        if (error !== null) expect(Object.keys(hostErrorKinds), where).toContain(error.code);
      }
      // The collector script is the only command, once in each shell that was used for it.
      expect(counters.commandsRun, where).toBeLessThanOrEqual(counters.shellsOpened);
      expect(counters.openEnumerations, where).toBe(0);
      // Only the id of a shell whose Create was answered into the void is unknown: the host closes that one when idle.
      expect(counters.shellsOpen, where).toBeLessThanOrEqual(reset === 'afterTaken' ? 1 : 0);
      if (counters.shellsOpen > 0) createsLost += 1;
    }
    expect(createsLost).toBe(reset === 'afterTaken' ? 1 : 0);
  }, 900_000);
});
