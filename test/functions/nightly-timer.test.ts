import { expect, it } from 'vitest';
import { fakeFleet, healthyClasses } from '../activities/fake-host.ts';
import { finished, functionsApp } from './functions-app.ts';

const events = (logged: readonly { readonly text: string }[]): readonly Record<string, unknown>[] =>
  logged.filter(({ text }) => text.startsWith('{')).map(({ text }) => JSON.parse(text) as Record<string, unknown>);

it('the timer starts a run, and skips its time with a log line while that is going on', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { services } = fakeFleet(
    { hv1: { classes: healthyClasses() } },
    { defaults: { hosts: 'hv1', options: { via: 'cim' } }, isCancelled: () => held.then(() => false) },
  );
  const app = await functionsApp(services);
  await app.fireTimer('nightlyInventory');
  const [{ runId } = {}] = events(app.logged).filter(({ event }) => event === 'scheduledRunStarted');
  expect(runId).toMatch(/Z-nightly$/);

  await app.fireTimer('nightlyInventory');

  expect(events(app.logged)).toContainEqual({ event: 'scheduledRunSkipped', runId });
  release();
  expect(await finished(app, String(runId))).toMatchObject({ state: 'completed', trigger: 'timer' });
});

it('the timer fails, and its log says why, where no hosts are named anywhere', async () => {
  const app = await functionsApp(fakeFleet({}).services);
  await expect(app.fireTimer('nightlyInventory')).rejects.toThrow('HYPERV_HOSTS');
  expect(events(app.logged)).toContainEqual({ event: 'scheduledRunNotStarted', problems: [expect.any(String)] });
});
