import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port of 127.0.0.1 at which connections are refused for as long as it is held. */
export interface RefusedPort {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Holds a port without listening at it: that of an outgoing connection, which the system has chosen and gives to nobody
 * else meanwhile. A port that is found free, closed and then asked for may be somebody else's by then.
 */
export async function holdRefusedPort(): Promise<RefusedPort> {
  const anchor = createServer((socket) => socket.on('error', () => socket.destroy()));
  anchor.listen(0, '127.0.0.1');
  await once(anchor, 'listening');
  // The local address makes it bind; a port that connect() chooses by itself may be that of another connection, too.
  const holder = connect({ host: '127.0.0.1', port: portOf(anchor), localAddress: '127.0.0.1' });
  await once(holder, 'connect');
  const port = holder.localPort;
  if (port === undefined) throw new Error('A connection that is made has no port of its own');
  return { port, close: () => release(holder, anchor) };
}

async function release(holder: Socket, anchor: Server): Promise<void> {
  const closed = once(anchor, 'close');
  holder.destroy();
  anchor.close();
  await closed;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
