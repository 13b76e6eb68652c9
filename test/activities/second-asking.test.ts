import { describe, expect, it } from 'vitest';
import { collectHost } from '../../src/activities/collect-host.ts';
import { readRecord, writeRecord } from '../../src/activities/host-records.ts';
import { seekVms } from '../../src/activities/seek-vms.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import { collectInput, entry, fakeFleet, healthyClasses, runId, sizesIn, withDisk, withSize } from './fake-host.ts';

/** hv1 as it was left: `third` came while it was read, so that only its last list has it. */
async function withLateArrival(vmsNow: readonly string[]) {
  const vms = { now: ['web', 'db'] };
  const fleet = fakeFleet({
    hv1: {
      get classes() {
        return healthyClasses(vms.now);
      },
      before: ({ className }) => {
        // The last fact that these collectors ask for: what comes now is on the last list only.
        if (className === 'Msvm_ProcessorSettingData') vms.now = [...vms.now, 'third'].slice(0, 3);
        return undefined;
      },
    },
  });
  await collectHost(collectInput, fleet.services);
  const kept = async (): Promise<HostRecord | undefined> => (await readRecord(fleet.store, runId, 'hv1'))?.record;
  const first = await kept();
  vms.now = [...vmsNow];
  const again = async () => {
    await collectHost({ ...collectInput, again: true }, fleet.services);
    return await kept();
  };
  return { first, again, fleet };
}

const names = (record: HostRecord | undefined, list: 'baselineBefore' | 'baselineAfter'): readonly string[] =>
  record?.[list]?.vms.map(({ name }) => name) ?? [];

const seen = (record: HostRecord | undefined): number | undefined =>
  record?.collectors.find(({ tab }) => tab === 'vCPU')?.covered.length;

describe('a host that is asked once more', () => {
  it('keeps its first record as it stands where it has nothing new to tell', async () => {
    const { first, again } = await withLateArrival(['web', 'db']);
    expect([names(first, 'baselineBefore'), names(first, 'baselineAfter')]).toEqual([
      ['web', 'db'],
      ['web', 'db', 'third'],
    ]);
    const record = await again();
    expect({ ...record, attempts: [] }).toEqual({ ...first, attempts: [], askedAgain: true });
    expect(record?.attempts).toHaveLength(2);
  });

  it('shows a VM that had come too late for its facts', async () => {
    const { first, again } = await withLateArrival(['web', 'db', 'third']);
    const record = await again();
    expect([first, record].map(seen)).toEqual([2, 3]);
    expect(names(record, 'baselineBefore')).toEqual(['web', 'db', 'third']);
  });

  it('is one that lists a VM which no host shows', async () => {
    const { first, fleet } = await withLateArrival(['web', 'db', 'third']);
    const seek = () => seekVms({ runId, nodes: ['hv1', 'hv2'], asked: [] }, fleet.services);
    expect(await seek()).toEqual({ owners: ['hv1'] });
    // Another host was read while the VM was still there.
    const third = first?.baselineAfter?.vms.at(-1);
    expect(third).toBeDefined();
    if (!first || !third) return;
    const collectors = first.collectors.map((collector) => ({ ...collector, covered: [third.id] }));
    await writeRecord(fleet.store, { ...first, host: entry('hv2'), collectors, baselineBefore: null });
    expect(await seek()).toEqual({ owners: [] });
  });

  it('keeps the size of a disk that it could read only the first time', async () => {
    const path = 'C:\\VMs\\web.vhdx';
    const fleet = fakeFleet({ hv1: { classes: withDisk(healthyClasses(['web', 'third']), path) } });
    const read = async () => (await readRecord(fleet.store, runId, 'hv1'))?.record;
    await collectHost(collectInput, fleet.services);
    const first = await read();
    expect(sizesIn(first)).toEqual([[path, null]]);
    if (!first) return;
    // The file could be read then, and the host had one VM less.
    const earlier = (list: HostRecord['baselineAfter']) => list && { ...list, vms: list.vms.slice(0, 1) };
    await writeRecord(fleet.store, {
      ...withSize(first, path, '4096'),
      baselineBefore: earlier(first.baselineBefore),
      baselineAfter: earlier(first.baselineAfter),
      collectors: first.collectors.map((collector) => ({ ...collector, covered: collector.covered.slice(0, 1) })),
    });
    await collectHost({ ...collectInput, again: true }, fleet.services);
    const second = await read();
    expect(names(second, 'baselineAfter')).toEqual(['web', 'third']);
    expect(sizesIn(second)).toEqual([[path, '4096']]);
  });
});
