/**
 * The commands that mend a finding. Documented by Microsoft: Enable-PSRemoting, the WSMan: drive (about_WSMan_Provider),
 * Add-LocalGroupMember -SID (groups have other names in other languages), Grant-ClusterAccess, Enable-NetFirewallRule,
 * winrm configSDDL. None of them allows unencrypted messages or trusts hosts blindly.
 */
import { advised, type HostError, type HostErrorCode } from '../inventory/host-error.ts';
import { isLocalAccount } from '../winrm/account-kind.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import type { Mending } from './finding.ts';

/** What a command depends on. */
export interface Patient {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  readonly user: string;
  /** Name of its credential in the host list; undefined: the default one. */
  readonly credential: string | undefined;
  /** As the host calls itself; undefined where it is not known. */
  readonly computerName: string | undefined;
  /** Build number of its Windows. */
  readonly build: number | undefined;
}

/** Local groups by the ids that are the same in every language. */
const groups = {
  administrators: { sid: 'S-1-5-32-544', name: 'Administrators' },
  hyperVAdministrators: { sid: 'S-1-5-32-578', name: 'Hyper-V Administrators' },
  remoteManagementUsers: { sid: 'S-1-5-32-580', name: 'Remote Management Users' },
} as const;
export type LocalGroup = keyof typeof groups;

/** The first Windows with Add-LocalGroupMember. */
const server2016 = 14_393;

/** A text in PowerShell's single quotes: nothing in it means anything there. */
export const quoted = (text: string): string => `'${text.replace(/['\u2018-\u201B]/g, '$&$&')}'`;

/** The account as the host's own commands take it: `.\user` is said without the dot. */
const memberOf = ({ user }: Patient): string => user.replace(/^\.\\/, '');

/** Makes the account a member of a local group. */
export function joinGroup(group: LocalGroup, patient: Patient): string {
  const { sid, name } = groups[group];
  const member = quoted(memberOf(patient));
  // Only there the group has to be named in the host's own language.
  if (patient.build !== undefined && patient.build < server2016) return `net localgroup "${name}" ${member} /add`;
  return `Add-LocalGroupMember -SID ${sid} -Member ${member}`;
}

const onHost = (what: string, ...commands: readonly string[]): Mending => ({ where: 'host', what, commands });
const here = (what: string, ...commands: readonly string[]): Mending => ({ where: 'here', what, commands });

const certificates = 'Get-ChildItem Cert:\\LocalMachine\\My | Format-List Subject, DnsNameList, NotAfter, Thumbprint';
const renewListener =
  "Get-ChildItem WSMan:\\localhost\\Listener | Where-Object Keys -Contains 'Transport=HTTPS' | Remove-Item -Recurse -Force";
const newListener =
  'New-Item WSMan:\\localhost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint <thumbprint> -Force';
const setLimit = (path: string, value: string): string => `Set-Item WSMan:\\localhost\\${path} ${value}`;

function openFirewall({ scheme, port }: Patient): Mending {
  if (scheme === 'http' && port === 5985) {
    return onHost('Let the WinRM port through the firewall.', 'Enable-NetFirewallRule -Name WINRM-HTTP-In-TCP');
  }
  return onHost(
    'Let the WinRM port through the firewall, for the machine this runs on only.',
    `New-NetFirewallRule -DisplayName 'WinRM ${port}' -Direction Inbound -Protocol TCP -LocalPort ${port} -RemoteAddress <this machine> -Action Allow`,
  );
}

const listen = ({ scheme }: Patient): Mending =>
  scheme === 'http'
    ? onHost('Start WinRM and its listener.', 'Enable-PSRemoting -Force')
    : onHost('Give WinRM an HTTPS listener with a certificate of the host.', certificates, newListener);

/** Group membership; for a local administrator also the switch that UAC has for it, with what it weakens. */
export function letIn(patient: Patient): Mending {
  const membership = onHost(
    'Make the account a member of the groups that may read by WinRM and see Hyper-V.',
    joinGroup('remoteManagementUsers', patient),
    joinGroup('hyperVAdministrators', patient),
  );
  if (!isLocalAccount(patient.user, patient.computerName)) return membership;
  return {
    ...membership,
    otherwise: {
      what:
        'If it is a local administrator already, UAC takes that away from it over the network. Better: a domain account. ' +
        'Else this lets local administrators keep it.',
      commands: [
        "New-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System' -Name LocalAccountTokenFilterPolicy -PropertyType DWord -Value 1 -Force",
      ],
      weakens:
        'Whoever learns the password, or its hash, of any local administrator of this host can then administer it over ' +
        'the network, and every other host with the same local password.',
    },
  };
}

const lookForRefusals = (patient: Patient): Mending =>
  onHost(
    `Check user and password of "${patient.user}". The host's Security log says why it refused (Status, SubStatus).`,
    "Get-WinEvent -FilterHashtable @{ LogName = 'Security'; Id = 4625 } -MaxEvents 5 | Format-List TimeCreated, Message",
  );

/** By code; a code without an entry is mended as the catalogue of errors advises, without a command. */
const byCode: Partial<Record<HostErrorCode, (patient: Patient) => Mending>> = {
  nameNotResolved: ({ host }) => here('Check the spelling and the DNS of this machine.', `nslookup ${host}`),
  dnsUnavailable: ({ host }) => here('Check that the DNS server of this machine answers.', `nslookup ${host}`),
  connectionRefused: listen,
  connectTimedOut: openFirewall,
  hostUnreachable: openFirewall,
  connectionReset: listen,
  certificateExpired: () =>
    onHost('Give the HTTPS listener a certificate that is valid.', certificates, renewListener, newListener),
  certificateTooWeak: () =>
    onHost(
      'Issue a certificate with SHA-256 and 2048 bits or more, and give it to the listener.',
      certificates,
      renewListener,
      newListener,
    ),
  certificateNameMismatch: () =>
    onHost(
      'List the host under a name of its certificate, or give the listener a certificate for the name in the list.',
      certificates,
    ),
  certificateUntrusted: () =>
    onHost(
      'Give the issuing CA to this program (HYPERV_CA_FILE, a PEM file). On a Windows that has it among its roots, this ' +
        'writes it out in DER; "certutil -encode" makes PEM of it.',
      "Get-ChildItem Cert:\\LocalMachine\\Root | Where-Object Subject -EQ '<issuer>' | Export-Certificate -FilePath root.cer",
    ),
  certificatePinMismatch: () =>
    onHost('Find out why it is another certificate before anything else; only then pin the new one.', certificates),
  tlsFailed: () =>
    onHost(
      'Check that this port has an HTTPS listener, and which certificate it has.',
      'winrm enumerate winrm/config/listener',
    ),
  tlsInterrupted: () =>
    onHost(
      'Check that the certificate of the HTTPS listener still exists on the host, with its private key.',
      'winrm enumerate winrm/config/listener',
      certificates,
    ),
  notWinrm: () => onHost('Check which port WinRM listens on.', 'winrm enumerate winrm/config/listener'),
  protocolViolation: () => onHost('Check which port WinRM listens on.', 'winrm enumerate winrm/config/listener'),
  serviceUnavailable: () => onHost('Restart the WinRM service.', 'Restart-Service WinRM'),
  serviceFailed: () => onHost('Restart the WinRM service.', 'Restart-Service WinRM'),
  pluginFailed: () => onHost('Restart the WinRM service.', 'Restart-Service WinRM'),
  logonRefused: lookForRefusals,
  cancelled: () => here('Run the doctor again.'),
  credentialMissing: ({ credential }) => {
    const suffix = credential === undefined ? '' : `_${credential.toUpperCase()}`;
    return here(
      'Put the account into .env (or the environment); where KEY_VAULT_URL is set, into that Key Vault.',
      `HYPERV_USER${suffix}='<DOMAIN\\account>'`,
      `HYPERV_PASSWORD${suffix}='<password>'`,
    );
  },
  ntlmBlocked: () =>
    onHost(
      'A policy blocks NTLM (1: for domain accounts, 2: for all). Use another way to log on (--auth), or exempt the host.',
      "Get-ItemProperty 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0' -Name RestrictReceivingNTLMTraffic",
    ),
  authenticationNotOffered: () =>
    onHost(
      'Use a way to log on that the host offers (--auth); NTLM needs Negotiate.',
      'Get-ChildItem WSMan:\\localhost\\Service\\Auth',
      setLimit('Service\\Auth\\Negotiate', '$true'),
    ),
  basicOverHttp: () => here('Log on by NTLM, which seals messages, or list the host with https://.', '--auth ntlm'),
  unencryptedRefused: () =>
    here('Log on by NTLM, which seals messages, or list the host with https://.', '--auth ntlm'),
  accessDenied: letIn,
  noHyperVRights: (patient) =>
    onHost(
      'Let the account see Hyper-V. It takes effect at its next logon.',
      joinGroup('hyperVAdministrators', patient),
    ),
  vmmsStopped: () => onHost('Start the service that all of Hyper-V is asked through.', 'Start-Service vmms'),
  notHyperV: () =>
    onHost('Take it off the list, if it is not meant to have the role.', 'Get-WindowsFeature -Name Hyper-V'),
  shellsNotAllowed: () =>
    onHost(
      'Allow remote shells, unless a group policy forbids them.',
      setLimit('Shell\\AllowRemoteShellAccess', '$true'),
    ),
  shellQuota: () =>
    onHost(
      'See who has shells open, and raise the quota if they are needed.',
      'Get-WSManInstance -ResourceURI Shell -Enumerate | Format-Table Name, Owner, ClientIP, ShellInactivity',
      setLimit('Shell\\MaxShellsPerUser', '50'),
    ),
  shellUserQuota: () =>
    onHost(
      'See who has shells open, and raise the quota if they are needed.',
      'Get-WSManInstance -ResourceURI Shell -Enumerate | Format-Table Name, Owner, ClientIP, ShellInactivity',
      setLimit('Shell\\MaxConcurrentUsers', '20'),
    ),
  operationQuota: () => onHost('Raise the quota.', setLimit('Service\\MaxConcurrentOperationsPerUser', '4294967295')),
  shellMemoryQuota: () => onHost('Give shells more memory.', setLimit('Shell\\MaxMemoryPerShellMB', '2048')),
  shellProcessQuota: () => onHost('Allow shells more processes.', setLimit('Shell\\MaxProcessesPerShell', '50')),
  requestTooLarge: () => onHost('Raise the limit.', setLimit('MaxEnvelopeSizekb', '500')),
  answerTooLarge: () => onHost('Raise the limit.', setLimit('MaxEnvelopeSizekb', '500')),
};

/** How an error is mended on this host. */
export function mendingOf(error: Pick<HostError, 'code' | 'advice'> | WinrmError, patient: Patient): Mending {
  const { code, advice } = 'advice' in error ? error : advised(error);
  return byCode[code]?.(patient) ?? { where: 'here', what: advice, commands: [] };
}
