import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FleetPlan } from '../../src/simulator/fleet.ts';
import type { FleetAnswer, FleetRequest } from './fleet-process.ts';

/** The account that every benchmark's fleet takes. */
export const credential = { user: 'inventory', password: 'of-the-benchmark' };

/** Hands the host list's lines of a fleet in a process of its own to `use`, and ends that process afterwards. */
export async function withFleet<Value>(
  plan: FleetPlan,
  use: (given: readonly string[]) => Promise<Value>,
): Promise<Value> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./fleet-process.ts', import.meta.url)));
  const request: FleetRequest = { plan, credential };
  child.send(request);
  const [answer] = (await once(child, 'message')) as [FleetAnswer];
  try {
    return await use(answer.given);
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}
