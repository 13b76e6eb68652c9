import type { HostEntry } from '../inventory/host-entry.ts';
import type { Via, Waits } from '../inventory/run-options.ts';
import type { HostProbes } from '../winrm/host-probes.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import type { AuthenticationScheme, CimWireInstance, WinrmSession } from '../winrm/winrm-session.ts';
import type { Finding } from './finding.ts';

/** What earlier checks learnt of the host, for later ones. */
export interface Knowledge {
  addresses?: readonly string[];
  /** Win32_OperatingSystem, or why it could not be read though the account was let in. */
  operatingSystem?: CimWireInstance | WinrmError;
  /** Our clock in the middle of that read, in milliseconds since 1970. */
  readAt?: number;
  /** Build number of Windows; undefined where it is not known. */
  build?: number;
  /** VMs that Hyper-V lists; undefined where the list could not be read. */
  vms?: number;
  /** What came of PowerShell in the shell that was opened for it. */
  powerShell?: Finding;
}

/** One host under examination, and the ways to look at it. */
export interface Examination {
  readonly host: HostEntry;
  readonly user: string;
  readonly authentication: AuthenticationScheme;
  readonly channelBinding: 'auto' | 'off';
  readonly via: Via;
  readonly waits: Pick<Waits, 'connectMs' | 'preflightMs' | 'scriptMs'>;
  /** The proxy's name, where hosts are reached through one. */
  readonly proxy: string | undefined;
  readonly session: WinrmSession;
  readonly probes: HostProbes;
  readonly now: () => Date;
  readonly known: Knowledge;
}

/**
 * One thing the doctor looks at. A new check is one new file and its place in `checks.ts`.
 * `reach` checks do not use the account; `logon` proves it; `rights` checks come after it was accepted.
 */
export interface Check {
  /** Stable. */
  readonly name: string;
  readonly title: string;
  readonly phase: 'reach' | 'logon' | 'rights';
  look(examination: Examination): Promise<Finding>;
}
