/** Connections through an HTTP proxy, by CONNECT (RFC 9110 9.3.6); for http and https targets alike. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { failure, type Result, success } from '../result.ts';
import { offeredText } from './authentication/challenges.ts';
import type { ConnectOptions, ProxyTunnels } from './connect-options.ts';
import { connectSocket } from './connect-socket.ts';
import { hostAndPort } from './host-and-port.ts';
import { type WinrmError, winrmError } from './winrm-error.ts';
import type { PasswordCredential, WinrmTarget } from './winrm-target.ts';

/** A proxy as the settings name it. Holds a secret. */
export interface HttpProxy {
  /** How the proxy itself is spoken to. */
  readonly scheme: 'http' | 'https';
  /** DNS name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Sent as Basic, where it is given. */
  readonly credential?: PasswordCredential;
}

/** Bytes of the answer's head; an honest one has a few hundred. */
const largestHead = 16_384;
const longestReason = 200;

/**
 * Tunnels through this proxy. While its account is unproven, one tunnel is opened after another, and once the proxy
 * has refused it, it is not sent again: a whole fleet at once would lock the account out.
 * @param refusalMs how long that holds, in milliseconds; default: as long as these tunnels
 */
export function proxyTunnels(proxy: HttpProxy, { refusalMs = Number.POSITIVE_INFINITY } = {}): ProxyTunnels {
  const name = hostAndPort(proxy);
  let proven = proxy.credential === undefined;
  let refusal: { readonly text: string; readonly until: number } | undefined;
  const refused = (): string | undefined => {
    if (refusal !== undefined && performance.now() >= refusal.until) refusal = undefined;
    return refusal?.text;
  };
  let last: Promise<unknown> = Promise.resolve();

  const open = async (options: Omit<ConnectOptions, 'proxy'>): Promise<Result<Socket, WinrmError>> => {
    const earlier = refused();
    if (earlier !== undefined) return failure(wantsAccount(options.target, name, earlier));
    const endsAt = performance.now() + options.timeoutMs;
    // Pin and server name are the host's; whom to trust holds for the proxy's certificate too.
    const tls = { authorities: options.tls?.authorities };
    const connected = await connectSocket({ ...options, target: proxy, tls });
    if (!connected.ok) return failure(unreachable(options.target, name, connected.error));
    const timeoutMs = Math.max(endsAt - performance.now(), 1);
    const answer = await askForTunnel(proxy, connected.value, { ...options, timeoutMs });
    if (answer.kind === 'failed') {
      connected.value.destroy();
      return failure(failedTunnel(options.target, name, answer));
    }
    if (!refusesAccount(answer)) proven = true;
    else if (proxy.credential !== undefined) {
      proven = false;
      refusal = { text: answer.text, until: performance.now() + refusalMs };
    }
    if (isTunnel(answer)) return success(connected.value);
    connected.value.destroy();
    return failure(refusedTunnel(options.target, name, answer));
  };

  return {
    name,
    open: (options) => {
      if (proven || refused() !== undefined) return open(options);
      const turn = last.then(() => open(options));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

interface ProxyAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Status and reason, and what a 407 offers. */
  readonly text: string;
}

type Answer =
  | ProxyAnswer
  | { readonly kind: 'failed'; readonly why: 'cancelled' | 'noAnswer' | 'noHttp'; readonly text: string };

/** 407 (RFC 9110 15.5.8); tinyproxy says 401 to a wrong password. No host has answered yet: either is the proxy's. */
const refusesAccount = ({ status }: ProxyAnswer): boolean => status === 407 || status === 401;

const isTunnel = ({ status }: ProxyAnswer): boolean => status >= 200 && status < 300;

/** Sends CONNECT and reads the answer's head with Node's own parser, within the time and `largestHead`. */
function askForTunnel(
  { credential }: HttpProxy,
  socket: Socket,
  { target, timeoutMs, signal }: Omit<ConnectOptions, 'proxy'>,
): Promise<Answer> {
  return new Promise((settle) => {
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      settle(answer);
    };
    const fail = (why: 'cancelled' | 'noAnswer' | 'noHttp', text: string) => finish({ kind: 'failed', why, text });
    const cancel = () => fail('cancelled', 'cancelled');
    const timer = setTimeout(() => fail('noAnswer', `no answer to CONNECT in ${Math.round(timeoutMs)} ms`), timeoutMs);
    signal?.addEventListener('abort', cancel, { once: true });
    // Whatever becomes of the connection later is told by its close; an error nobody listens to would end the process.
    socket.on('error', () => undefined);
    const authority = hostAndPort(target);
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(credential ? { 'proxy-authorization': basicOf(credential) } : {}) },
      createConnection: () => socket,
      maxHeaderSize: largestHead,
    });
    request.once('connect', (response, _socket, ahead) => {
      const answer = answerOf(response);
      // A refusal may have a page behind it. In a tunnel neither HTTP nor TLS lets the host speak first.
      if (isTunnel(answer) && ahead.length > 0) fail('noHttp', `${ahead.length} bytes after the answer to CONNECT`);
      else finish(answer);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('HPE_')) fail('noHttp', `the answer to CONNECT is not HTTP (${error.code})`);
      else fail('noAnswer', `the proxy closed the connection instead of answering CONNECT (${error.message})`);
    });
    request.end();
    if (signal?.aborted) cancel();
  });
}

const basicOf = ({ user, password }: PasswordCredential): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

function answerOf({ statusCode = 0, statusMessage = '', headers }: IncomingMessage): ProxyAnswer {
  const reason = statusMessage
    .replace(/[^\x20-\x7E]+/g, ' ')
    .trim()
    .slice(0, longestReason);
  const offered = [headers['proxy-authenticate'] ?? headers['www-authenticate'] ?? []].flat();
  const text = `HTTP ${statusCode}${reason === '' ? '' : ` ${reason}`}`;
  return {
    kind: 'answer',
    status: statusCode,
    text: offered.length > 0 ? `${text}; ${offeredText(offered, 'the proxy')}` : text,
  };
}

const unreachable = (target: WinrmTarget, proxy: string, { code, detail }: WinrmError): WinrmError =>
  code === 'cancelled'
    ? winrmError('cancelled', target.host)
    : winrmError('proxyUnreachable', target.host, `${target.host}: the proxy ${proxy} could not be reached.`, detail);

function failedTunnel(
  { host }: WinrmTarget,
  proxy: string,
  { why, text }: Extract<Answer, { kind: 'failed' }>,
): WinrmError {
  switch (why) {
    case 'cancelled':
      return winrmError('cancelled', host);
    case 'noHttp':
      return winrmError('proxyUnreachable', host, `${host}: what answers at ${proxy} is no HTTP proxy.`, text);
    case 'noAnswer':
      return winrmError('proxyFoundNoHost', host, `${host}: the proxy ${proxy} opened no tunnel to it.`, text);
  }
}

const wantsAccount = ({ host }: WinrmTarget, proxy: string, text: string): WinrmError =>
  winrmError(
    'proxyAuthenticationRequired',
    host,
    `${host}: the proxy ${proxy} refused our account, or wants one.`,
    text,
  );

function refusedTunnel(target: WinrmTarget, proxy: string, answer: ProxyAnswer): WinrmError {
  const { host, port } = target;
  const { status, text } = answer;
  if (refusesAccount(answer)) return wantsAccount(target, proxy, text);
  if (status >= 500) {
    return winrmError('proxyFoundNoHost', host, `${host}: the proxy ${proxy} could not reach its port ${port}.`, text);
  }
  return winrmError(
    'proxyRefusedHost',
    host,
    `${host}: the proxy ${proxy} lets nobody through to its port ${port}.`,
    text,
  );
}
