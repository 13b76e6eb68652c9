/** Looks at a host from outside, without its account: name, ports, certificate, what it offers for logging on. */
import { connect, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { failure, type Result, success } from '../result.ts';
import { offeredSchemes } from './authentication/challenges.ts';
import type { ResolveAddresses } from './connect-options.ts';
import { connectSocket, resolveBySystem } from './connect-socket.ts';
import { httpConnection } from './http-connection.ts';
import { connectingCode, resolvingCode } from './socket-errors.ts';
import { answerWaitMs } from './times.ts';
import { handshakeFailure } from './tls/handshake-failure.ts';
import { certificateObjection, connectTls } from './tls/tls-socket.ts';
import { type WinrmError, winrmError } from './winrm-error.ts';
import type { WinrmSessionOptions } from './winrm-session.ts';

/** What a host showed in a TLS handshake, accepted or not. */
export interface ShownCertificate {
  /** e.g. `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses it is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Why it is not accepted. */
  readonly objection: WinrmError | undefined;
}

export interface HostProbes {
  /** Every address of the host's name; an address is its own. */
  resolve(): Promise<Result<readonly string[], WinrmError>>;
  /** Does anything take a connection at the host's port of this address? Milliseconds until it did. */
  knock(address: string): Promise<Result<number, WinrmError>>;
  /** A TLS handshake with the host, and nothing after it. */
  certificate(address: string): Promise<Result<ShownCertificate, WinrmError>>;
  /** The authentication schemes that the host offers to a request without any. */
  offers(): Promise<Result<readonly string[], WinrmError>>;
}

type ProbeOptions = Pick<
  WinrmSessionOptions,
  'target' | 'tls' | 'proxy' | 'connectTimeoutMs' | 'operationTimeoutMs' | 'signal'
>;

/** Probes of the target of these options. */
export function hostProbes(options: ProbeOptions, resolve: ResolveAddresses = resolveBySystem): HostProbes {
  const { target } = options;
  return {
    resolve: async () => {
      if (isIP(target.host) !== 0) return success([target.host]);
      try {
        const addresses = [...new Set(await resolve(target.host))];
        return addresses.length > 0 ? success(addresses) : failure(winrmError('nameNotResolved', target.host));
      } catch (error) {
        return failure(winrmError(resolvingCode(error), target.host, undefined, textOf(error)));
      }
    },
    knock: (address) => knock(options, address),
    certificate: (address) => lookAtCertificate(options, address),
    offers: () => askOffers(options, resolve),
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function knock(options: ProbeOptions, address: string): Promise<Result<number, WinrmError>> {
  const { target } = options;
  const startedAt = performance.now();
  return new Promise((settle) => {
    const socket = connect({ host: address, port: target.port });
    const end = endOf(options, (result: Result<number, WinrmError>) => {
      socket.destroy();
      settle(result);
    });
    socket.once('connect', () => end(success(performance.now() - startedAt)));
    socket.on('error', (error) =>
      end(failure(winrmError(connectingCode(error), target.host, undefined, `${address}: ${error.message}`))),
    );
  });
}

function lookAtCertificate(options: ProbeOptions, address: string): Promise<Result<ShownCertificate, WinrmError>> {
  const { target, tls = {} } = options;
  return new Promise((settle) => {
    const socket = connectTls({ host: address, port: target.port }, target, tls);
    const end = endOf(options, (result: Result<ShownCertificate, WinrmError>) => {
      socket.destroy();
      settle(result);
    });
    socket.once('secureConnect', () => end(shownBy(socket, options)));
    socket.on('error', (error) => {
      const { code, text } = handshakeFailure(error, tls);
      end(failure(winrmError(code, target.host, undefined, text)));
    });
  });
}

function shownBy(socket: TLSSocket, { target, tls = {} }: ProbeOptions): Result<ShownCertificate, WinrmError> {
  const objection = certificateObjection(socket, target, tls);
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return failure(winrmError(objection?.code ?? 'tlsFailed', target.host, undefined, objection?.text));
  }
  return success({
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    subject: certificate.subject,
    issuer: certificate.issuer,
    names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    objection: objection && winrmError(objection.code, target.host, undefined, objection.text),
  });
}

/** Settles once: with what is found, when the time is up, or on a cancel. */
function endOf<Value>(
  { target, connectTimeoutMs, signal }: ProbeOptions,
  settle: (result: Result<Value, WinrmError>) => void,
): (result: Result<Value, WinrmError>) => void {
  let settled = false;
  const end = (result: Result<Value, WinrmError>): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    settle(result);
  };
  const cancel = (): void => end(failure(winrmError('cancelled', target.host)));
  const timer = setTimeout(
    () => end(failure(winrmError('connectTimedOut', target.host, undefined, `no answer in ${connectTimeoutMs} ms`))),
    connectTimeoutMs,
  );
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) setImmediate(cancel);
  return end;
}

async function askOffers(
  options: ProbeOptions,
  resolve: ResolveAddresses,
): Promise<Result<readonly string[], WinrmError>> {
  const { target, tls, proxy, connectTimeoutMs, operationTimeoutMs, signal } = options;
  const socket = await connectSocket({ target, tls, proxy, resolve, timeoutMs: connectTimeoutMs, signal });
  if (!socket.ok) return socket;
  const http = httpConnection(target, socket.value, () => undefined);
  try {
    const answer = await http.post({
      headers: { 'content-type': 'application/soap+xml;charset=UTF-8', 'accept-encoding': 'identity' },
      body: Buffer.alloc(0),
      timeoutMs: answerWaitMs(operationTimeoutMs),
      signal,
    });
    if (!answer.ok) return failure(winrmError('connectionLost', target.host, undefined, answer.error.text));
    return success([...new Set(offeredSchemes(answer.value.challenges).map(({ scheme }) => scheme))]);
  } finally {
    await http.close();
  }
}
