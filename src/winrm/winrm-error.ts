/**
 * Everything that can go wrong between us and a WinRM service, as stable codes that survive JSON.
 * Every SOAP fault, HTTP status and socket error maps to one of them; `detail` keeps what the other side said.
 */

interface ErrorKind {
  /** When it happens, for the README's table. */
  readonly when: string;
  /** True: a later attempt may succeed without anybody changing anything. */
  readonly retryable: boolean;
}

export const winrmErrorKinds = {
  nameNotResolved: {
    when: 'The host name has no address: DNS does not know it.',
    retryable: false,
  },
  dnsUnavailable: {
    when: 'DNS did not answer, so that nobody knows whether the host name has an address.',
    retryable: true,
  },
  connectionRefused: {
    when: 'The host answered that nothing listens on the WinRM port.',
    retryable: true,
  },
  connectTimedOut: {
    when: 'No address of the host answered in time.',
    retryable: true,
  },
  connectionReset: {
    when: 'The connection was cut while it was being made.',
    retryable: true,
  },
  hostUnreachable: {
    when: 'The network says that it cannot reach the host.',
    retryable: true,
  },
  networkUnreachable: {
    when: 'The machine this runs on has no way to the network of the host.',
    retryable: true,
  },
  connectionBlocked: {
    when: 'The machine this runs on does not allow the connection.',
    retryable: false,
  },
  localLimitReached: {
    when: 'The machine this runs on has no file handles, buffers or local ports left.',
    retryable: true,
  },
  connectionLost: {
    when: 'The connection broke in the middle of a conversation.',
    retryable: true,
  },
  certificateExpired: {
    when: "The host's certificate has expired, or is not valid yet.",
    retryable: false,
  },
  certificateNameMismatch: {
    when: "The host's certificate is for other names than the one it was asked under.",
    retryable: false,
  },
  certificateUntrusted: {
    when: "Nobody trusted here vouches for the host's certificate: self-signed, unknown issuer or incomplete chain.",
    retryable: false,
  },
  certificatePinMismatch: {
    when: 'The host showed another certificate than the one that is pinned for it.',
    retryable: false,
  },
  certificateTooWeak: {
    when: "The host's certificate, or one above it, has a signature (SHA-1, MD5) or a key too weak to be trusted.",
    retryable: false,
  },
  clientCertificateRefused: {
    when: 'The host wants a client certificate and got none, or does not trust ours: issuer, dates, purpose or revocation.',
    retryable: false,
  },
  clientCertificateNotMapped: {
    when: 'The host does not log the client certificate on: none of its accounts is mapped to it, or it does not take certificates.',
    retryable: false,
  },
  certificateNeedsHttps: {
    when: 'Client certificates were asked for over http, where none can be shown.',
    retryable: false,
  },
  tlsFailed: {
    when: 'What answers at the port and we cannot agree on TLS: no TLS there, a version before 1.2, no common cipher.',
    retryable: false,
  },
  tlsInterrupted: {
    when: 'The TLS handshake broke off, or was not finished in time.',
    retryable: true,
  },
  proxyUnreachable: {
    when: 'No HTTP proxy answers at the address that is set: its name has no address, its port is shut or silent, or no proxy is there.',
    retryable: true,
  },
  proxyAuthenticationRequired: {
    when: 'The proxy refused our account, or wants one (HTTP 407 or 401).',
    retryable: false,
  },
  proxyRefusedHost: {
    when: 'The proxy lets nobody through to this host or port.',
    retryable: false,
  },
  proxyFoundNoHost: {
    when: 'The proxy could not reach the host, or did not say so in time.',
    retryable: true,
  },
  kerberosNotInstalled: {
    when: 'Kerberos was asked for, but the package it needs is not installed, or does not work on this machine.',
    retryable: false,
  },
  kerberosNeedsHttps: {
    when: 'Kerberos was asked for over http, where messages would have to be sealed; with Kerberos that is not supported.',
    retryable: false,
  },
  kerberosFailed: {
    when: 'No Kerberos logon: no ticket, a service the domain does not know, clocks that differ, or a ticket that was refused.',
    retryable: false,
  },
  kdcUnreachable: {
    when: 'No domain controller (KDC) answered this machine, so that there is no ticket for the host.',
    retryable: true,
  },
  logonRefused: {
    when: 'The host answered, but refused this account: wrong user, password or form of the domain.',
    retryable: false,
  },
  ntlmBlocked: {
    when: 'The host offers Negotiate, but does not answer NTLM with a challenge: a policy blocks NTLM. No password was sent.',
    retryable: false,
  },
  authenticationNotOffered: {
    when: 'The host does not offer the authentication scheme asked for.',
    retryable: false,
  },
  unencryptedRefused: {
    when: 'The host refuses messages that are not encrypted.',
    retryable: false,
  },
  basicOverHttp: {
    when: 'Basic was asked for over plain http, where it would send the password in the clear.',
    retryable: false,
  },
  accessDenied: {
    when: 'The account was let in, but may not do this.',
    retryable: false,
  },
  httpForbidden: {
    when: 'HTTP 403: something before WinRM forbids the request.',
    retryable: false,
  },
  notWinrm: {
    when: 'At this port answers a web server that is no WinRM (HTTP 404, 405, or a redirection).',
    retryable: false,
  },
  requestRejected: {
    when: 'The host, or something on the way, does not take the form of our requests (HTTP 400, 411, 415).',
    retryable: true,
  },
  serviceFailed: {
    when: 'The WinRM service, or a gateway before it, failed without saying why (HTTP 500, 502, 504).',
    retryable: true,
  },
  serviceUnavailable: {
    when: 'HTTP 503: the WinRM service is starting, or its listener is not ready.',
    retryable: true,
  },
  hostBusy: {
    when: 'The host is too busy to take the request.',
    retryable: true,
  },
  requestRateQuota: {
    when: 'The account, or the host as a whole, sent more requests in a short time than the host allows.',
    retryable: true,
  },
  shellQuota: {
    when: 'The account has as many shells open on the host as it may (MaxShellsPerUser).',
    retryable: true,
  },
  shellUserQuota: {
    when: 'As many different accounts have shells open on the host as it allows (MaxConcurrentUsers).',
    retryable: true,
  },
  pluginQuota: {
    when: 'The WinRM plug-in for shells has as many shells or operations open as it may, for all accounts together.',
    retryable: true,
  },
  operationQuota: {
    when: 'The account has too many operations open on the host (MaxConcurrentOperationsPerUser).',
    retryable: true,
  },
  commandQuota: {
    when: 'The shell has as many commands as the host allows in one shell.',
    retryable: true,
  },
  quotaReached: {
    when: 'The host refuses the request because of a quota that it does not name.',
    retryable: true,
  },
  shellsNotAllowed: {
    when: 'The host does not allow remote shells (AllowRemoteShellAccess).',
    retryable: false,
  },
  shellGone: {
    when: 'The shell was closed under us: idle too long, or the service restarted.',
    retryable: true,
  },
  requestTooLarge: {
    when: 'A request is larger than the host takes, even in the smallest pieces (MaxEnvelopeSizekb, HTTP 413).',
    retryable: false,
  },
  answerTooLarge: {
    when: 'One item is larger than an answer of the host may be (MaxEnvelopeSizekb).',
    retryable: false,
  },
  resourceNotFound: {
    when: 'The host has no such namespace or class.',
    retryable: false,
  },
  invalidQuery: {
    when: 'The host could not process the query.',
    retryable: false,
  },
  invalidRequest: {
    when: 'The host understood a request, but found it invalid.',
    retryable: false,
  },
  enumerationLost: {
    when: 'The host dropped a list while it was being read.',
    retryable: true,
  },
  pluginFailed: {
    when: 'The plug-in of WinRM that should have answered failed to load or to work.',
    retryable: false,
  },
  operationTimedOut: {
    when: 'The host took a request, but did not answer it in time.',
    retryable: true,
  },
  scriptTimedOut: {
    when: 'The script did not finish before its deadline.',
    retryable: true,
  },
  protocolViolation: {
    when: 'The answer is not what WS-Management says it has to be.',
    retryable: false,
  },
  wsmanFault: {
    when: 'The host answered with a fault that has no code of its own here.',
    retryable: false,
  },
  cancelled: {
    when: 'The run was cancelled.',
    retryable: false,
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type WinrmErrorCode = keyof typeof winrmErrorKinds;

/** Errors of TLS, before anything was sent; in the order in which one of them tells more than the next. */
export const tlsErrorCodes = [
  'certificatePinMismatch',
  'certificateNameMismatch',
  'certificateExpired',
  'certificateTooWeak',
  'certificateUntrusted',
  'clientCertificateRefused',
  'tlsFailed',
  'tlsInterrupted',
] as const satisfies readonly WinrmErrorCode[];

export type TlsErrorCode = (typeof tlsErrorCodes)[number];

export interface WinrmError {
  readonly code: WinrmErrorCode;
  /** The host as it was given, without port. */
  readonly host: string;
  /** One sentence that names the host. */
  readonly message: string;
  readonly retryable: boolean;
  /** Of `accessDenied`: whether the account is the host's own, where that is known. */
  readonly account?: 'local' | 'domain';
  /** What the other side said: the fault's number and text, the HTTP status, the addresses tried. Never a secret. */
  readonly detail?: string;
}

/** Makes the error of a code; `message` replaces the sentence of the table where more is known. */
export function winrmError(code: WinrmErrorCode, host: string, message?: string, detail?: string): WinrmError {
  const { when, retryable } = winrmErrorKinds[code];
  return { code, host, message: message ?? `${host}: ${when}`, retryable, ...(detail ? { detail } : {}) };
}

const connectionErrors: ReadonlySet<string> = new Set<WinrmErrorCode>([
  'nameNotResolved',
  'dnsUnavailable',
  'connectionRefused',
  'connectTimedOut',
  'connectionReset',
  'hostUnreachable',
  'networkUnreachable',
  'connectionBlocked',
  'localLimitReached',
  'connectionLost',
  ...tlsErrorCodes,
  'proxyUnreachable',
  'proxyAuthenticationRequired',
  'proxyRefusedHost',
  'proxyFoundNoHost',
  'kerberosNotInstalled',
  'kerberosNeedsHttps',
  'kerberosFailed',
  'kdcUnreachable',
  'logonRefused',
  'ntlmBlocked',
  'authenticationNotOffered',
  'unencryptedRefused',
  'basicOverHttp',
  'clientCertificateNotMapped',
  'certificateNeedsHttps',
  'httpForbidden',
  'notWinrm',
  'serviceUnavailable',
  'cancelled',
]);

/**
 * True for errors of connecting, TLS, authentication and cancelling: nothing more can be asked over this session. Any
 * other error concerns the one operation it came to.
 */
export const endsConversation = ({ code }: { readonly code: string }): boolean => connectionErrors.has(code);

/** True where fewer bytes may do: some hosts say of a request what they mean of its answer. */
export const isTooLarge = ({ code }: WinrmError): boolean => code === 'requestTooLarge' || code === 'answerTooLarge';
