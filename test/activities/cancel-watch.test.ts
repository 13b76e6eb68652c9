import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchForCancel } from '../../src/activities/cancel-watch.ts';
import { createServices, type Services } from '../../src/services.ts';
import { fakeFleet } from './fake-host.ts';

const runId = '20261123T020000Z-7f3a9c';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watching(isCancelled: Services['isCancelled']): Services {
  const { services } = fakeFleet({});
  return createServices({ ...services, isCancelled, cancelPollMs: 2_000 });
}

it('a cancel ends all hosts that are being collected, for one look a pause and run', async () => {
  let asked = 0;
  let isCancelled = false;
  const services = watching(async () => {
    asked += 1;
    return isCancelled;
  });
  // As the functions hand them out: a copy for each call.
  const watches = Array.from({ length: 32 }, () => watchForCancel(runId, { ...services }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(5);
  expect(watches.some(({ signal }) => signal.aborted)).toBe(false);
  isCancelled = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watches.every(({ signal, reason }) => signal.aborted && reason() === 'cancelled')).toBe(true);
  for (const watch of watches) watch.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(6);
});

it('a look for the cancel mark that fails ends no host, and is made again', async () => {
  let isDown = true;
  const services = watching(async () => {
    if (isDown) throw new Error('the store is down');
    return true;
  });
  const watch = watchForCancel(runId, services);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(watch.signal.aborted).toBe(false);
  isDown = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watch.reason()).toBe('cancelled');
  watch.stop();
});
