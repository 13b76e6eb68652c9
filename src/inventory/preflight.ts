import type { HostEntry } from './host-entry.ts';
import type { HostError } from './host-error.ts';

/** Who a host is. Null where the host did not tell. */
export interface HostIdentity {
  /** Lower-case FQDN; a workgroup host its short name. */
  readonly fqdn: string | null;
  readonly computerName: string | null;
  readonly domain: string | null;
  /** Lower-case, no braces; null for a vendor's default (all zeros, all F). */
  readonly smbiosUuid: string | null;
}

/** One attempt at a host, as the report lists it. */
export interface Attempt {
  readonly stage: 'preflight' | 'collect';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: 'ok' | 'failed';
  /** How facts were gathered in a collect attempt. */
  readonly via?: 'script' | 'cim';
  readonly error?: HostError;
  /** HTTP requests and TCP connections this attempt took. */
  readonly requests: number;
  readonly connections: number;
}

/** What the preflight of a host found. */
export interface Preflight {
  readonly host: HostEntry;
  readonly reachable: boolean;
  readonly identity: HostIdentity;
  /** `usable`, or why not; only told where the host was reached. */
  readonly hyperV: 'usable' | 'notHyperV' | 'vmmsStopped' | 'noHyperVRights' | 'unknown';
  /** Set where the host is unreachable or Hyper-V is not usable there. */
  readonly error?: HostError;
  /** What was refused and worked around, e.g. a denied namespace. */
  readonly notes: readonly HostError[];
  readonly attempts: readonly Attempt[];
}
