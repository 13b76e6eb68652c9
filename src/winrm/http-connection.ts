/**
 * One TCP connection and the HTTP requests on it, one at a time. NTLM authenticates the connection, so a connection
 * that is gone is never replaced behind the caller's back.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Client, errors } from 'undici';
import { failure, type Result, success } from '../result.ts';
import { hostAndPort } from './host-and-port.ts';
import { refusesClientCertificate } from './tls/handshake-failure.ts';
import type { WinrmTarget } from './winrm-session.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Every line of WWW-Authenticate. */
  readonly challenges: readonly string[];
  readonly body: Buffer;
}

export interface HttpFailure {
  /**
   * - `notSent`: the connection was gone before the request left.
   * - `lost`: it broke with the request under way; the host may have taken it.
   * - `certificateRefused`: the host broke it off over our client certificate, or the lack of one.
   * - `noAnswer`: the time was up. - `aborted`: by the caller. - `malformed`: what came is not HTTP, or far too large.
   */
  readonly kind: 'notSent' | 'lost' | 'certificateRefused' | 'noAnswer' | 'aborted' | 'malformed';
  readonly text: string;
}

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpConnection {
  /** False once the connection is known to be gone. */
  readonly alive: boolean;
  /** DER of the certificate the host showed; for channel binding. */
  readonly serverCertificate: Buffer | undefined;
  post(request: HttpRequest): Promise<Result<HttpAnswer, HttpFailure>>;
  close(): Promise<void>;
}

/** Eight times the largest envelope we announce: more than any honest answer, less than a memory problem. */
const largestAnswer = 8 * 512_000;
/** Longer than any gap in a session. */
const idleMs = 600_000;

class ConnectionGone extends Error {}

/** An HTTP connection over a connected socket. `onRequest` is called for every request that is handed to it. */
export function httpConnection(target: WinrmTarget, socket: Socket, onRequest: () => void): HttpConnection {
  let alive = !socket.destroyed;
  let handedOver = false;
  let alert: Error | undefined;
  const gone = () => {
    alive = false;
  };
  socket.once('close', gone).once('error', (error: Error) => {
    if (refusesClientCertificate(error)) alert = error;
    gone();
  });
  const client = new Client(origin(target), {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    maxResponseSize: largestAnswer,
    allowH2: false,
    connect: (_options, callback) => {
      // Undici would connect again by itself; a second connection must be a new handshake, so it is refused here.
      if (handedOver || socket.destroyed) {
        alive = false;
        setImmediate(callback, new ConnectionGone('the connection was closed'), null);
        return;
      }
      handedOver = true;
      setImmediate(callback, null, socket);
    },
  });
  return {
    get alive() {
      return alive;
    },
    serverCertificate: socket instanceof TLSSocket ? socket.getPeerCertificate(false).raw : undefined,
    post: async (request) => {
      onRequest();
      const answer = await post(client, request);
      if (answer.ok) return answer;
      alive = false;
      // Undici may only say that the other side closed.
      return alert === undefined ? answer : failure({ kind: 'certificateRefused', text: alert.message });
    },
    close: async () => {
      alive = false;
      await client.destroy();
      socket.destroy();
    },
  };
}

const origin = (target: WinrmTarget): string => `${target.scheme}://${hostAndPort(target)}`;

/** The address of the WinRM service, as it stands in a:To. */
export const serviceUrl = (target: WinrmTarget): string => `${origin(target)}/wsman`;

async function post(client: Client, request: HttpRequest): Promise<Result<HttpAnswer, HttpFailure>> {
  const stop = new AbortController();
  let stopped: 'noAnswer' | 'aborted' | undefined;
  const stopAs = (why: 'noAnswer' | 'aborted') => () => {
    stopped ??= why;
    stop.abort();
  };
  const cancel = stopAs('aborted');
  if (request.signal?.aborted) return failure({ kind: 'aborted', text: 'cancelled' });
  request.signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(stopAs('noAnswer'), request.timeoutMs);
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'POST',
      path: '/wsman',
      headers: request.headers,
      body: request.body,
      signal: stop.signal,
    });
    return success({
      status: statusCode,
      contentType: [headers['content-type'] ?? ''].flat().join(', '),
      challenges: [headers['www-authenticate'] ?? []].flat(),
      body: Buffer.from(await body.arrayBuffer()),
    });
  } catch (error) {
    if (stopped === 'aborted') return failure({ kind: 'aborted', text: 'cancelled' });
    if (stopped === 'noAnswer') {
      return failure({ kind: 'noAnswer', text: `no answer in ${Math.round(request.timeoutMs)} ms` });
    }
    return failure(failureOf(error));
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', cancel);
  }
}

function failureOf(error: unknown): HttpFailure {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectionGone) return { kind: 'notSent', text };
  const malformed =
    error instanceof errors.HTTPParserError ||
    error instanceof errors.ResponseExceededMaxSizeError ||
    error instanceof errors.HeadersOverflowError;
  return { kind: malformed ? 'malformed' : 'lost', text };
}
