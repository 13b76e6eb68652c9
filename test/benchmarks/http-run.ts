// What a run over 200 hosts costs that is started over HTTP and kept in a blob container (Azurite): time, memory, and the
// calls of the storage account.

import { registerFunctions } from '../../src/functions/register-functions.ts';
import { startAzurite } from '../fixtures/azurite.ts';
import { servicesOverAzurite } from '../fixtures/services-over-azurite.ts';
import { startFunctionsApp } from '../functions-host/functions-app.ts';
import { credential, withFleet } from './fleet-child.ts';

const hosts = 200;
const vms = 15;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const azurite = await startAzurite();
const calls = new Map<string, number>();
const services = await servicesOverAzurite(azurite.connectionString, credential, {
  onCall: ({ method, operation }) => {
    const kind = `${method} ${operation}`.trim();
    calls.set(kind, (calls.get(kind) ?? 0) + 1);
  },
});
const app = await startFunctionsApp({ register: () => registerFunctions(() => services), maxConcurrentActivities: 32 });

await withFleet({ hosts, seed: 1, vmsExactly: vms, personalities: [] }, async (given) => {
  const started = performance.now();
  const response = await fetch(`${app.url}/api/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hosts: given }),
  });
  const { runId, statusUrl } = (await response.json()) as { runId: string; statusUrl: string };
  await app.host.waitForCompletion(runId);
  const wallMs = performance.now() - started;
  const counted = [...calls].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const { state, counts } = (await (await fetch(statusUrl)).json()) as { state: string; counts: object };
  say(`${hosts} hosts of ${vms} VMs over HTTP: ${state}, ${JSON.stringify(counts)}`);
  say(`wall time ${(wallMs / 1000).toFixed(2)} s`);
  // Kilobytes on every platform.
  say(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
  say(`storage calls ${counted}`);
});
await app.close();
await azurite.stop();
