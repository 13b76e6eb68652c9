import { expect, it, vi } from 'vitest';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { fakeFleet, healthyClasses } from '../activities/fake-host.ts';
import { finished, functionsApp } from './functions-app.ts';

it('a run that broke off because storage was closed to the app goes on by itself, and asks no finished host again', async () => {
  const { services, store, sessions } = fakeFleet(
    { hv1: { classes: healthyClasses() } },
    { defaults: { options: { via: 'cim' } } },
  );
  let isClosed = true;
  const closing: Store = {
    ...store,
    write: async (name, content) => {
      if (isClosed && name.endsWith('.csv'))
        throw new StoreError({ code: 'storeForbidden', file: name, doing: 'written', systemCode: 'HTTP 403' });
      await store.write(name, content);
    },
  };
  const app = await functionsApp({ ...services, store: closing });
  const started = await app.call('POST', 'runs', { hosts: ['hv1'], only: ['vInfo'] });
  const { runId } = (await started.json()) as { runId: string };
  const status = async () => (await (await app.call('GET', `runs/${runId}`)).json()) as Record<string, unknown>;
  await vi.waitFor(async () => expect(await status()).toMatchObject({ error: expect.stringContaining('403') }), 20_000);
  expect(await status()).toMatchObject({ state: 'waiting' });
  const asked = sessions.length;

  isClosed = false;
  await app.fireTimer('restartBrokenRuns');

  expect(await finished(app, runId)).toMatchObject({ state: 'completed', counts: { hosts: 1 } });
  expect(sessions).toHaveLength(asked);
  expect(app.logged.map(({ text }) => text)).toContain(
    JSON.stringify({ event: 'brokenRunRestarted', runId, restart: 1 }),
  );
});
