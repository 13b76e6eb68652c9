import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { markCancelled } from '../../src/activities/cancel-mark.ts';
import { collectHost } from '../../src/activities/collect-host.ts';
import { readRecord, recordName, writeRecord } from '../../src/activities/host-records.ts';
import { openRun } from '../../src/activities/open-run.ts';
import { preflightHost } from '../../src/activities/preflight-host.ts';
import { writeReport } from '../../src/activities/write-report.ts';
import { writeWorkbook } from '../../src/activities/write-workbook.ts';
import { vCpu } from '../../src/collectors/v-cpu.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import type { HostOutcome, HostRecord } from '../../src/inventory/host-record.ts';
import type { Preflight } from '../../src/inventory/preflight.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import { unknownIdentity } from '../../src/inventory/unreached-host.ts';
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

describe('a run that retries another, and asks a host in vain', () => {
  const source = '20261122T020000Z-aaaaaa';

  /** The other run had read hv1 as a whole; this one has asked it, and is told nothing. */
  async function inVain() {
    const fleet = await twoHosts();
    const { services, store } = fleet;
    const { record } = (await readRecord(store, runId, 'hv1')) ?? {};
    if (!record) throw new Error('hv1 has left no record');
    await writeRecord(store, { ...record, runId: source });
    await store.remove(recordName(runId, 'hv1'));
    const manifest = { ...manifestOf([entry('hv1'), entry('hv2')]), retryOf: { runId: source, taken: [] } };
    await store.write(inRun(runId, runFiles.manifest), JSON.stringify(manifest));
    return { services, store, record };
  }
  const dead = (given: string): Preflight => ({
    host: entry(given),
    reachable: false,
    identity: unknownIdentity,
    hyperV: 'unknown',
    notes: [],
    attempts: [],
    error: hostError('connectTimedOut', given),
  });

  it('shows what the other had, and asks the host all the same when it goes on', async () => {
    const { services, store, record } = await inVain();
    const { collected } = await writeReport({ runId, preflights: [dead('hv1'), dead('hv2')], outcomes: [] }, services);
    expect(collected).toEqual(['hv1', 'hv2']);
    expect((await readRecord(store, runId, 'hv1'))?.record).toEqual({ ...record, runId: source });
    expect((await openRun({ runId }, services)).finished.map(({ preflight }) => preflight.host.given)).toEqual(['hv2']);
    const { host, identity } = record;
    await collectHost({ runId, host, identity, attempts: [], notes: [], options: runOptions }, services);
    expect((await readRecord(store, runId, 'hv1'))?.record.runId).toBe(runId);
  });

  it('keeps what the host told now, unless it broke off and the other had all of it', async () => {
    const { services, store, record } = await inVain();
    const whole = { given: 'hv1', complete: true };
    const broken = { ...whole, complete: false, error: hostError('connectionLost', 'hv1') };
    const sourceAfter = async (own: HostRecord, outcome: HostOutcome) => {
      await writeRecord(store, own);
      const preflights = [{ ...dead('hv1'), reachable: true, hyperV: 'usable' as const, error: undefined }];
      await writeReport({ runId, preflights, outcomes: [outcome] }, services);
      return (await readRecord(store, runId, 'hv1'))?.record.runId;
    };
    expect(await sourceAfter(record, whole)).toBe(runId);
    expect(await sourceAfter({ ...record, complete: false }, broken)).toBe(source);
    await writeRecord(store, { ...record, runId: source, complete: false });
    expect(await sourceAfter({ ...record, complete: false }, broken)).toBe(runId);
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
