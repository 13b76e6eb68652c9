import { describe, expect, it } from 'vitest';
import { markCancelled } from '../../src/activities/cancel-mark.ts';
import { collectHost } from '../../src/activities/collect-host.ts';
import { readRecord, writeRecord } from '../../src/activities/host-records.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import {
  collectInput,
  type FakeHost,
  fakeFleet,
  healthyClasses,
  runId,
  sizesIn,
  vmId,
  withDisk,
  withSize,
} from './fake-host.ts';

const count = (asked: readonly string[] | undefined, className: string): number =>
  (asked ?? []).filter((name) => name === className).length;

async function collected(host: FakeHost) {
  const fleet = fakeFleet({ hv1: host });
  const outcome = await collectHost(collectInput, fleet.services);
  const record = (await readRecord(fleet.store, runId, 'hv1'))?.record;
  return { ...fleet, outcome, record };
}

const clockAt = (start: string) => ({ now: new Date(start) });

/** A host that drops out at its memory settings; `again` collects it once more, losing it at once in `lostSession`. */
async function droppedOut(clock: { readonly now: Date }, lostSession?: number) {
  const fleet = fakeFleet(
    {
      hv1: {
        classes: healthyClasses(),
        before: ({ className }, session) =>
          session === lostSession || (session === 1 && className === 'Msvm_MemorySettingData')
            ? 'connectionLost'
            : undefined,
      },
    },
    { clock: () => clock.now },
  );
  const kept = async () => (await readRecord(fleet.store, runId, 'hv1'))?.record;
  await collectHost(collectInput, fleet.services);
  const again = async () => {
    await collectHost(collectInput, fleet.services);
    return { record: await kept(), asked: fleet.sessions[1] };
  };
  return { first: await kept(), again };
}

describe('collecting a host', () => {
  it('keeps baselines, facts and coverage in its record, and hands back only a reference', async () => {
    const { outcome, record, sessions, closed } = await collected({ classes: healthyClasses() });
    expect(outcome).toEqual({ given: 'hv1', record: `${runId}/hosts/hv1.json.gz`, complete: true });
    expect(record?.baselineBefore?.vms).toEqual([
      { id: vmId(0).toLowerCase(), name: 'web', state: 2 },
      { id: vmId(1).toLowerCase(), name: 'db', state: 2 },
    ]);
    expect(record?.baselineAfter?.vms).toHaveLength(2);
    expect(record?.collectors.map(({ tab }) => tab)).toEqual(['vInfo', 'vCPU']);
    expect(record?.collectors[1]?.covered.toSorted()).toEqual([vmId(0).toLowerCase(), vmId(1).toLowerCase()]);
    expect(record?.attempts).toMatchObject([{ stage: 'collect', outcome: 'ok', via: 'cim' }]);
    expect(sessions).toHaveLength(1);
    expect(closed()).toBe(1);
  });

  it('does not collect a host twice in one run', async () => {
    const { services, sessions, outcome } = await collected({ classes: healthyClasses() });
    expect(await collectHost(collectInput, services)).toEqual(outcome);
    expect(sessions).toHaveLength(1);
  });

  it('does not ask a host again and again because a disk is full', async () => {
    const { services } = fakeFleet({ hv1: { classes: healthyClasses() } });
    const full = {
      ...services.store,
      write: () =>
        Promise.reject(
          new StoreError({ code: 'storeFull', file: 'hv1.json.gz', doing: 'written', systemCode: 'ENOSPC' }),
        ),
    };
    const outcome = await collectHost(collectInput, { ...services, store: full });
    expect(outcome).toMatchObject({ complete: false, error: { code: 'storeFailed', retryable: false } });
  });

  it('keeps what a host gave where the store is out of reach for a while, without asking the host again', async () => {
    const { services, sessions } = fakeFleet({ hv1: { classes: healthyClasses() } });
    const { store } = services;
    const failures: StoreError[] = ['ETIMEDOUT', 'ECONNREFUSED'].map(
      (systemCode) => new StoreError({ code: 'storeUnreachable', file: 'hv1.json.gz', doing: 'written', systemCode }),
    );
    const shaky: Store = {
      ...store,
      write: async (...args) => {
        const failure = failures.shift();
        if (failure) throw failure;
        await store.write(...args);
      },
    };
    const outcome = await collectHost(collectInput, { ...services, store: shaky, storePausesMs: [1, 1] });
    expect(outcome).toMatchObject({ complete: true });
    expect(sessions).toHaveLength(1);
    failures.push(
      ...Array.from(
        { length: 2 },
        () => new StoreError({ code: 'storeUnreachable', file: 'x', doing: 'written', systemCode: 'ETIMEDOUT' }),
      ),
    );
    await store.remove(outcome.record ?? '');
    const lasting = await collectHost(collectInput, { ...services, store: shaky, storePausesMs: [1] });
    expect(lasting).toMatchObject({ complete: false, error: { code: 'storeFailed', retryable: true } });
  });

  it('collects a host again whose record was spoilt on its disk', async () => {
    const { services, sessions, store, outcome } = await collected({ classes: healthyClasses() });
    await store.write(outcome.record ?? '', 'no gzip');
    expect(await collectHost(collectInput, services)).toEqual(outcome);
    expect(sessions).toHaveLength(2);
  });

  it('loses nothing when a host drops out half-way, and then asks only for what did not arrive', async () => {
    const { services, sessions, store, outcome, record } = await collected({
      classes: healthyClasses(),
      before: ({ className }, session) =>
        session === 1 && className === 'Msvm_MemorySettingData' ? 'connectionLost' : undefined,
    });
    expect(outcome).toMatchObject({ complete: false, error: { code: 'connectionLost', retryable: true } });
    expect(record).toMatchObject({ complete: false, baselineAfter: null, facts: { processors: { status: 'ok' } } });

    expect(await collectHost(collectInput, services)).toMatchObject({ complete: true });
    expect(count(sessions[1], 'Msvm_ProcessorSettingData')).toBe(0);
    expect(count(sessions[1], 'Msvm_MemorySettingData')).toBeGreaterThan(0);
    const whole = (await readRecord(store, runId, 'hv1'))?.record;
    expect(whole).toMatchObject({ complete: true, facts: { processors: { status: 'ok' } } });
    expect(whole?.baselineBefore).toEqual(record?.baselineBefore);
    expect(whole?.attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'ok']);
    expect(whole?.error).toBeUndefined();
  });

  it('keeps the last list of VMs where a later attempt does not come that far', async () => {
    let lists = 0;
    const refusedFirstList = (className: string) => {
      if (className === 'Msvm_ComputerSystem') lists += 1;
      return className === 'Msvm_ComputerSystem' && lists === 1 ? 'wsmanFault' : undefined;
    };
    const { services, store, record } = await collected({
      classes: healthyClasses(),
      before: ({ className }, session) => (session === 2 ? 'connectionLost' : refusedFirstList(className)),
    });
    expect(record?.baselineBefore).toBeNull();
    expect(record?.baselineAfter?.vms).toHaveLength(2);
    expect(await collectHost(collectInput, services)).toMatchObject({ error: { code: 'connectionLost' } });
    const later = (await readRecord(store, runId, 'hv1'))?.record;
    expect(later?.baselineAfter).toEqual(record?.baselineAfter);
  });

  it('dates its facts by the attempt that brought the uptimes, not by the one that brought the rest', async () => {
    const clock = clockAt('2026-11-23T02:00:00.000Z');
    const { again, first } = await droppedOut(clock);
    clock.now = new Date('2026-11-23T02:10:00.000Z');
    const { record, asked } = await again();
    expect(first?.collectedAt).toBe('2026-11-23T02:00:00.000Z');
    expect(record).toMatchObject({ complete: true, collectedAt: '2026-11-23T02:00:00.000Z' });
    expect(count(asked, 'Msvm_ProcessorSettingData')).toBe(0);
  });

  it('asks for everything again where its facts are older than 15 minutes, for they would not fit together', async () => {
    const clock = clockAt('2026-11-23T02:00:00.000Z');
    const { again, first } = await droppedOut(clock);
    clock.now = new Date('2026-11-23T02:15:01.000Z');
    const { record, asked } = await again();
    expect(count(asked, 'Msvm_ProcessorSettingData')).toBeGreaterThan(0);
    expect(record).toMatchObject({ complete: true, collectedAt: '2026-11-23T02:15:01.000Z' });
    expect(record?.baselineBefore?.at).toBe('2026-11-23T02:15:01.000Z');
    expect(record?.attempts).toHaveLength((first?.attempts.length ?? 0) + 1);
  });

  it('keeps old facts, and their time, where a late attempt does not bring them again', async () => {
    const clock = clockAt('2026-11-23T02:00:00.000Z');
    const { again, first } = await droppedOut(clock, 2);
    clock.now = new Date('2026-11-23T03:00:00.000Z');
    const { record } = await again();
    expect(record).toMatchObject({ complete: false, collectedAt: first?.collectedAt, facts: first?.facts });
    expect(record?.baselineBefore).toEqual(first?.baselineBefore);
  });

  it('keeps the size of a disk that only an attempt of long ago could read', async () => {
    const clock = clockAt('2026-11-23T02:00:00.000Z');
    const path = 'C:\\VMs\\web.vhdx';
    const fleet = fakeFleet({ hv1: { classes: withDisk(healthyClasses(), path) } }, { clock: () => clock.now });
    const kept = async () => (await readRecord(fleet.store, runId, 'hv1'))?.record;
    await collectHost(collectInput, fleet.services);
    const first = await kept();
    if (!first) throw new Error('hv1 has left no record');
    // It had broken off at another disk.
    await writeRecord(fleet.store, { ...withSize(first, path, '4096', 'C:\\VMs\\old.vhdx'), complete: false });
    clock.now = new Date('2026-11-23T03:00:00.000Z');
    await collectHost(collectInput, fleet.services);
    const later = await kept();
    expect(later).toMatchObject({ complete: true, collectedAt: '2026-11-23T03:00:00.000Z' });
    expect(sizesIn(later)).toEqual([[path, '4096']]);
  });

  it('keeps in its record what the preflight had to work around, once', async () => {
    const note = hostError('accessDenied', 'hv1');
    const { services, store } = fakeFleet({
      hv1: {
        classes: healthyClasses(),
        before: ({ className }, session) =>
          session === 1 && className === 'Msvm_MemorySettingData' ? 'connectionLost' : undefined,
      },
    });
    await collectHost({ ...collectInput, notes: [note] }, services);
    await collectHost({ ...collectInput, notes: [note] }, services);
    const notes = (await readRecord(store, runId, 'hv1'))?.record.notes ?? [];
    expect(notes.filter(({ code }) => code === 'accessDenied')).toEqual([note]);
  });

  it('counts a VM that arrives when settings were read already as a gap, not as a failed join', async () => {
    const classes = healthyClasses(['web']);
    const { record } = await collected({
      classes,
      before: ({ className }) => {
        if (className === 'Msvm_ProcessorSettingData') Object.assign(classes, healthyClasses(['web', 'arrived']));
        return undefined;
      },
    });
    expect(record?.baselineBefore?.vms).toHaveLength(1);
    expect(record?.baselineAfter?.vms).toHaveLength(2);
    expect(record?.collectors).toMatchObject([
      { tab: 'vInfo', covered: [vmId(0).toLowerCase()], unjoined: [] },
      { tab: 'vCPU', covered: [vmId(0).toLowerCase()], unjoined: [] },
    ]);
  });

  it('does not take an empty list of VMs for a proof without a sign of Hyper-V', async () => {
    const { outcome, record } = await collected({
      classes: { ...healthyClasses([]), Msvm_ComputerSystem: [], Msvm_VirtualSystemManagementService: [] },
    });
    expect(outcome).toMatchObject({ complete: false, error: { code: 'noHyperVRights' } });
    expect(record?.baselineBefore ?? null).toBeNull();
  });

  it('keeps facts of a host whose own list could not be read, and says so', async () => {
    const { outcome, record } = await collected({
      classes: { ...healthyClasses(), Msvm_ComputerSystem: 'wsmanFault' },
    });
    expect(outcome).toMatchObject({ complete: false, error: { code: 'baselineFailed', retryable: false } });
    expect(record).toMatchObject({ baselineBefore: null, facts: { processors: { status: 'ok' } } });
  });

  it('leaves no record of a host of which nothing came, but its attempt', async () => {
    const { outcome, record } = await collected({ classes: {}, before: () => 'connectionLost' });
    expect(outcome).toMatchObject({
      complete: false,
      error: { code: 'connectionLost' },
      attempts: [{ stage: 'collect', outcome: 'failed' }],
    });
    expect(outcome.record).toBeUndefined();
    expect(record).toBeUndefined();
  });

  it('does not ask a host once the run is cancelled', async () => {
    const { services, sessions, store } = fakeFleet({ hv1: { classes: healthyClasses() } });
    await markCancelled(store, runId);
    expect(await collectHost(collectInput, services)).toMatchObject({ complete: false, error: { code: 'cancelled' } });
    expect(sessions).toEqual([]);
  });

  it('ends when the run is cancelled meanwhile, and keeps what had arrived', async () => {
    const cancelled = { now: false };
    const fleet = fakeFleet(
      {
        hv1: {
          classes: healthyClasses(),
          before: ({ className }) => {
            if (className === 'Msvm_ProcessorSettingData') cancelled.now = true;
            return undefined;
          },
        },
      },
      { isCancelled: async () => cancelled.now },
    );
    const connect: typeof fleet.services.connect = (options) => {
      const session = fleet.services.connect(options);
      return {
        ...session,
        enumerate: async (request) => {
          // Gives the look at the cancel mark its turn, as a real host does.
          if (cancelled.now) await new Promise((resolve) => setTimeout(resolve, 20));
          return session.enumerate(request);
        },
      };
    };
    const outcome = await collectHost(collectInput, { ...fleet.services, connect });
    expect(outcome).toMatchObject({ complete: false, error: { code: 'cancelled' } });
    const record = (await readRecord(fleet.store, runId, 'hv1'))?.record;
    expect(record).toMatchObject({ facts: { processors: { status: 'ok' } }, baselineAfter: null });
  });

  it('is worth a retry where one activity had not time enough', async () => {
    const fleet = fakeFleet({ hv1: { classes: healthyClasses() } }, { collectDeadlineMs: 5 });
    const connect: typeof fleet.services.connect = (options) => {
      const session = fleet.services.connect(options);
      const slowly: typeof session.enumerate = async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return session.enumerate(request);
      };
      return { ...session, enumerate: slowly };
    };
    expect(await collectHost(collectInput, { ...fleet.services, connect })).toMatchObject({
      complete: false,
      error: { code: 'scriptTimedOut', retryable: true },
    });
  });
});
