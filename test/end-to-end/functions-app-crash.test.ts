import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecord } from '../../src/activities/host-records.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import type { Store } from '../../src/stores/store.ts';
import { type Azurite, startAzurite } from '../fixtures/azurite.ts';
import { storesOverAzurite } from '../fixtures/services-over-azurite.ts';
import { account, runningFleet, total } from './exporter.ts';
import { type AppProcess, startAppProcess } from './functions-child.ts';

const runId = '20261123T020000Z-crash';
const kills = 10;

let azurite: Azurite;
let store: Store;
beforeAll(async () => {
  azurite = await startAzurite();
  store = (await storesOverAzurite(azurite.connectionString)).runs;
});
afterAll(() => azurite.stop());

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('a process that is killed ten times in a run loses nothing: the run ends, and no host whose record was whole is asked again', async () => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 100_000);
  const random = randomFrom(seed);
  const moments: number[] = [];
  // Short times, so that what a killed process leaves open is seen to idle out; not what a slow one has in use.
  const fleet = await runningFleet(
    { hosts: 12, seed: 7, vms: 2, personalities: [], factCostMs: 5 },
    { limitsOf: () => ({ maxIdleTimeoutMs: 15_000, maxTimeoutMs: 2_000 }) },
  );
  const hosts = fleet.hosts.map(({ given }) => given);
  const body = { runId, hosts, allowPartialOk: true, waits: { retryMs: [200, 200] } };
  const start = (): Promise<AppProcess> =>
    startAppProcess({ connectionString: azurite.connectionString, account, maxConcurrentActivities: 3 });
  const post = async ({ url }: AppProcess): Promise<void> => {
    const response = await fetch(`${url}/api/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.json()]).toEqual([202, expect.objectContaining({ runId })]);
  };
  const state = async ({ url }: AppProcess): Promise<unknown> =>
    ((await (await fetch(`${url}/api/runs/${runId}`)).json()) as { state: unknown }).state;
  const whole = async (): Promise<readonly string[]> => {
    const found = await Promise.all(hosts.map((given) => readRecord(store, runId, given)));
    return found.flatMap((stored) => (stored?.record.complete ? [stored.record.host.given] : []));
  };

  /** Requests that a host had seen when its record was found whole. */
  const requestsWhenWhole = new Map<string, number>();
  let killedInTheMiddle = 0;
  for (let round = 0; round < kills; round += 1) {
    const app = await start();
    await post(app);
    const moment = Math.round(50 + random() * 1_200);
    moments.push(moment);
    await sleep(moment);
    if ((await state(app)) === 'running') killedInTheMiddle += 1;
    await app.kill();
    // What the dead process had sent is worked off; nothing comes after it.
    await sleep(150);
    for (const given of await whole())
      if (!requestsWhenWhole.has(given)) requestsWhenWhole.set(given, requestsOf(given));
  }
  console.log(
    `seed ${seed}: killed after ${moments.join(', ')} ms, ${killedInTheMiddle} times in the middle of the run`,
  );
  expect(killedInTheMiddle, `seed ${seed}`).toBeGreaterThan(0);

  const app = await start();
  await post(app);
  const goesOn = (now: unknown): boolean => now === 'running' || now === 'waiting';
  while (goesOn(await state(app))) await sleep(50);

  expect(await state(app)).toBe('completed');
  const report = JSON.parse(String(await store.read(`${runId}/hyperv_run_report.json`))) as RunReport;
  expect(report.hosts.map(({ given, final_status }) => [given, final_status])).toEqual(
    hosts.map((given) => [given, expect.stringMatching(/^Inventory (OK|Empty)$/)]),
  );
  expect([...(await whole())].toSorted()).toEqual([...hosts].toSorted());
  for (const [given, requests] of requestsWhenWhole) expect([given, requestsOf(given)]).toEqual([given, requests]);
  // Posted once more, it is the same run, and over.
  await post(app);
  expect(await state(app)).toBe('completed');
  await expect.poll(() => total(fleet, 'shellsOpen'), { interval: 200 }).toBe(0);

  function requestsOf(given: string): number {
    return fleet.hosts.find((host) => host.given === given)?.counters.requests ?? Number.NaN;
  }
}, 900_000);
