/**
 * Messages to one host: a connection made and authenticated when it is needed, one message under way at a time, every
 * answer unsealed and held against its question.
 */
import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../result.ts';
import { isLocalAccount } from './account-kind.ts';
import type { BodyProtection } from './authentication/body-protection.ts';
import { offeredText } from './authentication/challenges.ts';
import { type AuthenticatedConnection, type Authentication, logonRequest } from './authentication/scheme.ts';
import type { ResolveAddresses } from './connect-options.ts';
import { connectSocket } from './connect-socket.ts';
import { isEncryptedContentType } from './encrypted-multipart.ts';
import { faultError, parseFault, type SoapFault, statusError } from './faults.ts';
import {
  type HttpAnswer,
  type HttpConnection,
  type HttpFailure,
  type HttpRequest,
  httpConnection,
  serviceUrl,
} from './http-connection.ts';
import { envelope, type OutgoingMessage, parseEnvelope } from './soap/envelope.ts';
import type { XmlElement } from './soap/xml.ts';
import { type WinrmError, winrmError } from './winrm-error.ts';
import type {
  AuthenticationNotes,
  Credential,
  TlsOptions,
  WinrmCounters,
  WinrmSessionOptions,
} from './winrm-session.ts';

/** A message ready to go; sent again, it is the same to the byte, MessageID included. */
export interface PreparedMessage {
  readonly messageId: string;
  readonly soap: Buffer;
}

export interface ExchangeLimits {
  /** Longest wait for the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest wait for a connection, where one must be made; the session's own otherwise. */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ExchangeFailure {
  readonly error: WinrmError;
  /** The fault, where the host answered with one. */
  readonly fault?: SoapFault;
  /** The message was under way when the connection broke, or stayed without an answer: the host may have taken it. */
  readonly unanswered?: 'lost' | 'noAnswer';
  /** No connection could be made, or it was not let in: the message was not sent. */
  readonly notSent?: true;
}

export interface Transport {
  readonly host: string;
  readonly counters: WinrmCounters;
  readonly notes: AuthenticationNotes;
  prepare(message: OutgoingMessage): PreparedMessage;
  /** Makes and authenticates the connection, if it is not there. */
  ready(limits: ExchangeLimits): Promise<Result<void, ExchangeFailure>>;
  /** Sends a message and gives back the answer's s:Body. */
  send(message: PreparedMessage, limits: ExchangeLimits): Promise<Result<XmlElement, ExchangeFailure>>;
  /** Sends a body as it is, without logging on if that has not happened yet; its answer needs no RelatesTo. */
  sendAnonymous(
    soap: Buffer,
    headers: Readonly<Record<string, string>>,
    limits: ExchangeLimits,
  ): Promise<Result<XmlElement, ExchangeFailure>>;
  close(): Promise<void>;
}

interface LiveConnection {
  readonly http: HttpConnection;
  logon: AuthenticatedConnection | undefined;
}

const soapContentType = 'application/soap+xml;charset=UTF-8';
/** Exchange and IIS endpoints would compress otherwise. */
const commonHeaders = { 'accept-encoding': 'identity' } as const;

/** A transport for the target of these options. */
export function openTransport(
  options: WinrmSessionOptions,
  authentication: Authentication,
  resolve: ResolveAddresses,
): Transport {
  const { target } = options;
  const { host } = target;
  const counters = { requests: 0, connections: 0 };
  const sessionId = `uuid:${randomUUID().toUpperCase()}`;
  let notes: AuthenticationNotes = {};
  let live: LiveConnection | undefined;
  let logonRefused: WinrmError | undefined;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const drop = async () => {
    const dropped = live;
    live = undefined;
    await dropped?.http.close();
  };

  const connection = async (limits: ExchangeLimits): Promise<Result<LiveConnection, WinrmError>> => {
    if (limits.signal?.aborted) return failure(winrmError('cancelled', host));
    if (closed) return failure(winrmError('cancelled', host, `${host}: the session was closed.`));
    if (live?.http.alive) return success(live);
    await drop();
    const socket = await connectSocket({
      target,
      tls: tlsOf(options),
      resolve,
      proxy: options.proxy,
      timeoutMs: limits.connectTimeoutMs ?? options.connectTimeoutMs,
      signal: limits.signal,
    });
    if (!socket.ok) return socket;
    counters.connections += 1;
    const http = httpConnection(target, socket.value, () => {
      counters.requests += 1;
    });
    live = { http, logon: undefined };
    return success(live);
  };

  const logOn = async (fresh: LiveConnection, limits: ExchangeLimits): Promise<Result<void, WinrmError>> => {
    const logon = await authentication.authenticate(logonRequest(options), {
      serverCertificate: fresh.http.serverCertificate,
      exchange: async (headers) => {
        const answer = await fresh.http.post({
          headers: { ...commonHeaders, 'content-type': soapContentType, ...headers },
          body: Buffer.alloc(0),
          ...limits,
        });
        return answer.ok ? answer : failure(httpError(host, answer.error));
      },
    });
    if (!logon.ok) {
      if (logon.error.code === 'logonRefused') logonRefused = logon.error;
      await drop();
      return logon;
    }
    fresh.logon = logon.value;
    notes = { ...notes, ...logon.value.notes };
    return success(undefined);
  };

  const ready = async (limits: ExchangeLimits): Promise<Result<LiveConnection, WinrmError>> => {
    // A refused password is not sent again: every repetition counts towards locking the account out.
    if (logonRefused !== undefined) return failure(logonRefused);
    const connected = await connection(limits);
    if (!connected.ok || connected.value.logon !== undefined) return connected;
    const loggedOn = await logOn(connected.value, limits);
    return loggedOn.ok ? connected : loggedOn;
  };

  const post = async (
    request: (using: LiveConnection) => HttpRequest,
    limits: ExchangeLimits,
    connect: (limits: ExchangeLimits) => Promise<Result<LiveConnection, WinrmError>>,
  ): Promise<Result<{ using: LiveConnection; answer: HttpAnswer }, ExchangeFailure>> => {
    const [before, using] = [live, await connect(limits)];
    if (!using.ok) return failure({ error: using.error, notSent: true });
    const answer = await using.value.http.post(request(using.value));
    if (answer.ok) return success({ using: using.value, answer: answer.value });
    await drop();
    // A connection that had ended while nobody looked took nothing with it: the message goes over a new one.
    if (answer.error.kind === 'notSent' && before === using.value) return post(request, limits, connect);
    return failure(httpFailure(host, answer.error));
  };

  const read = async (
    using: LiveConnection,
    answer: HttpAnswer,
    messageId: string | undefined,
  ): Promise<Result<XmlElement, ExchangeFailure>> => {
    const result = withAccount(readAnswer(host, using.logon, answer, messageId), options.credential, notes);
    if (!result.ok && result.error.error.code === 'logonRefused') logonRefused = result.error.error;
    // After anything but an answer or a fault, neither side knows what the other believes.
    if (!result.ok && result.error.fault === undefined) await drop();
    return result;
  };

  return {
    host,
    counters,
    get notes() {
      return notes;
    },
    prepare: (message) => {
      const messageId = `uuid:${randomUUID().toUpperCase()}`;
      return {
        messageId,
        soap: Buffer.from(envelope(message, { to: serviceUrl(target), messageId, sessionId }), 'utf8'),
      };
    },
    ready: (limits) =>
      inTurn(async () => {
        const result = await ready(limits);
        return result.ok ? success(undefined) : failure({ error: result.error, notSent: true });
      }),
    send: (message, limits) =>
      inTurn(async () => {
        const posted = await post(({ logon }) => requestOf(logon, message.soap, limits), limits, ready);
        return posted.ok ? read(posted.value.using, posted.value.answer, message.messageId) : posted;
      }),
    sendAnonymous: (soap, headers, limits) =>
      inTurn(async () => {
        const request = ({ logon }: LiveConnection): HttpRequest => {
          const { headers: usual, ...rest } = requestOf(logon, soap, limits);
          return { ...rest, headers: logon === undefined ? { ...usual, ...headers } : usual };
        };
        const posted = await post(request, limits, connection);
        return posted.ok ? read(posted.value.using, posted.value.answer, undefined) : posted;
      }),
    close: () =>
      inTurn(async () => {
        closed = true;
        await drop();
      }),
  };
}

/** A client certificate is shown while the connection is made. */
const tlsOf = ({ tls, credential }: WinrmSessionOptions): TlsOptions | undefined =>
  'certificate' in credential ? { ...tls, clientCertificate: credential.certificate } : tls;

/** Who may not do something lacks other things where the account is the host's own. */
function withAccount(
  result: Result<XmlElement, ExchangeFailure>,
  credential: Credential,
  { computerName }: AuthenticationNotes,
): Result<XmlElement, ExchangeFailure> {
  if (result.ok || result.error.error.code !== 'accessDenied') return result;
  // A host maps certificates to accounts of its own only.
  const local = 'certificate' in credential || isLocalAccount(credential.user, computerName);
  return failure({ ...result.error, error: { ...result.error.error, account: local ? 'local' : 'domain' } });
}

function requestOf(logon: AuthenticatedConnection | undefined, soap: Buffer, limits: ExchangeLimits): HttpRequest {
  const { contentType, body } = logon?.protection?.protect(soap) ?? { contentType: soapContentType, body: soap };
  const headers = { ...commonHeaders, ...logon?.headers, 'content-type': contentType };
  return { headers, body, timeoutMs: limits.timeoutMs, signal: limits.signal };
}

/** From the HTTP answer to the s:Body; every way in which it can be something else is an error. */
function readAnswer(
  host: string,
  logon: AuthenticatedConnection | undefined,
  answer: HttpAnswer,
  messageId: string | undefined,
): Result<XmlElement, ExchangeFailure> {
  if (answer.status === 401) return failure({ error: unauthorized(host, logon, answer) });
  const plain = plainBody(logon?.protection, answer);
  const sealed = logon?.protection !== undefined;
  if (!plain.ok) return failure({ error: statusError(host, answer.status, plain.error, sealed) });
  if (plain.value.length === 0) return failure({ error: statusError(host, answer.status, '', sealed) });
  const message = parseEnvelope(plain.value);
  if (!message.ok) return failure({ error: statusError(host, answer.status, message.error, sealed) });
  const { relatesTo, fault, body } = message.value;
  // A fault about a header that could not be read names no message; any other answer must.
  if (messageId !== undefined && (relatesTo !== undefined || fault === undefined)) {
    if (relatesTo?.toLowerCase() !== messageId.toLowerCase()) {
      const detail = `the answer relates to ${relatesTo ?? 'no message'}, the question was ${messageId}`;
      return failure({ error: winrmError('protocolViolation', host, undefined, detail) });
    }
  }
  if (fault !== undefined) {
    const parsed = parseFault(fault);
    return failure({ error: faultError(host, parsed), fault: parsed });
  }
  if (answer.status !== 200) {
    return failure({ error: statusError(host, answer.status, 'an answer that is no fault', sealed) });
  }
  return success(body);
}

function unauthorized(host: string, logon: AuthenticatedConnection | undefined, answer: HttpAnswer): WinrmError {
  if (logon !== undefined) return logon.unauthorized(answer.challenges);
  return winrmError(
    'authenticationNotOffered',
    host,
    `${host} does not answer without a logon.`,
    offeredText(answer.challenges),
  );
}

/** The body in the clear. Other web servers' error pages are not sealed: they count by their status alone. */
function plainBody(protection: BodyProtection | undefined, answer: HttpAnswer): Result<Buffer, string> {
  if (protection === undefined || answer.body.length === 0) return success(answer.body);
  if (!isEncryptedContentType(answer.contentType) && answer.status !== 200) {
    return failure(`an unsealed answer (${answer.contentType || 'no content type'})`);
  }
  return protection.unprotect(answer.contentType, answer.body);
}

const errorCodes = {
  notSent: 'connectionLost',
  lost: 'connectionLost',
  noAnswer: 'operationTimedOut',
  aborted: 'cancelled',
  malformed: 'protocolViolation',
  certificateRefused: 'clientCertificateRefused',
} as const;

const httpError = (host: string, { kind, text }: HttpFailure): WinrmError =>
  winrmError(errorCodes[kind], host, undefined, text);

function httpFailure(host: string, failed: HttpFailure): ExchangeFailure {
  const error = httpError(host, failed);
  if (failed.kind === 'lost' || failed.kind === 'noAnswer') return { error, unanswered: failed.kind };
  return failed.kind === 'notSent' ? { error, notSent: true } : { error };
}
