import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admission, Conversation } from './conversation.ts';
import type { NtlmAccount } from './ntlm-acceptor.ts';
import { isSealedContent, openSealed, sealBody, sealedContentType } from './sealed-body.ts';
import { type HttpAnswer, isIdentify, type WsmanService } from './wsman-service.ts';

const plainContentType = 'application/soap+xml;charset=UTF-8';
/** Bodies beyond this are not read to their end; smaller ones over the host's limit get a fault. */
const largestBody = 8 * 1024 * 1024;
/** HTTP.sys keeps an idle connection for two minutes. */
const keepAliveMs = 120_000;

/** What came in at one port. */
export interface PortCounters {
  requests: number;
  connections: number;
  logonsRefused: number;
  logonsAccepted: number;
}

export interface HostServer {
  readonly port: number;
  readonly counters: Readonly<PortCounters>;
  close(): Promise<void>;
}

export type LoopbackAddress = '127.0.0.1' | '::1';

export interface HostServerOptions {
  readonly credential: NtlmAccount;
  readonly address: LoopbackAddress;
  /** Milliseconds before each answer, as of a network. */
  readonly latencyMs: number;
}

/** Listens for a machine on an ephemeral port of a loopback address. */
export async function openHostServer(service: WsmanService, options: HostServerOptions): Promise<HostServer> {
  const counters: PortCounters = { requests: 0, connections: 0, logonsRefused: 0, logonsAccepted: 0 };
  const conversations = new WeakMap<Socket, Conversation>();
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0 }, (request, response) => {
    counters.requests += 1;
    if (service.machine.behaviour.port === 'silent') return;
    const conversation =
      conversations.get(request.socket) ?? new Conversation(options.credential, service.machine, counters);
    conversations.set(request.socket, conversation);
    exchange(request, response, conversation, service, options).catch((error: unknown) => {
      // A client may go away at any time; anything else is a bug, and must not pass for an answer.
      const clientGone = request.socket.destroyed;
      response.destroy();
      if (!clientGone) throw error;
    });
  });
  server.on('connection', () => {
    counters.connections += 1;
  });
  server.listen(0, options.address);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, counters, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  conversation: Conversation,
  service: WsmanService,
  { credential, latencyMs }: HostServerOptions,
): Promise<void> {
  const body = await readBody(request);
  if (latencyMs > 0) await sleep(latencyMs);
  const refusal = refuseByHttp(request, body);
  if (refusal !== undefined) return reply(response, refusal);
  if (body !== undefined && request.headers.wsmanidentify === 'unauthenticated' && isIdentify(body.toString('utf8'))) {
    return replyPlain(response, service.identify(false));
  }
  const admission = conversation.admit(request.headers.authorization, request.headers['content-type']);
  if (admission.kind === 'refused') return reply(response, 401, { 'WWW-Authenticate': [...admission.challenges] });
  if (admission.kind === 'badRequest') return reply(response, 400);
  // The client may prove itself first and ask afterwards.
  if (body === undefined || body.length === 0) return reply(response, 200);
  await converse(request, response, admission, body, service, credential.user);
}

async function converse(
  request: IncomingMessage,
  response: ServerResponse,
  admission: Extract<Admission, { kind: 'plain' | 'sealed' }>,
  body: Buffer,
  service: WsmanService,
  user: string,
): Promise<void> {
  const contentType = request.headers['content-type'];
  if (admission.kind === 'plain') {
    if (!contentType?.toLowerCase().startsWith('application/soap+xml')) return reply(response, 415);
    return replyPlain(response, await service.handle(body, user));
  }
  const { sealing } = admission;
  // AllowUnencrypted is off: what is not sealed is refused without a word.
  if (sealing === undefined || !isSealedContent(contentType)) return reply(response, 500);
  const plain = openSealed(body, sealing);
  if (plain === undefined) return reply(response, 400);
  const { status, xml, cutOff } = await service.handle(plain, user);
  send(response, status, sealedContentType, sealBody(Buffer.from(xml), sealing), cutOff);
}

/** What HTTP alone decides: the status of a refusal, or undefined. */
function refuseByHttp({ method, url, headers }: IncomingMessage, body: Buffer | undefined): number | undefined {
  if (url?.split('?')[0] !== '/wsman') return 404;
  if (method !== 'POST') return 405;
  if (headers['content-length'] === undefined) return 411;
  return body === undefined ? 413 : undefined;
}

/** The whole body; undefined where it is too long to be read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= largestBody) chunks.push(chunk);
  }
  return length <= largestBody ? Buffer.concat(chunks) : undefined;
}

function reply(response: ServerResponse, status: number, headers: Record<string, string[]> = {}): void {
  response.writeHead(status, { Server: 'Microsoft-HTTPAPI/2.0', 'Content-Length': 0, ...headers }).end();
}

const replyPlain = (response: ServerResponse, { status, xml, cutOff }: HttpAnswer): void =>
  send(response, status, plainContentType, Buffer.from(xml), cutOff);

function send(response: ServerResponse, status: number, contentType: string, body: Buffer, cutOff: boolean): void {
  response.writeHead(status, {
    Server: 'Microsoft-HTTPAPI/2.0',
    'Content-Type': contentType,
    'Content-Length': body.length,
  });
  if (!cutOff) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}
