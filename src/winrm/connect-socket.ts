/** From a host's name to a connected socket: every address is tried, and every failure is kept. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { failure, type Result, success } from '../result.ts';
import type { ConnectOptions, ProxyTunnels, ResolveAddresses } from './connect-options.ts';
import { connectingCode, resolvingCode } from './socket-errors.ts';
import { handshakeFailure } from './tls/handshake-failure.ts';
import { certificateObjection, connectTls } from './tls/tls-socket.ts';
import { tlsErrorCodes, type WinrmError, type WinrmErrorCode, winrmError } from './winrm-error.ts';
import type { TlsOptions, WinrmTarget } from './winrm-target.ts';

export const resolveBySystem: ResolveAddresses = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

const shortestTryMs = 2_000;
const keepAliveProbeMs = 30_000;

/** What a connection is opened over: an address, or a tunnel that is there already. */
type Way = { readonly name: string; readonly address: string } | { readonly name: string; readonly tunnel: Socket };

interface FailedTry {
  /** Of the way that was tried. */
  readonly name: string;
  readonly code: WinrmErrorCode;
  readonly text: string;
}

/** A connected socket, TLS verified where the target is https; else one error that names every address tried. */
export async function connectSocket(options: ConnectOptions): Promise<Result<Socket, WinrmError>> {
  return options.proxy === undefined ? connectDirectly(options) : connectThrough(options.proxy, options);
}

async function connectDirectly(options: ConnectOptions): Promise<Result<Socket, WinrmError>> {
  const { target, timeoutMs } = options;
  const endsAt = performance.now() + timeoutMs;
  const resolved = await resolveAddresses(options);
  if (!resolved.ok) return resolved;
  const failed: FailedTry[] = [];
  for (const [index, address] of resolved.value.entries()) {
    const left = endsAt - performance.now();
    const share = resolved.value.length === 1 ? left : Math.max(shortestTryMs, left / (resolved.value.length - index));
    const way = { name: `${address} port ${target.port}`, address };
    const tried = await tryWay(options, way, Math.max(share, 1));
    if (tried.ok) return tried;
    failed.push(tried.error);
    if (options.signal?.aborted) return failure(winrmError('cancelled', target.host));
  }
  return failure(connectError(target, failed));
}

async function connectThrough(proxy: ProxyTunnels, options: ConnectOptions): Promise<Result<Socket, WinrmError>> {
  const { target, tls, timeoutMs, resolve, signal } = options;
  const endsAt = performance.now() + timeoutMs;
  const tunnel = await proxy.open({ target, tls, timeoutMs, resolve, signal });
  if (!tunnel.ok || target.scheme === 'http') return tunnel;
  const way = { name: `through ${proxy.name}`, tunnel: tunnel.value };
  const tried = await tryWay(options, way, Math.max(endsAt - performance.now(), 1));
  if (tried.ok) return tried;
  return failure(signal?.aborted ? winrmError('cancelled', target.host) : connectError(target, [tried.error]));
}

async function resolveAddresses({ target, timeoutMs, resolve, signal }: ConnectOptions) {
  if (isIP(target.host) !== 0) return success<readonly string[]>([target.host]);
  const outcome = await settledWithin(resolve(target.host), timeoutMs, signal);
  if (signal?.aborted) return failure(winrmError('cancelled', target.host));
  if (outcome.kind === 'value' && outcome.value.length > 0) return success(outcome.value);
  if (outcome.kind === 'error') {
    return failure(winrmError(resolvingCode(outcome.error), target.host, undefined, textOf(outcome.error)));
  }
  return failure(
    outcome.kind === 'late'
      ? winrmError('dnsUnavailable', target.host, undefined, 'no answer in time')
      : winrmError('nameNotResolved', target.host, undefined, 'no address'),
  );
}

type Settled<Value> = { kind: 'value'; value: Value } | { kind: 'error'; error: unknown } | { kind: 'late' };

function settledWithin<Value>(work: Promise<Value>, timeoutMs: number, signal?: AbortSignal): Promise<Settled<Value>> {
  return new Promise((settle) => {
    const finish = (settled: Settled<Value>) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', late);
      settle(settled);
    };
    const late = () => finish({ kind: 'late' });
    const timer = setTimeout(late, timeoutMs);
    signal?.addEventListener('abort', late, { once: true });
    work.then(
      (value) => finish({ kind: 'value', value }),
      (error: unknown) => finish({ kind: 'error', error }),
    );
  });
}

function tryWay(
  { target, tls = {}, signal }: ConnectOptions,
  way: Way,
  timeoutMs: number,
): Promise<Result<Socket, FailedTry>> {
  return new Promise((settle) => {
    let reached = 'tunnel' in way;
    const socket = open(target, tls, way);
    const finish = (result: Result<Socket, FailedTry>) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      socket.removeListener('error', fail);
      socket.removeListener('close', closed);
      if (!result.ok) socket.on('error', () => undefined).destroy();
      settle(result);
    };
    const failWith = (code: WinrmErrorCode, text: string) => finish(failure({ name: way.name, code, text }));
    const fail = (error: Error) => {
      const { code, text } = target.scheme === 'https' && reached ? handshakeFailure(error, tls) : tcpFailure(error);
      failWith(code, text);
    };
    const closed = () => fail(new Error('closed while connecting'));
    const cancel = () => failWith('cancelled', 'cancelled');
    const timer = setTimeout(
      () =>
        failWith(
          reached ? 'tlsInterrupted' : 'connectTimedOut',
          `no ${reached ? 'TLS handshake' : 'answer'} in ${Math.round(timeoutMs)} ms`,
        ),
      timeoutMs,
    );
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) {
      cancel();
      return;
    }
    socket.once('connect', () => {
      reached = true;
    });
    socket.once('error', fail);
    socket.once('close', closed);
    socket.once(target.scheme === 'https' ? 'secureConnect' : 'connect', () => {
      // Nothing is sent before the certificate is known to be the host's.
      const objection = socket instanceof TLSSocket ? certificateObjection(socket, target, tls) : undefined;
      if (objection !== undefined) {
        failWith(objection.code, objection.text);
        return;
      }
      socket.setNoDelay(true);
      socket.setKeepAlive(true, keepAliveProbeMs);
      finish(success(socket));
    });
  });
}

function open(target: WinrmTarget, tls: TlsOptions, way: Way): Socket {
  const { scheme, port } = target;
  if ('address' in way && scheme === 'http') return connectTcp({ host: way.address, port });
  return connectTls('tunnel' in way ? { socket: way.tunnel } : { host: way.address, port }, target, tls);
}

const tcpFailure = (error: Error): { code: WinrmErrorCode; text: string } => ({
  code: connectingCode(error),
  text: textOf(error),
});

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The failure that tells most: what keeps us here, a host that speaks badly, one that refuses, one that is silent. */
const byWeight: readonly WinrmErrorCode[] = [
  ...(['localLimitReached', 'connectionBlocked'] as const),
  ...tlsErrorCodes,
  ...(['connectionReset', 'connectionRefused', 'connectTimedOut', 'hostUnreachable', 'networkUnreachable'] as const),
];

function connectError(target: WinrmTarget, failed: readonly FailedTry[]): WinrmError {
  const code = byWeight.find((candidate) => failed.some((one) => one.code === candidate)) ?? 'connectTimedOut';
  const detail = failed.map(({ name, text }) => `${name}: ${text}`).join('; ');
  return winrmError(code, target.host, undefined, detail);
}
