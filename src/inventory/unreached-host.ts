import type { HostEntry } from './host-entry.ts';
import type { HostError } from './host-error.ts';
import type { Attempt, HostIdentity, Preflight } from './preflight.ts';

/** Who nobody told us of. */
export const unknownIdentity: HostIdentity = { fqdn: null, computerName: null, domain: null, smbiosUuid: null };

/** The preflight of a host that was not reached, or not asked at all. */
export function unreachedHost(host: HostEntry, error: HostError, attempts: readonly Attempt[] = []): Preflight {
  return { host, reachable: false, identity: unknownIdentity, hyperV: 'unknown', error, notes: [], attempts };
}
