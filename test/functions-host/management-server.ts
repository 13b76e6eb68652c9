import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedHost } from '../../src/embedded/embedded-host.ts';
import { messageOf } from '../../src/embedded/replay.ts';

/** Loopback HTTP server with the local RPC routes that durable-functions' DurableClient calls. */
export interface ManagementServer {
  readonly url: string;
  /** For {@link EmbeddedHostOptions.clientData}. */
  clientData(): unknown;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const basePath = '/runtime/webhooks/durabletask';

/** Listens on 127.0.0.1 at a free port; does not keep the process alive by itself. */
export async function startManagementServer(host: EmbeddedHost): Promise<ManagementServer> {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(host, request);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}/`;
  return {
    url,
    clientData: () => clientData(url),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(host: EmbeddedHost, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, area, id = '', operation, eventName = ''] = url.pathname.slice(basePath.length).split('/');
  try {
    const body = await bodyOf(request);
    if (area === 'orchestrators')
      return { status: 202, body: { id: host.start(id, { instanceId: operation, input: body }) } };
    if (area !== 'instances') return { status: 501 };
    if (id === '') return { status: 200, body: host.list() };
    const status = host.status(id);
    if (!status) return { status: 404 };
    switch (operation ?? request.method) {
      case 'GET':
        return { status: 200, body: status };
      case 'DELETE':
        return { status: 200, body: { instancesDeleted: host.purge(id) ? 1 : 0 } };
      case 'raiseEvent':
        host.raiseEvent(id, eventName, body);
        return { status: 202 };
      case 'terminate':
        host.terminate(id, url.searchParams.get('reason') ?? '');
        return { status: 202 };
      case 'suspend':
        host.suspend(id);
        return { status: 202 };
      case 'resume':
        host.resume(id);
        return { status: 202 };
      default:
        return { status: 501 };
    }
  } catch (error) {
    return { status: 409, body: messageOf(error) };
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

function clientData(url: string): unknown {
  const instance = `${url}instances/INSTANCEID`;
  return {
    taskHubName: 'embedded',
    rpcBaseUrl: url,
    creationUrls: { createNewInstancePostUri: `${url}orchestrators/{functionName}[/{instanceId}]` },
    managementUrls: {
      id: 'INSTANCEID',
      statusQueryGetUri: instance,
      sendEventPostUri: `${instance}/raiseEvent/{eventName}`,
      terminatePostUri: `${instance}/terminate?reason={text}`,
      purgeHistoryDeleteUri: instance,
    },
  };
}
