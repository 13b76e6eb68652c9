import { describe, expect, it } from 'vitest';
import { toFleetReference } from '../../src/activities/fleet-reference.ts';
import { withRowMaking } from '../../src/activities/host-rows-threads.ts';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { startExport } from '../../src/embedded/start-export.ts';
import { createServices } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import type { Store } from '../../src/stores/store.ts';
import { collectFleet } from '../benchmarks/collected-run.ts';
import { memoryStore } from './memory-store.ts';

/** The CSVs of all tabs, as a run makes them again whose rows are made by so many threads. */
async function tabsOf(store: Store, runId: string, rowThreads: number) {
  const services = createServices({
    store,
    rowThreads,
    connect: () => {
      throw new Error('an export asks no host');
    },
    accounts: oneAccount(undefined),
    log: () => undefined,
  });
  const options = { only: ['vInfo', 'vDisk', 'vHost', 'vHealth'], csvTabs: true, datacenter: 'Fra' };
  const exported = { runId, exportedAt: '2026-11-26T02:00:00.000Z', exporterVersion: '1.0.0', options };
  const state = await startExport(exported, services, { hosts: 30 });
  expect(state.error).toBeUndefined();
  const names = options.only.map((tab) => `${runId}/RVTools_tab${tab}.csv`);
  return await Promise.all(names.map(async (name) => (await store.read(name))?.toString()));
}

describe('rows made by several threads', () => {
  it('are those that one makes, in the order of the host list', async () => {
    const store = memoryStore();
    const { manifest } = await collectFleet(store, { hosts: 30, seed: 5, vmsExactly: 2, personalities: [] });
    const one = await tabsOf(store, manifest.runId, 1);
    expect(one[0]?.split('\r\n').length).toBeGreaterThan(40);
    expect(await tabsOf(store, manifest.runId, 2)).toEqual(one);
    expect(await tabsOf(store, manifest.runId, 3)).toEqual(one);
  }, 120_000);

  it('fail the workbook where a thread breaks, for rows must not be missed in silence', async () => {
    const request = {
      runId: '20261123T020000Z-7f3a9c',
      options: { only: ['vDream'], csvTabs: false, datacenter: null },
      fleet: toFleetReference(emptyFleet),
    };
    const source = { given: 'hv1', content: new Uint8Array(), guests: [] };
    await expect(
      withRowMaking(request, { hosts: 30, threads: 2 }, ({ makeRows }) =>
        Promise.all([makeRows(source), makeRows(source), makeRows(source)]),
      ),
    ).rejects.toThrow('no collector for the tab "vDream"');
  });

  it('come from the one thread that there is where few hosts are not worth more', async () => {
    const request = {
      runId: '20261123T020000Z-7f3a9c',
      options: { only: [], csvTabs: false, datacenter: null },
      fleet: toFleetReference(emptyFleet),
    };
    const given = await withRowMaking(request, { hosts: 29, threads: 2 }, async ({ atATime }) => atATime);
    expect(given).toBe(1);
  });
});
