/** A CONNECT proxy on loopback that does what a test tells it to. */
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { HttpProxy } from '../../src/winrm/proxy-tunnel.ts';

export interface ConnectRequest {
  /** Host and port asked for. */
  readonly authority: string;
  readonly headers: IncomingMessage['headers'];
}

/** A tunnel to a port of this machine, bytes to send as they are, nothing, or the end of the connection. */
export type ProxyReply = { readonly port: number } | { readonly raw: string } | 'silence' | 'cut';

export interface ConnectProxy {
  readonly proxy: HttpProxy;
  readonly requests: readonly ConnectRequest[];
  close(): Promise<void>;
}

/** Starts a proxy that answers every CONNECT by the script; with a certificate it is spoken to over TLS. */
export async function connectProxy(
  script: (request: ConnectRequest) => ProxyReply,
  secured?: { readonly cert: string; readonly key: string },
): Promise<ConnectProxy> {
  const requests: ConnectRequest[] = [];
  const sockets = new Set<Socket>();
  const server = secured === undefined ? createServer() : createTlsServer(secured);
  server.on('request', (_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('connect', ({ url = '', headers }, client) => {
    const request = { authority: url, headers };
    requests.push(request);
    const reply = script(request);
    if (reply === 'silence') return;
    if (reply === 'cut') client.destroy();
    else if ('raw' in reply) client.end(reply.raw, 'latin1');
    else tunnel(client as Socket, reply.port, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    proxy: { scheme: secured === undefined ? 'http' : 'https', host: '127.0.0.1', port },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function tunnel(client: Socket, port: number, sockets: Set<Socket>): void {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.pipe(client).pipe(upstream);
  });
  sockets.add(upstream);
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
}
