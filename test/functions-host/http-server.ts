import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import functions, { type HttpResponseInit } from '@azure/functions';
import type { EmbeddedHost } from '../../src/embedded/embedded-host.ts';
import { matchRoute } from './http-routes.ts';

/** Loopback HTTP server before the HTTP triggers of an app. */
export interface HttpServer {
  /** Without a slash at its end; functions lie below `/api`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** What callers of functions with authLevel `function` must show. Default: nothing, as with Core Tools. */
  readonly functionKey?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** Listens on 127.0.0.1; does not keep the process alive by itself. Handlers get real HttpRequest objects. */
export async function startHttpServer(host: EmbeddedHost, options: HttpServerOptions = {}): Promise<HttpServer> {
  const server = createServer((request, response) => {
    answer(host, options, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  host: EmbeddedHost,
  { functionKey }: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const found = matchRoute(host.functions(), method, url.pathname);
  if (!found) return end(response, 404);
  const key = request.headers['x-functions-key'] ?? url.searchParams.get('code');
  if (functionKey !== undefined && found.authLevel !== 'anonymous' && key !== functionKey) return end(response, 401);
  const body = await buffer(request);
  const trigger = new functions.HttpRequest({
    method,
    url: url.href,
    headers: headersOf(request),
    params: found.params,
    body: method === 'GET' || method === 'HEAD' ? undefined : { bytes: body },
  });
  // As the worker does: whatever a handler throws is a 500 without a body.
  const result = await host.invoke(found.name, trigger).catch(() => ({ status: 500 }));
  await send(result as HttpResponseInit, response);
}

async function send(result: HttpResponseInit, response: ServerResponse): Promise<void> {
  const { status, headers, body } = new functions.HttpResponse(result);
  response.writeHead(status, Object.fromEntries(headers.entries()));
  for await (const chunk of body ?? []) {
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    if (response.destroyed) break;
  }
  response.end();
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
