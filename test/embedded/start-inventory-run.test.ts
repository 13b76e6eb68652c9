import { describe, expect, it } from 'vitest';
import { startInventoryRun } from '../../src/embedded/start-inventory-run.ts';
import type { InventoryProgress } from '../../src/embedded/watch-run.ts';
import type { Manifest } from '../../src/inventory/run-options.ts';
import type { RunState } from '../../src/inventory/run-state.ts';
import type { Services } from '../../src/services.ts';
import { entry, fakeFleet, healthyClasses, instance, manifestOf, runId } from '../activities/fake-host.ts';

async function finish(manifest: Manifest, services: Services): Promise<RunState> {
  const started = await startInventoryRun(manifest, services);
  if (!started.ok) throw new Error(started.error.message);
  return started.value.finished;
}

/** Every host is a machine of its own. */
const machine = (name: string, vms?: readonly string[]) => ({
  ...healthyClasses(vms),
  Win32_ComputerSystem: [
    instance('Win32_ComputerSystem', { DNSHostName: name, Domain: 'corp.example', PartOfDomain: 'true' }),
  ],
  Win32_ComputerSystemProduct: [
    instance('Win32_ComputerSystemProduct', {
      UUID: `11111111-2222-4333-8444-${name.padStart(12, '0').replace(/\D/g, '0')}`,
    }),
  ],
});

describe('an inventory run on the embedded host', () => {
  it('leaves every file of the run, run.json last, and tells in one event how it ended', async () => {
    const { services, store, events } = fakeFleet({
      hv1: { classes: machine('hv1') },
      hv2: { classes: machine('hv2', []) },
    });
    const state = await finish(manifestOf([entry('hv1'), entry('hv2'), entry('gone')]), services);
    expect(state).toMatchObject({ runId, state: 'completed', counts: { hosts: 3, reachable: 2, inventory_error: 1 } });
    const expected = [
      'RVTools_export_all_2026-11-23_02.00.00.xlsx',
      'host_inventory_coverage.csv',
      'hosts/hv1.json.gz',
      'hosts/hv2.json.gz',
      'hyperv_run_report.json',
      'manifest.json',
      'missing_vms_by_host.csv',
      'reader_findings.json',
      'targets_retry_hosts.txt',
    ];
    expect(state.files.map(({ name }) => name)).toEqual(expected);
    expect(await store.list(runId)).toEqual([...expected, 'run.json'].map((name) => `${runId}/${name}`).toSorted());
    expect(store.written.at(-1)).toBe(`${runId}/run.json`);
    expect(events.filter(({ event }) => event !== 'activityDone')).toEqual([
      {
        event: 'runFinished',
        ...{ runId, trigger: 'cli', state: 'completed', dryRun: false },
        ...{ ok: 0, partial: 2, empty: 0, error: 1, knownNotCollected: 0, clusterNodesNotListed: 0 },
      },
    ]);
    for (const { name, size } of state.files) expect((await store.read(`${runId}/${name}`))?.length).toBe(size);
  });

  it('writes no secret into any file', async () => {
    const { services, store } = fakeFleet({ hv1: { classes: machine('hv1') } });
    await finish(manifestOf([entry('hv1')]), services);
    for (const name of await store.list(runId)) expect((await store.read(name))?.includes('Pa55-word')).toBe(false);
  });

  it('goes on with a run of the same manifest, and asks no finished host again', async () => {
    const { services } = fakeFleet({
      hv1: { classes: machine('hv1') },
      hv2: { classes: {}, before: () => 'accessDenied' },
    });
    const asked: string[] = [];
    const connect: Services['connect'] = (options) => {
      asked.push(options.target.host);
      return services.connect(options);
    };
    const manifest = manifestOf([entry('hv1'), entry('hv2')]);
    await finish(manifest, { ...services, connect });
    expect(asked).toContain('hv1');
    asked.length = 0;
    const again = await startInventoryRun(manifest, { ...services, connect });
    expect(again).toMatchObject({ ok: true, value: { isResumed: true } });
    if (again.ok) expect(await again.value.finished).toMatchObject({ counts: { hosts: 2, reachable: 2 } });
    expect(new Set(asked)).toEqual(new Set(['hv2']));
  });

  it('refuses a run id that stands for another list of hosts', async () => {
    const { services } = fakeFleet({ hv1: { classes: machine('hv1') } });
    await finish(manifestOf([entry('hv1')]), services);
    expect(await startInventoryRun(manifestOf([entry('other')]), services)).toMatchObject({
      ok: false,
      error: { code: 'manifestConflict' },
    });
  });

  it('ends early when it is cancelled, with a report of every host and no wait for retries', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `hv${index}`);
    const started: { cancel?: () => Promise<void> } = {};
    const fleet = fakeFleet(
      Object.fromEntries(
        names.map((name) => [
          name,
          {
            classes: machine(name),
            before: ({ className }) => {
              if (className === 'Msvm_ProcessorSettingData') void started.cancel?.();
              return name === 'hv0' ? 'connectTimedOut' : undefined;
            },
          },
        ]),
      ),
    );
    const hour = 3_600_000;
    const base = manifestOf(names.map((name) => entry(name)));
    const waits = { ...base.options.waits, retryMs: [hour] };
    const run = await startInventoryRun(
      { ...base, options: { ...base.options, waits, concurrency: 2 } },
      fleet.services,
    );
    if (!run.ok) throw new Error(run.error.message);
    started.cancel = run.value.cancel;
    const state = await run.value.finished;
    expect(state.state).toBe('cancelled');
    const report = JSON.parse(String(await fleet.store.read(`${runId}/hyperv_run_report.json`)));
    expect(report.hosts).toHaveLength(12);
    expect(report.hosts.at(-1)).toMatchObject({ final_status: 'Inventory Error', error: { code: 'cancelled' } });
    expect(report.hosts[0]).toMatchObject({ error: { code: 'connectTimedOut' } });

    const resumed = await finish(
      { ...base, options: { ...base.options, waits, concurrency: 2 } },
      {
        ...fleet.services,
        connect: (options) =>
          fakeFleet({ [options.target.host]: { classes: machine(options.target.host) } }).services.connect(options),
      },
    );
    expect(resumed).toMatchObject({ state: 'completed', counts: { reachable: 12 } });
  });

  it('tells how far it is', async () => {
    const { services } = fakeFleet({ hv1: { classes: machine('hv1') } });
    const seen: InventoryProgress[] = [];
    const run = await startInventoryRun(manifestOf([entry('hv1')]), services, {
      onProgress: (progress) => seen.push(progress),
      progressMs: 1,
    });
    if (run.ok) await run.value.finished;
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(({ hosts, recorded }) => hosts === 1 && recorded <= 1)).toBe(true);
  });

  it('goes on where whoever watches it fails', async () => {
    const { services } = fakeFleet({ hv1: { classes: machine('hv1'), before: () => undefined } });
    let looks = 0;
    const slow: Services['connect'] = (options) => {
      const session = services.connect(options);
      const enumerate: typeof session.enumerate = async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return session.enumerate(request);
      };
      return { ...session, enumerate };
    };
    const run = await startInventoryRun(
      manifestOf([entry('hv1')]),
      { ...services, connect: slow },
      {
        onProgress: () => {
          looks += 1;
          throw new Error('the watcher has a bug');
        },
        progressMs: 5,
      },
    );
    if (!run.ok) throw new Error(run.error.message);
    expect(await run.value.finished).toMatchObject({ state: 'completed' });
    expect(looks).toBeGreaterThan(0);
  });
});
