/**
 * Everything that can go wrong between us and a WinRM service, as stable codes that survive JSON.
 * Every SOAP fault, HTTP status and socket error maps to one of them; `detail` keeps what the other side said.
 */

interface ErrorKind {
  /** When it happens, for the README's table. */
  readonly when: string;
  /** What the user does next. */
  readonly advice: string;
  /** True: a later attempt may succeed without anybody changing anything. */
  readonly retryable: boolean;
}

export const winrmErrorKinds = {
  nameNotResolved: {
    when: 'The host name has no address.',
    advice: 'Check the spelling and the DNS of the machine this runs on.',
    retryable: true,
  },
  connectionRefused: {
    when: 'The host answered that nothing listens on the WinRM port.',
    advice: 'Run "Enable-PSRemoting" on the host, and check its firewall and the port.',
    retryable: true,
  },
  connectTimedOut: {
    when: 'No address of the host answered in time.',
    advice: 'Check that the host is up and that the firewall between lets the WinRM port through.',
    retryable: true,
  },
  connectionLost: {
    when: 'The connection broke in the middle of a conversation.',
    advice: 'Run again; if it keeps happening, look for a device on the way that cuts connections.',
    retryable: true,
  },
  certificateExpired: {
    when: "The host's certificate has expired, or is not valid yet.",
    advice: 'Renew the certificate of the HTTPS listener; where the dates are right, check the clock of this machine.',
    retryable: false,
  },
  certificateNameMismatch: {
    when: "The host's certificate is for other names than the one it was asked under.",
    advice:
      'List the host under a name of its certificate; for a tunnel or an address give that name as servername=<dns>.',
    retryable: false,
  },
  certificateUntrusted: {
    when: "Nobody trusted here vouches for the host's certificate: self-signed, unknown issuer or incomplete chain.",
    advice:
      'Give the issuing CA with --ca-file (HYPERV_CA_FILE), or, if the SHA-256 in the detail is the one that the host itself shows, pin=sha256:<hex> in the host list.',
    retryable: false,
  },
  certificatePinMismatch: {
    when: 'The host showed another certificate than the one that is pinned for it.',
    advice:
      'Find out why before anything else: renewed (then pin the new one), the wrong host, or somebody between. Nothing was sent.',
    retryable: false,
  },
  certificateTooWeak: {
    when: "The host's certificate, or one above it, has a signature (SHA-1, MD5) or a key too weak to be trusted.",
    advice: 'Issue a certificate with SHA-256 and an RSA key of 2048 bits or more.',
    retryable: false,
  },
  tlsFailed: {
    when: 'What answers at the port and we cannot agree on TLS: no TLS there, a version before 1.2, no common cipher.',
    advice: 'Check that the port is the one of an HTTPS listener (5986) and that the host has TLS 1.2 enabled.',
    retryable: false,
  },
  tlsInterrupted: {
    when: 'The TLS handshake broke off, or was not finished in time.',
    advice:
      'Run again; if it stays, check that the certificate of the HTTPS listener still exists on the host and that TLS 1.2 is enabled there.',
    retryable: true,
  },
  proxyUnreachable: {
    when: 'No HTTP proxy answers at HYPERV_PROXY: its name has no address, its port is shut or silent, or no proxy is there.',
    advice: 'Check scheme, name and port of HYPERV_PROXY, and that this machine may connect to the proxy.',
    retryable: true,
  },
  proxyAuthenticationRequired: {
    when: 'The proxy refused our account, or wants one (HTTP 407 or 401).',
    advice:
      'Put user and password into HYPERV_PROXY (http://user:password@host:port); only Basic is spoken to a proxy.',
    retryable: false,
  },
  proxyRefusedHost: {
    when: 'The proxy lets nobody through to this host or port.',
    advice: 'Have the proxy allow CONNECT to the host and its WinRM port (5985 or 5986).',
    retryable: false,
  },
  proxyFoundNoHost: {
    when: 'The proxy could not reach the host, or did not say so in time.',
    advice: 'Check that the proxy can resolve and reach the host, and that the host is up.',
    retryable: true,
  },
  logonRefused: {
    when: 'The host answered, but refused this account: wrong user, password or form of the domain.',
    advice: 'Check user and password; a domain account is DOMAIN\\user or user@domain.',
    retryable: false,
  },
  authenticationNotOffered: {
    when: 'The host does not offer the authentication scheme asked for.',
    advice: 'Choose a scheme the host offers (--auth), or enable it on the host (winrm get winrm/config/service/auth).',
    retryable: false,
  },
  unencryptedRefused: {
    when: 'The host refuses messages that are not encrypted.',
    advice: 'Use NTLM (it seals messages) or an HTTPS listener; do not set AllowUnencrypted.',
    retryable: false,
  },
  basicOverHttp: {
    when: 'Basic was asked for over plain http, where it would send the password in the clear.',
    advice: 'Use https, or NTLM; --allow-basic-over-http only for tests on one machine.',
    retryable: false,
  },
  accessDenied: {
    when: 'The account was let in, but may not do this.',
    advice:
      'Make it a member of "Remote Management Users" and "Hyper-V Administrators" (or a local administrator) on the host.',
    retryable: false,
  },
  serviceUnavailable: {
    when: 'HTTP 503: the WinRM service is starting, or its listener is not ready.',
    advice: 'Wait and run again; if it stays, restart the WinRM service on the host.',
    retryable: true,
  },
  hostBusy: {
    when: 'The host is too busy to take the request.',
    advice: 'Run again when the host has less to do.',
    retryable: true,
  },
  shellQuota: {
    when: 'The account has as many shells open on the host as it may (MaxShellsPerUser, MaxConcurrentUsers).',
    advice: 'Close what else uses this account there, or raise the quota (winrm set winrm/config/winrs).',
    retryable: true,
  },
  operationQuota: {
    when: 'The account has too many operations open on the host.',
    advice: 'Run again when other tools have finished.',
    retryable: true,
  },
  shellsNotAllowed: {
    when: 'The host does not allow remote shells (AllowRemoteShellAccess).',
    advice: 'Use --via cim, or allow remote shells by policy.',
    retryable: false,
  },
  shellGone: {
    when: 'The shell was closed under us: idle too long, or the service restarted.',
    advice: 'Run again.',
    retryable: true,
  },
  envelopeTooLarge: {
    when: 'One item or one request is larger than the host allows (MaxEnvelopeSizekb).',
    advice: 'Raise MaxEnvelopeSizekb on the host (winrm set winrm/config @{MaxEnvelopeSizekb="500"}).',
    retryable: false,
  },
  resourceNotFound: {
    when: 'The host has no such namespace or class.',
    advice: 'Nothing to do where the role or feature is not installed.',
    retryable: false,
  },
  invalidQuery: {
    when: 'The host could not process the query.',
    advice: 'Report it, with the text of the fault.',
    retryable: false,
  },
  operationTimedOut: {
    when: 'The host took a request, but did not answer it in time.',
    advice: 'Run again; if it stays, raise the operation timeout (or, before collecting, the preflight timeout).',
    retryable: true,
  },
  scriptTimedOut: {
    when: 'The script did not finish before its deadline.',
    advice: 'What had arrived was kept. Raise the script timeout, or look at what hangs on the host.',
    retryable: true,
  },
  protocolViolation: {
    when: 'The answer is not what WS-Management says it has to be.',
    advice: 'Check that the port belongs to WinRM and that no proxy changes the answers.',
    retryable: false,
  },
  wsmanFault: {
    when: 'The host answered with a fault that has no code of its own here.',
    advice: 'Look the fault up by the number in the detail.',
    retryable: false,
  },
  cancelled: {
    when: 'The run was cancelled.',
    advice: 'Use --resume to go on.',
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
  readonly advice: string;
  readonly retryable: boolean;
  /** What the other side said: the fault's number and text, the HTTP status, the addresses tried. Never a secret. */
  readonly detail?: string;
}

/** Makes the error of a code; `message` replaces the sentence of the table where more is known. */
export function winrmError(code: WinrmErrorCode, host: string, message?: string, detail?: string): WinrmError {
  const { when, advice, retryable } = winrmErrorKinds[code];
  return { code, host, message: message ?? `${host}: ${when}`, advice, retryable, ...(detail ? { detail } : {}) };
}

const connectionErrors: ReadonlySet<string> = new Set<WinrmErrorCode>([
  'nameNotResolved',
  'connectionRefused',
  'connectTimedOut',
  'connectionLost',
  ...tlsErrorCodes,
  'proxyUnreachable',
  'proxyAuthenticationRequired',
  'proxyRefusedHost',
  'proxyFoundNoHost',
  'logonRefused',
  'authenticationNotOffered',
  'unencryptedRefused',
  'basicOverHttp',
  'serviceUnavailable',
  'cancelled',
]);

/**
 * True for errors of connecting, TLS, authentication and cancelling: nothing more can be asked over this session. Any
 * other error concerns the one operation it came to.
 */
export const endsConversation = ({ code }: { readonly code: string }): boolean => connectionErrors.has(code);
