import { describe, expect, it } from 'vitest';
import { cancelRun } from '../../src/api/cancel-run.ts';
import { runStatus } from '../../src/api/run-status.ts';
import { startScheduledRun } from '../../src/api/scheduled-run.ts';
import type { Services } from '../../src/services.ts';
import { apiServices, errorOf, type PretendRuns, post, pretendRuns, runsUrl } from './api.ts';

const runId = '20261123T020000Z-7f3a9c';
const url = `${runsUrl}/${runId}?code=key`;

const startedRun = async (): Promise<{ readonly services: Services; readonly runs: PretendRuns }> => {
  const [services, runs] = [await apiServices(), pretendRuns()];
  await post({ runId, hosts: ['hv1', 'hv2', 'hv3'] }, services, runs);
  return { services, runs };
};

const runState = {
  schemaVersion: 1,
  runId,
  state: 'completed',
  startedAt: '2026-11-23T02:00:00.000Z',
  finishedAt: '2026-11-23T02:05:00.000Z',
  dryRun: false,
  counts: { hosts: 3, reachable: 2, inventory_ok: 2, inventory_error: 1 },
  files: [{ name: 'manifest.json', size: 17 }],
};

describe('the status of a run', () => {
  it('tells its phase, how many hosts have left a record, and where everything is', async () => {
    const { services, runs } = await startedRun();
    runs.activities.set(runId, { state: 'going', phase: 'collecting' });
    await services.store.write(`${runId}/hosts/hv2.json.gz`, 'x');
    expect(await runStatus({ url, runId }, services, runs)).toEqual({
      status: 200,
      json: {
        runId,
        state: 'running',
        phase: 'collecting',
        trigger: 'http',
        startedAt: expect.stringMatching(/Z$/),
        progress: { hosts: 3, recorded: 1 },
        statusUrl: `${runsUrl}/${runId}`,
        filesUrl: `${runsUrl}/${runId}/files`,
        cancelUrl: `${runsUrl}/${runId}/cancel`,
        files: [
          { name: 'hosts/hv2.json.gz', url: `${runsUrl}/${runId}/files/hosts/hv2.json.gz` },
          { name: 'manifest.json', url: `${runsUrl}/${runId}/files/manifest.json` },
        ],
      },
    });
  });

  it('of a finished run tells how it ended, even where the orchestrations do not answer any more', async () => {
    const { services, runs } = await startedRun();
    await services.store.write(`${runId}/run.json`, JSON.stringify(runState));
    runs.isDown = true;
    expect(await runStatus({ url, runId }, services, runs)).toMatchObject({
      status: 200,
      json: {
        state: 'completed',
        finishedAt: runState.finishedAt,
        counts: { inventory_ok: 2 },
        files: [{ name: 'manifest.json', size: 17 }, { name: 'run.json' }],
      },
    });
  });

  it.each([
    ['whose orchestration is gone', undefined, 'interrupted'],
    ['that broke off', { state: 'ended', error: 'the disk is full' }, 'interrupted'],
    ['that waits for its turn', { state: 'waiting' }, 'waiting'],
  ] as const)('of a run %s says so', async (_what, activity, state) => {
    const { services, runs } = await startedRun();
    runs.activities.clear();
    if (activity) runs.activities.set(runId, activity);
    const { json } = await runStatus({ url, runId }, services, runs);
    expect(json).toMatchObject({ state, ...(activity && 'error' in activity ? { error: activity.error } : {}) });
  });

  it('of a nightly run that broke off tells how to get its report, for nobody can send its request again', async () => {
    const [services, runs] = [await apiServices({ defaults: { hosts: 'hv1', options: {} } }), pretendRuns()];
    const started = await startScheduledRun(services, runs);
    const id = started.ok ? started.value.runId : '';
    runs.activities.clear();
    const { json } = await runStatus({ url, runId: id }, services, runs);
    expect(json).toMatchObject({ state: 'interrupted', advice: expect.stringContaining('retryOf') });
  });

  it('of an unknown run, or of something that is no run id, is 404', async () => {
    const { services, runs } = await startedRun();
    for (const other of ['20200101T000000Z-abc', '..', '../x', '%2e%2e', '', 'known-guests.json.gz'])
      expect(await runStatus({ url, runId: other }, services, runs)).toMatchObject({
        status: 404,
        json: { error: { code: 'runNotFound' } },
      });
  });

  it('is 503 while the orchestrations of a run that goes on do not answer', async () => {
    const { services, runs } = await startedRun();
    runs.isDown = true;
    const answer = await runStatus({ url, runId }, services, runs);
    expect(answer.status).toBe(503);
    expect(errorOf(answer).code).toBe('orchestratorUnavailable');
  });
});

describe('a cancel', () => {
  it('leaves its mark for the activities, and the run is shown as being cancelled', async () => {
    const { services, runs } = await startedRun();
    expect(await cancelRun({ url, runId }, services, runs)).toMatchObject({
      status: 202,
      json: { runId, state: 'cancelling', statusUrl: `${runsUrl}/${runId}` },
    });
    expect(await services.isCancelled(runId)).toBe(true);
    const { json } = await runStatus({ url, runId }, services, runs);
    expect(json).toMatchObject({ state: 'cancelling', files: [{ name: 'manifest.json' }] });
    expect(await cancelRun({ url, runId }, services, runs)).toMatchObject({ status: 202 });
    expect(runs.started).toEqual([runId]);
  });

  it('wakes a run that broke off, so that it leaves its report', async () => {
    const { services, runs } = await startedRun();
    runs.activities.clear();
    expect(await cancelRun({ url, runId }, services, runs)).toMatchObject({ status: 202 });
    expect(runs.started).toEqual([runId, runId]);
  });

  it('of a run that is over changes nothing', async () => {
    const { services, runs } = await startedRun();
    await services.store.write(`${runId}/run.json`, JSON.stringify(runState));
    expect(await cancelRun({ url, runId }, services, runs)).toMatchObject({
      status: 200,
      json: { state: 'completed' },
    });
    expect(await services.isCancelled(runId)).toBe(false);
  });

  it('of an unknown run is 404', async () => {
    const { services, runs } = await startedRun();
    expect(await cancelRun({ url, runId: '20200101T000000Z-abc' }, services, runs)).toMatchObject({ status: 404 });
  });
});
