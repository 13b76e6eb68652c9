import { expect, it } from 'vitest';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import type { LoopbackAddress } from '../../../src/simulator/server/host-server.ts';
import { startFleet } from '../../../src/simulator/server/running-fleet.ts';

/** An address of documentation, which no machine has. */
const nobodys = '192.0.2.1' as string as LoopbackAddress;

const listening = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

it('a fleet of which one host cannot listen leaves no other listening, which would keep its process alive', async () => {
  const fleet = buildFleet({ hosts: 8, seed: 1, vms: 1, personalities: ['healthy', 'dead'] });
  const last = fleet.hosts.findLast(({ personality }) => personality !== 'dead');
  const before = listening();
  const started = startFleet(fleet, {
    credential: { user: 'inventory', password: 'secret' },
    addressOf: (host) => (host === last ? nobodys : '127.0.0.1'),
  });
  await expect(started).rejects.toThrow('EADDRNOTAVAIL');
  expect(listening()).toBe(before);
});
