import type { ShownCertificate } from './certificates/fleet-certificates.ts';
import type { Culture } from './languages.ts';
import type { OperatingSystemName } from './operating-systems.ts';
import type { FaultName } from './server/faults.ts';

/** How a simulated host departs from a healthy one. What a record leaves out is healthy; the servers read nothing else. */
export interface Behaviour {
  /** What a newcomer sees, for the README's table. */
  readonly meaning: string;
  /** At the port: `refuses` connections, or takes them and is `silent`. */
  readonly port?: 'refuses' | 'silent';
  /** Authentication schemes that it offers and takes. Default: Negotiate and Basic. */
  readonly schemes?: readonly ('Negotiate' | 'Kerberos' | 'Basic')[];
  /** Negotiate does not answer NTLM with a challenge. */
  readonly ntlm?: 'blocked';
  /** Messages that are not encrypted are refused from Basic too. */
  readonly unencrypted?: 'refused';
  /** It listens for https, with this certificate. */
  readonly certificate?: ShownCertificate;
  /**
   * Over https: it asks for client certificates. `mapped`: it logs those of the fleet's CA on as the fleet's account;
   * `unmapped`: it trusts them, but none of its accounts is mapped to one.
   */
  readonly clientCertificates?: 'mapped' | 'unmapped';
  /** Over https: `strict` refuses an NTLM logon that is not bound to the TLS connection (CbtHardeningLevel). */
  readonly channelBinding?: 'strict';
  /** It does not know the fleet's account. */
  readonly account?: 'unknown';
  /** What goes wrong with requests and their answers. */
  readonly troubles?: readonly TroubleRule[];
  /** Shells that an earlier run of ours left behind; it allows no more than these. */
  readonly staleShells?: number;
  /** Hyper-V on it. `hidden`: the account sees empty lists and no cluster; `stopped`: vmms does not run. */
  readonly hyperV?: 'notInstalled' | 'hidden' | 'stopped';
  /** Namespaces of CIM that the account may not read. */
  readonly denies?: readonly string[];
  /** Its connections: the first collection's answer is cut off mid-way, and its shells are gone. */
  readonly connection?: 'dropsOnce';
  /** What its shell finds instead of a PowerShell that runs the script. */
  readonly powershell?: 'missing' | 'blocked' | 'constrained' | 'outOfMemory' | 'noMoreProcesses';
  /** The collector script's output: it ends in the middle of a frame at every attempt, or frames change places. */
  readonly output?: 'cutMidFrame' | 'reordered';
  /** How many times as long as others it takes for a fact. */
  readonly slowness?: number;
  /** Its Windows, and its language. Default: drawn for the fleet. */
  readonly operatingSystem?: OperatingSystemName;
  readonly culture?: Culture;
  /** Its VMs: `none`, or one leaves between the first and the last baseline. */
  readonly vms?: 'none' | 'oneLeaves';
  /** The entry is a second name of another entry's machine. */
  readonly secondName?: true;
  /** Keys of its setting data do not follow the known grammar. */
  readonly keys?: 'strange';
}

/** An operation of WS-Management, by the last part of its action. */
export type Operation = 'Enumerate' | 'Pull' | 'Create' | 'Command' | 'Send' | 'Receive' | 'Signal' | 'Delete';

/** What goes wrong, at which requests. */
export interface TroubleRule {
  /** `request`: every HTTP request counts, those of authentication too. */
  readonly at: Operation | 'request';
  /** So many of them are spared first. Default 0. */
  readonly after?: number;
  /** So many are met then. Default: all. */
  readonly times?: number;
  readonly trouble: Trouble;
}

export type Trouble =
  /** The operation is not carried out, and answered with a fault. */
  | { readonly fault: FaultName }
  /** An HTTP status without a body; nothing is carried out. */
  | { readonly status: number }
  /** The connection is cut before the request is taken, or once it was carried out. */
  | { readonly reset: 'beforeTaken' | 'afterTaken' }
  /** Instead of the answer come random bytes, or more than anybody wants. */
  | { readonly answer: 'garbage' | 'oversized' }
  /** The answer names another question, or comes in small pieces. */
  | { readonly answer: 'misdirected' | 'dripping' };
