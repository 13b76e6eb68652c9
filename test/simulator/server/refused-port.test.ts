import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { holdRefusedPort } from '../../../src/simulator/server/refused-port.ts';

const codeOf = async (port: number): Promise<unknown> => {
  const socket = connect({ host: '127.0.0.1', port });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code;
};

it('hundreds of dead hosts can be made at once: each has a port of its own, at which connections are refused', async () => {
  const held = await Promise.all(Array.from({ length: 400 }, holdRefusedPort));
  try {
    expect(new Set(held.map(({ port }) => port)).size).toBe(held.length);
    expect(await Promise.all(held.map(({ port }) => codeOf(port)))).toEqual(held.map(() => 'ECONNREFUSED'));
  } finally {
    await Promise.all(held.map(({ close }) => close()));
  }
});
