import type { WinrmErrorCode } from '../winrm/winrm-error.ts';

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

/** What the user does next about an error of WinRM. */
export const winrmAdvice: Readonly<Record<WinrmErrorCode, string>> = {
  nameNotResolved: 'Check the spelling, and that DNS has the host (nslookup); give the full name, or the address.',
  dnsUnavailable: 'Check the DNS servers of the machine this runs on, and the way to them (VPN).',
  connectionRefused: 'Run "Enable-PSRemoting" on the host, and check its firewall and the port.',
  connectTimedOut: 'Check that the host is up and that the firewall between lets the WinRM port through.',
  connectionReset: 'Check that the port is the one of WinRM, and look for a firewall or load balancer on the way.',
  hostUnreachable: 'Check that the host is up, its address, and the routers between here and there.',
  networkUnreachable: 'Check its own network, VPN and routes; for an IPv6 address, whether it has IPv6 at all.',
  connectionBlocked: 'Let this program through its firewall or security software, or out of its sandbox.',
  localLimitReached: 'Lower --concurrency, or raise the limit (ulimit -n; the range of local ports).',
  connectionLost: 'Run again; if it keeps happening, look for a device on the way that cuts connections.',
  certificateExpired:
    'Renew the certificate of the HTTPS listener; where the dates are right, check the clock of this machine.',
  certificateNameMismatch:
    'List the host under a name of its certificate; for a tunnel or an address give that name as servername=<dns>.',
  certificateUntrusted:
    'Give the issuing CA with --ca-file (HYPERV_CA_FILE), or, if the SHA-256 in the detail is the one that the host itself shows, pin=sha256:<hex> in the host list.',
  certificatePinMismatch:
    'Find out why before anything else: renewed (then pin the new one), the wrong host, or somebody between. Nothing was sent.',
  certificateTooWeak: 'Issue a certificate with SHA-256 and an RSA key of 2048 bits or more.',
  clientCertificateRefused:
    'Have the CA of the client certificate (HYPERV_CERT_FILE) trusted on the host (Cert:\\LocalMachine\\Root), and check ' +
    'that the certificate is for client authentication and not revoked.',
  clientCertificateNotMapped:
    'On the host map it to a local account (New-Item WSMan:\\localhost\\ClientCertificate), and turn certificates on, ' +
    'which they are not by default (winrm set winrm/config/service/auth @{Certificate="true"}).',
  certificateNeedsHttps: 'Put https:// before the host, and give it an HTTPS listener; or use NTLM.',
  tlsFailed: 'Check that the port is the one of an HTTPS listener (5986) and that the host has TLS 1.2 enabled.',
  tlsInterrupted:
    'Run again; if it stays, check that the certificate of the HTTPS listener still exists on the host and that TLS 1.2 is enabled there.',
  proxyUnreachable: 'Check scheme, name and port of HYPERV_PROXY, and that this machine may connect to the proxy.',
  proxyAuthenticationRequired:
    'Put user and password into HYPERV_PROXY (http://user:password@host:port); only Basic is spoken to a proxy.',
  proxyRefusedHost: 'Have the proxy allow CONNECT to the host and its WinRM port (5985 or 5986).',
  proxyFoundNoHost: 'Check that the proxy can resolve and reach the host, and that the host is up.',
  kerberosNotInstalled:
    'Run "npm install --save-peer --save-exact kerberos@7.0.0" where the exporter is installed; on Linux it needs the Kerberos libraries (libgssapi-krb5-2).',
  kerberosNeedsHttps: 'Put https:// before the host, and give it an HTTPS listener; or use NTLM, which seals messages.',
  kerberosFailed:
    'Name the host by its full DNS name, check the ticket (klist) and the clocks; the detail has the text of the Kerberos library.',
  kdcUnreachable: 'Check the DNS and krb5.conf of this machine, and that it reaches port 88 of a domain controller.',
  logonRefused:
    'Check user and password; a domain account is DOMAIN\\user or user@domain. Where both are right, the host or the ' +
    'domain may refuse NTLM to it ("Restrict NTLM", Protected Users), or the account is locked, disabled or expired: ' +
    "see event 4625 in the host's Security log.",
  ntlmBlocked:
    'Use Kerberos or a certificate over https, or exempt the host ("Network security: Restrict NTLM: Incoming NTLM ' +
    'traffic").',
  authenticationNotOffered:
    'Choose a scheme the host offers (--auth), or enable it on the host (winrm get winrm/config/service/auth).',
  unencryptedRefused: 'Use NTLM (it seals messages) or an HTTPS listener; do not set AllowUnencrypted.',
  basicOverHttp: 'Use https, or NTLM; --allow-basic-over-http only for tests on one machine.',
  accessDenied: `${groupAdvice} ${localAccountAdvice}`,
  httpForbidden:
    'Look for a proxy or a filter on the way (IPv4Filter of WinRM); over https the listener may want a certificate.',
  notWinrm:
    'Check the port; "winrm enumerate winrm/config/listener" on the host names the right one and its URLPrefix.',
  requestRejected:
    'Look for a proxy or load balancer that changes requests or spreads one conversation over several connections.',
  serviceFailed: 'Run again; if it stays, restart the WinRM service on the host and see its event log.',
  serviceUnavailable: 'Wait and run again; if it stays, restart the WinRM service on the host.',
  hostBusy: 'Run again when the host has less to do.',
  requestRateQuota: 'Run again later, or at another time than the other tools that use this account.',
  shellQuota:
    'Close what else uses this account there, or raise the quota ' +
    '(winrm set winrm/config/winrs @{MaxShellsPerUser="50"}).',
  shellUserQuota:
    'Close the shells of other accounts there, or raise the quota ' +
    '(winrm set winrm/config/winrs @{MaxConcurrentUsers="20"}).',
  pluginQuota:
    'Run again when other tools have finished, or raise the quotas of the plug-in (WSMan:\\localhost\\Plugin).',
  operationQuota:
    'Run again when other tools have finished, or raise the quota ' +
    '(winrm set winrm/config/service @{MaxConcurrentOperationsPerUser="4294967295"}).',
  commandQuota: 'Run again: a new shell starts with none.',
  quotaReached: 'Compare "winrm get winrm/config" with a host that works, and see the text of the fault.',
  shellsNotAllowed: 'Use --via cim, or allow remote shells by policy.',
  shellGone: 'Run again.',
  requestTooLarge:
    'Raise the limit on the host (winrm set winrm/config @{MaxEnvelopeSizekb="500"}), or that of a proxy on the way.',
  answerTooLarge: 'Raise the limit on the host (winrm set winrm/config @{MaxEnvelopeSizekb="500"}).',
  resourceNotFound: 'Nothing to do where the role or feature is not installed.',
  invalidQuery: 'Report it, with the text of the fault.',
  invalidRequest: 'A bug of the exporter, or a Windows it does not know: report it, with the text of the fault.',
  enumerationLost: 'Run again; if it stays, look whether the WinRM service keeps restarting on the host.',
  pluginFailed:
    'Restart the WinRM service on the host, and see its event log; Windows Management Framework may be damaged.',
  operationTimedOut:
    'Run again; if it stays, raise the operation timeout (or, before collecting, the preflight timeout).',
  scriptTimedOut: 'What had arrived was kept. Raise the script timeout, or look at what hangs on the host.',
  protocolViolation: 'Check that the port belongs to WinRM and that no proxy changes the answers.',
  wsmanFault: 'Look the fault up by the number in the detail.',
  cancelled: 'Use --resume to go on.',
};
