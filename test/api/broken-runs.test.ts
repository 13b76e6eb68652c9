import { describe, expect, it } from 'vitest';
import { restartBrokenRuns } from '../../src/api/broken-runs.ts';
import { runStatus } from '../../src/api/run-status.ts';
import type { RunActivity, Runs } from '../../src/api/runs.ts';
import type { Services } from '../../src/services.ts';
import { apiServices, pretendRuns, runsUrl } from './api.ts';

const runId = '20261123T015000Z-7f3a9c';
const broken: RunActivity = { state: 'ended', error: 'Failed: a worker died', brokeOff: true };

async function withRun(activity: RunActivity | undefined, id = runId) {
  const services: Services = await apiServices({ clock: () => new Date('2026-11-23T02:00:00Z') });
  await services.store.create(`${id}/manifest.json`, JSON.stringify({ runId: id, hosts: [], trigger: 'http' }));
  const pretended = pretendRuns();
  if (activity) pretended.activities.set(id, activity);
  // As Durable has it: what has ended may be started again under its id.
  const runs = {
    ...pretended,
    start: async (started: string) => {
      pretended.activities.delete(started);
      await pretended.start(started);
    },
  };
  return { services, runs };
}

const stateOf = async (id: string, services: Services, runs: Runs): Promise<unknown> =>
  (await runStatus({ url: `${runsUrl}/${id}`, runId: id }, services, runs)).json;

describe('a run that broke off', () => {
  it('goes on by itself', async () => {
    const { services, runs } = await withRun(broken);
    expect(await stateOf(runId, services, runs)).toMatchObject({
      state: 'waiting',
      error: 'Failed: a worker died',
      advice: expect.stringContaining('goes on by itself'),
    });
    expect(await restartBrokenRuns(services, runs)).toEqual([{ runId, restart: 1 }]);
    expect(runs.started).toEqual([runId]);
    expect(await stateOf(runId, services, runs)).toMatchObject({
      state: 'running',
      files: [{ name: 'manifest.json' }],
    });
    expect(await restartBrokenRuns(services, runs)).toEqual([]);
  });

  it('is left alone where it breaks off again and again', async () => {
    const { services, runs } = await withRun(broken);
    const restarts: number[] = [];
    for (let time = 0; time < 5; time++) {
      runs.activities.set(runId, broken);
      restarts.push(...(await restartBrokenRuns(services, runs)).map(({ restart }) => restart));
    }
    expect(restarts).toEqual([1, 2, 3]);
    expect(await stateOf(runId, services, runs)).toMatchObject({ state: 'interrupted' });
  });

  it('is left alone where it began days ago', async () => {
    const { services, runs } = await withRun(broken, '20261120T020000Z-7f3a9c');
    expect(await restartBrokenRuns(services, runs)).toEqual([]);
    expect(await stateOf('20261120T020000Z-7f3a9c', services, runs)).toMatchObject({ state: 'interrupted' });
  });
});

describe('a run that did not break off is not started again:', () => {
  it.each<[string, RunActivity | undefined]>([
    ['one that goes on', { state: 'going' }],
    ['one that was terminated', { state: 'ended', error: 'Terminated: by hand' }],
    ['one that another app over the same storage carries out', undefined],
  ])('%s', async (_what, activity) => {
    const { services, runs } = await withRun(activity);
    expect(await restartBrokenRuns(services, runs)).toEqual([]);
    expect(runs.started).toEqual([]);
  });

  it('one that has come to its end', async () => {
    const { services, runs } = await withRun(broken);
    await services.store.write(`${runId}/run.json`, '{}');
    expect(await restartBrokenRuns(services, runs)).toEqual([]);
  });
});
