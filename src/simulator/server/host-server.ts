import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Trouble } from '../behaviour.ts';
import type { IssuedCertificate } from '../certificates/certificate.ts';
import { bindingRule } from './channel-binding.ts';
import { type Admission, Conversation, type TlsConnection } from './conversation.ts';
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
  /** Shown over https; without it the host listens for http. */
  readonly certificate?: IssuedCertificate;
  /** PEM of the CA whose client certificates are asked for; without it none are. */
  readonly clientAuthority?: string;
}

/** Listens for a machine on an ephemeral port of a loopback address. */
export async function openHostServer(service: WsmanService, options: HostServerOptions): Promise<HostServer> {
  const counters: PortCounters = { requests: 0, connections: 0, logonsRefused: 0, logonsAccepted: 0 };
  const conversations = new WeakMap<Socket, Conversation>();
  const server = listenerOf(options, (request, response) => {
    counters.requests += 1;
    if (service.machine.behaviour.port === 'silent') return;
    const conversation =
      conversations.get(request.socket) ??
      new Conversation(options.credential, service.machine, counters, tlsOf(request.socket, service, options));
    conversations.set(request.socket, conversation);
    exchange(request, conversation, service, options)
      .then((reply) => send(response, reply))
      .catch((error: unknown) => {
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

function listenerOf({ certificate: shown, clientAuthority }: HostServerOptions, listener: RequestListener): Server {
  const times = { keepAliveTimeout: keepAliveMs, requestTimeout: 0 };
  if (shown === undefined) return createServer(times, listener);
  // A certificate that is not trusted is answered by HTTP (403), as HTTP.sys does.
  const asking = clientAuthority && { requestCert: true, rejectUnauthorized: false, ca: clientAuthority };
  return createTlsServer({ ...times, ...asking, cert: shown.certificate, key: shown.key }, listener);
}

function tlsOf(
  socket: Socket,
  { machine }: WsmanService,
  { certificate: shown, clientAuthority }: HostServerOptions,
): TlsConnection | undefined {
  if (shown === undefined) return undefined;
  const binding = bindingRule(shown.der, machine.behaviour.channelBinding === 'strict');
  if (clientAuthority === undefined || !(socket instanceof TLSSocket)) return { binding };
  if (Object.keys(socket.getPeerCertificate()).length === 0) return { binding, clientCertificate: 'none' };
  return { binding, clientCertificate: socket.authorized ? 'trusted' : 'untrusted' };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** An answer as it goes out, unless something goes wrong with it. */
interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
  /** True: the connection breaks in the middle of it. */
  readonly cutOff?: boolean;
  readonly trouble?: Trouble;
}

async function exchange(
  request: IncomingMessage,
  conversation: Conversation,
  service: WsmanService,
  options: HostServerOptions,
): Promise<Reply> {
  const body = await readBody(request);
  if (options.latencyMs > 0) await sleep(options.latencyMs);
  const trouble = service.machine.troubles.next('request');
  if (trouble !== undefined && 'status' in trouble) return { status: trouble.status };
  if (trouble !== undefined && 'reset' in trouble && trouble.reset === 'beforeTaken') return { status: 0, trouble };
  const reply = await answer(request, body, conversation, service, options.credential.user);
  return trouble === undefined ? reply : { ...reply, trouble };
}

async function answer(
  request: IncomingMessage,
  body: Buffer | undefined,
  conversation: Conversation,
  service: WsmanService,
  user: string,
): Promise<Reply> {
  const refusal = refuseByHttp(request, body);
  if (refusal !== undefined) return { status: refusal };
  if (body !== undefined && request.headers.wsmanidentify === 'unauthenticated' && isIdentify(body.toString('utf8'))) {
    return plainReply(service.identify(false));
  }
  const admission = conversation.admit(request.headers.authorization, request.headers['content-type']);
  if (admission.kind === 'refused') return { status: 401, headers: { 'WWW-Authenticate': [...admission.challenges] } };
  if (admission.kind === 'badRequest') return { status: 400 };
  if (admission.kind === 'forbidden') return { status: 403 };
  // The client may prove itself first and ask afterwards.
  if (body === undefined || body.length === 0) return { status: 200 };
  return converse(request.headers['content-type'], admission, body, service, user);
}

async function converse(
  contentType: string | undefined,
  admission: Extract<Admission, { kind: 'plain' | 'sealed' }>,
  body: Buffer,
  service: WsmanService,
  user: string,
): Promise<Reply> {
  if (admission.kind === 'plain') {
    if (!contentType?.toLowerCase().startsWith('application/soap+xml')) return { status: 415 };
    if (service.machine.behaviour.unencrypted === 'refused') return { status: 500 };
    return plainReply(await service.handle(body, user));
  }
  const { sealing } = admission;
  // AllowUnencrypted is off: what is not sealed is refused without a word.
  if (sealing === undefined || !isSealedContent(contentType)) return { status: 500 };
  const plain = openSealed(body, sealing);
  if (plain === undefined) return { status: 400 };
  const answered = await service.handle(plain, user);
  if (answered.trouble !== undefined && 'status' in answered.trouble) return { status: answered.trouble.status };
  return soapReply(answered, sealedContentType, sealBody(Buffer.from(answered.xml), sealing));
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

const plainReply = (answered: HttpAnswer): Reply =>
  answered.trouble !== undefined && 'status' in answered.trouble
    ? { status: answered.trouble.status }
    : soapReply(answered, plainContentType, Buffer.from(answered.xml));

const soapReply = ({ status, cutOff, trouble }: HttpAnswer, contentType: string, body: Buffer): Reply => ({
  status,
  headers: { 'Content-Type': contentType },
  body,
  cutOff,
  trouble,
});

/** Writes an answer, or what its trouble makes of it. */
async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { trouble } = reply;
  if (trouble !== undefined && 'reset' in trouble) {
    response.socket?.resetAndDestroy();
    return;
  }
  const spoilt = trouble !== undefined && 'answer' in trouble ? spoiltBody(trouble.answer) : undefined;
  const body = spoilt ?? reply.body ?? Buffer.alloc(0);
  response.writeHead(reply.status, {
    Server: 'Microsoft-HTTPAPI/2.0',
    'Content-Length': body.length,
    ...(reply.headers as Record<string, string | string[]>),
  });
  if (reply.cutOff) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
    return;
  }
  if (trouble !== undefined && 'answer' in trouble && trouble.answer === 'dripping') await drip(response, body);
  else response.end(body);
}

/** More than any honest answer holds. */
const oversizedBytes = 6 * 1024 * 1024;

function spoiltBody(answer: Extract<Trouble, { answer: string }>['answer']): Buffer | undefined {
  if (answer === 'garbage') return randomBytes(400);
  return answer === 'oversized' ? Buffer.alloc(oversizedBytes, 'x') : undefined;
}

const drops = 12;
const dropMs = 8;

async function drip(response: ServerResponse, body: Buffer): Promise<void> {
  const size = Math.ceil(body.length / drops);
  for (let offset = 0; offset < body.length; offset += size) {
    response.write(body.subarray(offset, offset + size));
    await sleep(dropMs);
  }
  response.end();
}
