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

/** Rights that any account may lack. */
const groupAdvice =
  'Make it a member of "Remote Management Users" and "Hyper-V Administrators" (or a local administrator) on the host.';
/** What only an account of the host itself meets. */
const localAccountAdvice =
  "Over the network UAC takes the administrator's rights away from an account of the host itself: use a domain " +
  'account, or set LocalAccountTokenFilterPolicy to 1 there ' +
  '(HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System).';

/** The advice of `accessDenied`, where it is known whether the account is the host's own. */
export const accessAdvice = {
  local: `${localAccountAdvice} Or: ${groupAdvice}`,
  domain: groupAdvice,
} as const;

export const winrmErrorKinds = {
  nameNotResolved: {
    when: 'The host name has no address: DNS does not know it.',
    advice: 'Check the spelling, and that DNS has the host (nslookup); give the full name, or the address.',
    retryable: false,
  },
  dnsUnavailable: {
    when: 'DNS did not answer, so that nobody knows whether the host name has an address.',
    advice: 'Check the DNS servers of the machine this runs on, and the way to them (VPN).',
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
  connectionReset: {
    when: 'The connection was cut while it was being made.',
    advice: 'Check that the port is the one of WinRM, and look for a firewall or load balancer on the way.',
    retryable: true,
  },
  hostUnreachable: {
    when: 'The network says that it cannot reach the host.',
    advice: 'Check that the host is up, its address, and the routers between here and there.',
    retryable: true,
  },
  networkUnreachable: {
    when: 'The machine this runs on has no way to the network of the host.',
    advice: 'Check its own network, VPN and routes; for an IPv6 address, whether it has IPv6 at all.',
    retryable: true,
  },
  connectionBlocked: {
    when: 'The machine this runs on does not allow the connection.',
    advice: 'Let this program through its firewall or security software, or out of its sandbox.',
    retryable: false,
  },
  localLimitReached: {
    when: 'The machine this runs on has no file handles, buffers or local ports left.',
    advice: 'Lower --concurrency, or raise the limit (ulimit -n; the range of local ports).',
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
  clientCertificateRefused: {
    when: 'The host wants a client certificate and got none, or does not trust ours: issuer, dates, purpose or revocation.',
    advice:
      'Have the CA of the client certificate (HYPERV_CERT_FILE) trusted on the host (Cert:\\LocalMachine\\Root), and check ' +
      'that the certificate is for client authentication and not revoked.',
    retryable: false,
  },
  clientCertificateNotMapped: {
    when: 'The host does not log the client certificate on: none of its accounts is mapped to it, or it does not take certificates.',
    advice:
      'On the host map it to a local account (New-Item WSMan:\\localhost\\ClientCertificate), and turn certificates on, ' +
      'which they are not by default (winrm set winrm/config/service/auth @{Certificate="true"}).',
    retryable: false,
  },
  certificateNeedsHttps: {
    when: 'Client certificates were asked for over http, where none can be shown.',
    advice: 'Put https:// before the host, and give it an HTTPS listener; or use NTLM.',
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
  kerberosNotInstalled: {
    when: 'Kerberos was asked for, but the package it needs is not installed, or does not work on this machine.',
    advice:
      'Run "npm install --save-peer --save-exact kerberos@7.0.0" where the exporter is installed; on Linux it needs the Kerberos libraries (libgssapi-krb5-2).',
    retryable: false,
  },
  kerberosNeedsHttps: {
    when: 'Kerberos was asked for over http, where messages would have to be sealed; with Kerberos that is not supported.',
    advice: 'Put https:// before the host, and give it an HTTPS listener; or use NTLM, which seals messages.',
    retryable: false,
  },
  kerberosFailed: {
    when: 'No Kerberos logon: no ticket, a service the domain does not know, clocks that differ, or a ticket that was refused.',
    advice:
      'Name the host by its full DNS name, check the ticket (klist) and the clocks; the detail has the text of the Kerberos library.',
    retryable: false,
  },
  kdcUnreachable: {
    when: 'No domain controller (KDC) answered this machine, so that there is no ticket for the host.',
    advice: 'Check the DNS and krb5.conf of this machine, and that it reaches port 88 of a domain controller.',
    retryable: true,
  },
  logonRefused: {
    when: 'The host answered, but refused this account: wrong user, password or form of the domain.',
    advice:
      'Check user and password; a domain account is DOMAIN\\user or user@domain. Where both are right, the host or the ' +
      'domain may refuse NTLM to it ("Restrict NTLM", Protected Users), or the account is locked, disabled or expired: ' +
      "see event 4625 in the host's Security log.",
    retryable: false,
  },
  ntlmBlocked: {
    when: 'The host offers Negotiate, but does not answer NTLM with a challenge: a policy blocks NTLM. No password was sent.',
    advice:
      'Use Kerberos or a certificate over https, or exempt the host ("Network security: Restrict NTLM: Incoming NTLM ' +
      'traffic").',
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
    advice: `${groupAdvice} ${localAccountAdvice}`,
    retryable: false,
  },
  httpForbidden: {
    when: 'HTTP 403: something before WinRM forbids the request.',
    advice:
      'Look for a proxy or a filter on the way (IPv4Filter of WinRM); over https the listener may want a certificate.',
    retryable: false,
  },
  notWinrm: {
    when: 'At this port answers a web server that is no WinRM (HTTP 404, 405, or a redirection).',
    advice:
      'Check the port; "winrm enumerate winrm/config/listener" on the host names the right one and its URLPrefix.',
    retryable: false,
  },
  requestRejected: {
    when: 'The host, or something on the way, does not take the form of our requests (HTTP 400, 411, 415).',
    advice:
      'Look for a proxy or load balancer that changes requests or spreads one conversation over several connections.',
    retryable: true,
  },
  serviceFailed: {
    when: 'The WinRM service, or a gateway before it, failed without saying why (HTTP 500, 502, 504).',
    advice: 'Run again; if it stays, restart the WinRM service on the host and see its event log.',
    retryable: true,
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
  requestRateQuota: {
    when: 'The account, or the host as a whole, sent more requests in a short time than the host allows.',
    advice: 'Run again later, or at another time than the other tools that use this account.',
    retryable: true,
  },
  shellQuota: {
    when: 'The account has as many shells open on the host as it may (MaxShellsPerUser).',
    advice:
      'Close what else uses this account there, or raise the quota ' +
      '(winrm set winrm/config/winrs @{MaxShellsPerUser="50"}).',
    retryable: true,
  },
  shellUserQuota: {
    when: 'As many different accounts have shells open on the host as it allows (MaxConcurrentUsers).',
    advice:
      'Close the shells of other accounts there, or raise the quota ' +
      '(winrm set winrm/config/winrs @{MaxConcurrentUsers="20"}).',
    retryable: true,
  },
  pluginQuota: {
    when: 'The WinRM plug-in for shells has as many shells or operations open as it may, for all accounts together.',
    advice: 'Run again when other tools have finished, or raise the quotas of the plug-in (WSMan:\\localhost\\Plugin).',
    retryable: true,
  },
  operationQuota: {
    when: 'The account has too many operations open on the host (MaxConcurrentOperationsPerUser).',
    advice:
      'Run again when other tools have finished, or raise the quota ' +
      '(winrm set winrm/config/service @{MaxConcurrentOperationsPerUser="4294967295"}).',
    retryable: true,
  },
  commandQuota: {
    when: 'The shell has as many commands as the host allows in one shell.',
    advice: 'Run again: a new shell starts with none.',
    retryable: true,
  },
  quotaReached: {
    when: 'The host refuses the request because of a quota that it does not name.',
    advice: 'Compare "winrm get winrm/config" with a host that works, and see the text of the fault.',
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
  requestTooLarge: {
    when: 'A request is larger than the host takes, even in the smallest pieces (MaxEnvelopeSizekb, HTTP 413).',
    advice:
      'Raise the limit on the host (winrm set winrm/config @{MaxEnvelopeSizekb="500"}), or that of a proxy on the way.',
    retryable: false,
  },
  answerTooLarge: {
    when: 'One item is larger than an answer of the host may be (MaxEnvelopeSizekb).',
    advice: 'Raise the limit on the host (winrm set winrm/config @{MaxEnvelopeSizekb="500"}).',
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
  invalidRequest: {
    when: 'The host understood a request, but found it invalid.',
    advice: 'A bug of the exporter, or a Windows it does not know: report it, with the text of the fault.',
    retryable: false,
  },
  enumerationLost: {
    when: 'The host dropped a list while it was being read.',
    advice: 'Run again; if it stays, look whether the WinRM service keeps restarting on the host.',
    retryable: true,
  },
  pluginFailed: {
    when: 'The plug-in of WinRM that should have answered failed to load or to work.',
    advice:
      'Restart the WinRM service on the host, and see its event log; Windows Management Framework may be damaged.',
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
