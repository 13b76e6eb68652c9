import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { markCancelled } from '../../src/activities/cancel-mark.ts';
import { collectHost } from '../../src/activities/collect-host.ts';
import { readRecord, writeRecord } from '../../src/activities/host-records.ts';
import { openRun } from '../../src/activities/open-run.ts';
import { preflightHost } from '../../src/activities/preflight-host.ts';
import { writeReport } from '../../src/activities/write-report.ts';
import { writeWorkbook } from '../../src/activities/write-workbook.ts';
import { vCpu } from '../../src/collectors/v-cpu.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import type { HostOutcome, HostRecord } from '../../src/inventory/host-record.ts';
import type { Preflight } from '../../src/inventory/preflight.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import { entry, fakeFleet, healthyClasses, instance, manifestOf, runId, runOptions } from './fake-host.ts';

/** Two hosts, told apart by name and UUID, both collected. */
async function twoHosts() {
  const uuid = '21111111-2222-4333-8444-555555555555';
  const other = {
    ...healthyClasses(),
    Win32_ComputerSystem: [
      instance('Win32_ComputerSystem', { Name: 'HV2', DNSHostName: 'hv2', PartOfDomain: 'false' }),
    ],
    Win32_ComputerSystemProduct: [instance('Win32_ComputerSystemProduct', { UUID: uuid })],
  };
  const fleet = fakeFleet({ hv1: { classes: healthyClasses() }, hv2: { classes: other } });
  const { services, store } = fleet;
  const hosts = [entry('hv1'), entry('hv2')];
  await store.write(inRun(runId, runFiles.manifest), JSON.stringify(manifestOf(hosts)));
  const preflights: Preflight[] = [];
  const outcomes: HostOutcome[] = [];
  for (const host of hosts) {
    const preflight = await preflightHost({ runId, host, options: runOptions }, services);
    const { identity, attempts, notes } = preflight;
    preflights.push(preflight);
    outcomes.push(await collectHost({ runId, host, identity, attempts, notes, options: runOptions }, services));
  }
  const report = async () => {
    const written = await writeReport({ runId, preflights, outcomes }, services);
    const content = await store.read(inRun(runId, runFiles.report));
    return { written, report: JSON.parse(String(content)) as RunReport };
  };
  return { ...fleet, outcomes, report };
}

describe('one host whose record is spoilt', () => {
  it.each(['no gzip', ''])('is an error of that host, and takes no other along (%j)', async (content) => {
    const { store, outcomes, report } = await twoHosts();
    await store.write(outcomes[0]?.record ?? '', content);
    const { written, report: told } = await report();
    expect(told.hosts[0]).toMatchObject({ final_status: 'Inventory Error', error: { code: 'storeFailed' } });
    expect(told.hosts[1]?.baseline?.vm_count).toBe(2);
    expect(written.collected).toEqual(['hv2']);
  });

  it('is asked again by a resumed run', async () => {
    const { services, store, outcomes } = await twoHosts();
    await store.write(outcomes[0]?.record ?? '', 'no gzip');
    const { finished } = await openRun({ runId }, services);
    expect(finished.map(({ preflight }) => preflight.host.given)).toEqual(['hv2']);
  });

  it('is not mended by a record of another version', async () => {
    const { services, store, outcomes } = await twoHosts();
    const { record } = (await readRecord(store, runId, 'hv1')) ?? {};
    await writeRecord(store, { ...record, schemaVersion: 2 } as unknown as HostRecord);
    expect(outcomes[0]?.complete).toBe(true);
    expect((await openRun({ runId }, services)).finished).toHaveLength(1);
  });
});

it('a collector that throws at one host leaves out its rows of that host, and says so', async () => {
  const { services, events, report } = await twoHosts();
  const { written } = await report();
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'write-report-'));
  const collect = vi.spyOn(vCpu, 'collect').mockImplementationOnce(() => {
    throw new Error('odd data');
  });
  try {
    const workbook = await writeWorkbook({ runId, ...written }, { ...services, temporaryFolder });
    expect(workbook).toMatchObject({ ok: true });
    expect(collect).toHaveBeenCalledTimes(2);
    expect(events).toContainEqual({ event: 'collectorFailed', runId, host: 'hv1', tab: 'vCPU', reason: 'odd data' });
  } finally {
    collect.mockRestore();
    await rm(temporaryFolder, { recursive: true });
  }
});

it('a run that was cancelled says so, even where every host had been asked by then', async () => {
  const { store, report } = await twoHosts();
  expect((await report()).report.state).toBe('completed');
  await markCancelled(store, runId);
  expect((await report()).report.state).toBe('cancelled');
});
