import { expect, it } from 'vitest';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { fakeFleet, healthyClasses } from '../activities/fake-host.ts';
import { finished, functionsApp } from './functions-app.ts';

it('a run comes to its end though the store was out of reach for a moment when its report was written', async () => {
  const { services, store } = fakeFleet(
    { hv1: { classes: healthyClasses() } },
    { defaults: { options: { via: 'cim' } } },
  );
  let outages = 2;
  const shaky: Store = {
    ...store,
    write: async (name, content) => {
      if (name.endsWith('.csv') && outages-- > 0)
        throw new StoreError({ code: 'storeThrottled', file: name, doing: 'written', systemCode: 'ServerBusy' });
      await store.write(name, content);
    },
  };
  const app = await functionsApp({ ...services, store: shaky, storePausesMs: [1, 1] });
  const started = await app.call('POST', 'runs', { hosts: ['hv1'], only: ['vInfo'] });
  const { runId } = (await started.json()) as { runId: string };
  expect(await finished(app, runId)).toMatchObject({ state: 'completed', counts: { hosts: 1 } });
  expect(outages).toBeLessThan(0);
});
