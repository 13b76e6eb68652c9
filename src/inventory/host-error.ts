import { type WinrmError, type WinrmErrorCode, winrmErrorKinds } from '../winrm/winrm-error.ts';
import { accessAdvice, winrmAdvice } from './winrm-advice.ts';

interface ErrorKind {
  /** When it happens, for the README's table. */
  readonly when: string;
  /** What the user does next. */
  readonly advice: string;
  /** True: a later attempt may succeed without anybody changing anything. */
  readonly retryable: boolean;
}

/** What can go wrong with one host beyond WinRM itself. */
const inventoryErrorKinds = {
  accountRefused: {
    when: 'Its account was refused twice elsewhere in this run, so this host was not asked: more refusals could lock the account out.',
    advice: 'Mend user or password of that credential, then feed the retry file back.',
    retryable: false,
  },
  credentialMissing: {
    when: 'Neither the settings nor the Key Vault hold an account for the host.',
    advice:
      'Set HYPERV_USER_<NAME> and HYPERV_PASSWORD_<NAME>, for --auth certificate HYPERV_CERT_FILE_<NAME> and ' +
      'HYPERV_KEY_FILE_<NAME>; in a Key Vault make the secret that the error names.',
    retryable: false,
  },
  credentialUnusable: {
    when: 'There is an account for the host, but it cannot be used: a secret that is disabled, expired or empty, a certificate without its key.',
    advice: 'Mend what the error names; then feed the retry file back.',
    retryable: false,
  },
  vaultForbidden: {
    when: 'The Key Vault does not let this program read the secret of the account.',
    advice:
      'Give the identity that it runs under the role "Key Vault Secrets User" on the vault (with access policies: Get and ' +
      'List of secrets), and let its network through the firewall of the vault.',
    retryable: false,
  },
  vaultSignInFailed: {
    when: 'There is no identity that the Key Vault could be asked with, or it got no token.',
    advice:
      'In Azure give the app a managed identity (a user-assigned one is named by AZURE_CLIENT_ID); elsewhere run "az login".',
    retryable: true,
  },
  vaultThrottled: {
    when: 'The Key Vault had too many requests, and wants to be asked later than this host can wait.',
    advice: 'Run again later; if it stays, look who else asks this vault so much.',
    retryable: true,
  },
  vaultUnreachable: {
    when: 'The Key Vault did not answer, or not in time.',
    advice: 'Check KEY_VAULT_URL, DNS, and the way to the vault (private endpoint, firewall, proxy).',
    retryable: true,
  },
  notHyperV: {
    when: 'The host has no root/virtualization/v2 namespace: the Hyper-V role is not installed.',
    advice: 'Take it off the list, or install the role.',
    retryable: false,
  },
  vmmsStopped: {
    when: 'The Hyper-V Virtual Machine Management service (vmms) does not run.',
    advice: 'Start-Service vmms on the host.',
    retryable: true,
  },
  noHyperVRights: {
    when: 'The account may log on, but Hyper-V shows it nothing: an empty list that is no proof of no VMs.',
    advice: 'Make the account a member of "Hyper-V Administrators" on the host.',
    retryable: false,
  },
  baselineFailed: {
    when: "The host's own list of VMs could not be read.",
    advice: 'See the detail; run again with the retry file.',
    retryable: true,
  },
  nothingCollected: {
    when: 'The host was reached, but nothing usable came back.',
    advice: 'See the attempts in the report; run again with the retry file.',
    retryable: true,
  },
  scriptRefused: {
    when: 'PowerShell on the host would not run the collector script (constrained language, AMSI, WDAC).',
    advice: 'The host is gathered by CIM instead; nothing to do.',
    retryable: false,
  },
  scriptFailed: {
    when: 'PowerShell on the host ended without a usable answer.',
    advice: 'The host is gathered by CIM instead; see the detail.',
    retryable: true,
  },
  powershellMissing: {
    when: 'The host has no powershell.exe where its shell looks for it.',
    advice: 'The host is gathered by CIM instead; check PATH and the PowerShell feature there.',
    retryable: false,
  },
  shellMemoryQuota: {
    when: 'The collector script ran out of memory: what a remote shell may use (MaxMemoryPerShellMB) or the host has.',
    advice:
      'Raise the quota (winrm set winrm/config/winrs @{MaxMemoryPerShellMB="2048"}), free memory on the host, or use ' +
      '--via cim.',
    retryable: true,
  },
  shellProcessQuota: {
    when: 'The remote shell may start no further process (MaxProcessesPerShell).',
    advice: 'Raise the quota (winrm set winrm/config/winrs @{MaxProcessesPerShell="25"}), or use --via cim.',
    retryable: false,
  },
  storeFailed: {
    when: 'What the host gave could not be kept: the disk or the store failed.',
    advice: 'Free space or mend the rights, then go on with --resume.',
    retryable: false,
  },
  activityFailed: {
    when: 'The exporter itself failed while it worked on this host.',
    advice: 'A bug: report it, with the detail.',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type HostErrorCode = WinrmErrorCode | keyof typeof inventoryErrorKinds;

const winrmKinds = Object.fromEntries(
  Object.entries(winrmErrorKinds).map(([code, { when, retryable }]) => [
    code,
    { when, advice: winrmAdvice[code as WinrmErrorCode], retryable },
  ]),
) as Readonly<Record<WinrmErrorCode, ErrorKind>>;

/** Every error there is of a host, by its code. */
export const hostErrorKinds: Readonly<Record<HostErrorCode, ErrorKind>> = { ...winrmKinds, ...inventoryErrorKinds };

/** Why a host, or one attempt at it, failed. Survives JSON; never holds a secret. */
export interface HostError {
  readonly code: HostErrorCode;
  readonly host: string;
  readonly message: string;
  readonly advice: string;
  readonly retryable: boolean;
  readonly detail?: string;
}

/** Makes the error of a code; `message` replaces the sentence of the table where more is known. */
export function hostError(code: HostErrorCode, host: string, message?: string, detail?: string): HostError {
  const { when, advice, retryable } = hostErrorKinds[code];
  return { code, host, message: message ?? `${host}: ${when}`, advice, retryable, ...(detail ? { detail } : {}) };
}

/** An error of WinRM with what to do about it; one that has its advice stays as it is. */
export function advised(error: WinrmError | HostError): HostError {
  if ('advice' in error) return error;
  const { code, host, message, account, retryable, detail } = error;
  const advice = code === 'accessDenied' && account ? accessAdvice[account] : winrmAdvice[code];
  return { code, host, message, advice, retryable, ...(detail ? { detail } : {}) };
}

/** Longest detail of an exception, in characters: it goes into histories and reports. */
const longestDetail = 500;

/** What an exception in an activity becomes: its first sentence, without the stack that an SDK may put behind it. */
export function activityFailed(host: string, thrown: unknown): HostError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return hostError('activityFailed', host, undefined, (message.split('\n')[0] ?? '').trim().slice(0, longestDetail));
}

/** Each error once, in the order of its first mention: what is kept of a host may repeat what was told before. */
export function distinctErrors(errors: readonly HostError[]): readonly HostError[] {
  const byText = new Map<string, HostError>();
  for (const error of errors) {
    const text = JSON.stringify([error.code, error.message, error.detail]);
    if (!byText.has(text)) byText.set(text, error);
  }
  return [...byText.values()];
}
