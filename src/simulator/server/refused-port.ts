import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port of 127.0.0.1 at which connections are refused for as long as it is held. */
export interface RefusedPort {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Holds a port without listening at it. A port merely closed again could be given to somebody else meanwhile, so an
 * outgoing connection keeps it in use.
 */
export async function holdRefusedPort(): Promise<RefusedPort> {
  const anchor = createServer((socket) => socket.on('error', () => socket.destroy()));
  const port = await freePort();
  anchor.listen(0, '127.0.0.1');
  await once(anchor, 'listening');
  const holder = connect({ host: '127.0.0.1', port: portOf(anchor), localAddress: '127.0.0.1', localPort: port });
  await once(holder, 'connect');
  return { port, close: () => release(holder, anchor) };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe);
  probe.close();
  await once(probe, 'close');
  return port;
}

async function release(holder: Socket, anchor: Server): Promise<void> {
  const closed = once(anchor, 'close');
  holder.destroy();
  anchor.close();
  await closed;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
