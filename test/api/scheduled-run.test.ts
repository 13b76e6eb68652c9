import { describe, expect, it } from 'vitest';
import { startScheduledRun } from '../../src/api/scheduled-run.ts';
import type { Services } from '../../src/services.ts';
import { apiServices, pretendRuns } from './api.ts';

const night = new Date('2026-11-23T02:00:00.400Z');
const tonight = '20261123T020000Z-nightly';

const withHosts = (parts: Partial<Services> = {}): Promise<Services> =>
  apiServices({ defaults: { hosts: 'hv1,hv2', options: { coverageThreshold: 0.8 } }, clock: () => night, ...parts });

describe('the nightly run', () => {
  it('asks the hosts of the settings, with what the settings say', async () => {
    const [services, runs] = [await withHosts(), pretendRuns()];
    expect(await startScheduledRun(services, runs)).toEqual({
      ok: true,
      value: { outcome: 'started', runId: tonight },
    });
    expect(JSON.parse(String(await services.store.read(`${tonight}/manifest.json`)))).toMatchObject({
      runId: tonight,
      trigger: 'timer',
      hosts: [{ host: 'hv1' }, { host: 'hv2' }],
      options: { coverageThreshold: 0.8 },
    });
    expect(runs.started).toEqual([tonight]);
  });

  it('is one run, where its time is told twice', async () => {
    const [services, runs] = [await withHosts(), pretendRuns()];
    await startScheduledRun(services, runs);
    await startScheduledRun(services, runs);
    await services.store.write(`${tonight}/run.json`, '{}');
    await startScheduledRun(services, runs);
    expect(runs.started).toEqual([tonight]);
  });

  const lastNight = '20261122T020000Z-nightly';

  it('is skipped while the one of the night before is still going on', async () => {
    const [services, runs] = [await withHosts(), pretendRuns()];
    await services.store.create(`${lastNight}/manifest.json`, '{}');
    runs.activities.set(lastNight, { state: 'going', createdAt: '2026-11-22T14:00:00.000Z' });
    expect(await startScheduledRun(services, runs)).toEqual({
      ok: true,
      value: { outcome: 'skipped', runId: lastNight },
    });
    expect(runs.started).toEqual([]);
  });

  it.each([
    ['has finished', { state: 'ended' }, true],
    ['broke off', { state: 'ended', error: 'the host died' }, false],
    ['has left no trace in the orchestrations', undefined, false],
    ['has been going on for a day', { state: 'going', createdAt: '2026-11-22T02:00:00.000Z' }, false],
  ] as const)('is not held up by one that %s', async (_what, activity, hasState) => {
    const [services, runs] = [await withHosts(), pretendRuns()];
    await services.store.create(`${lastNight}/manifest.json`, '{}');
    if (hasState) await services.store.write(`${lastNight}/run.json`, '{}');
    if (activity) runs.activities.set(lastNight, activity);
    expect(await startScheduledRun(services, runs)).toMatchObject({ value: { outcome: 'started' } });
  });

  it('is not held up by a run that somebody started by hand', async () => {
    const [services, runs] = [await withHosts(), pretendRuns()];
    await services.store.create('20261123T015900Z-7f3a9c/manifest.json', '{}');
    runs.activities.set('20261123T015900Z-7f3a9c', { state: 'going' });
    expect(await startScheduledRun(services, runs)).toMatchObject({ value: { outcome: 'started' } });
  });

  it('says why it cannot start, where no hosts are named anywhere', async () => {
    const services = await apiServices({ clock: () => night });
    expect(await startScheduledRun(services, pretendRuns())).toEqual({
      ok: false,
      error: [expect.stringContaining('HYPERV_HOSTS')],
    });
  });
});
