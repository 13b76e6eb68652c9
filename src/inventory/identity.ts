import type { RowOf } from '../facts/fact.ts';
import type { factTable } from '../facts/fact-table.ts';
import type { HostIdentity, Preflight } from './preflight.ts';

type SystemRow = RowOf<(typeof factTable)['hostSystem']['properties']>;

/** What the preflight could read of a host; whatever was refused is null. */
export interface IdentityRows {
  /** Win32_ComputerSystem. */
  readonly system: Pick<SystemRow, 'Name' | 'DNSHostName' | 'Domain' | 'PartOfDomain'> | null;
  /** Win32_ComputerSystemProduct. */
  readonly product: { readonly UUID: string | null } | null;
  /** The row of Msvm_ComputerSystem whose Name is not a GUID; its Name may be cut at 15 characters. */
  readonly hyperVHost: { readonly Name: string | null; readonly ElementName: string | null } | null;
  /** What `hostname` said in a shell, where CIM reads are refused. */
  readonly hostname: string | null;
}

/** UUIDs that vendors ship on every board: proof of nothing. */
const vendorDefaultUuids = new Set([
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '03000200-0400-0500-0006-000700080009',
  // The same in the other byte order.
  '00020003-0004-0005-0006-000700080009',
]);

/** Lower case, no braces; null for a vendor's default and for what is no UUID. */
export function normaliseSmbiosUuid(uuid: string | null): string | null {
  const plain = (uuid ?? '').trim().replace(/[{}]/g, '').toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(plain) && !vendorDefaultUuids.has(plain) ? plain : null;
}

/** Who a host is, from whatever it let us read. A domain member's FQDN is lower case; a workgroup host's its short name. */
export function hostIdentity({ system, product, hyperVHost, hostname }: IdentityRows): HostIdentity {
  const computerName =
    textOf(system?.DNSHostName) ??
    textOf(hyperVHost?.ElementName) ??
    textOf(system?.Name) ??
    textOf(hyperVHost?.Name) ??
    textOf(hostname);
  const domain = system?.PartOfDomain === true ? textOf(system.Domain) : null;
  return {
    fqdn: fqdnOf(computerName, domain, system?.PartOfDomain ?? null),
    computerName,
    domain,
    smbiosUuid: normaliseSmbiosUuid(product?.UUID ?? null),
  };
}

function fqdnOf(computerName: string | null, domain: string | null, partOfDomain: boolean | null): string | null {
  if (computerName === null) return null;
  if (domain !== null) return `${computerName}.${domain}`.toLowerCase();
  return partOfDomain === false ? computerName.toLowerCase() : null;
}

const textOf = (text: string | null | undefined): string | null => text?.trim() || null;

/**
 * Finds second mentions of one machine among the preflights, in their order: given → given of the first mention. Two
 * entries are one machine where SMBIOS UUID and computer name agree; where a UUID is not known, where the FQDN does.
 * A workgroup host's short name alone proves nothing: two sites may have the same one.
 */
export function findDuplicates(preflights: readonly Preflight[]): ReadonlyMap<string, string> {
  const duplicates = new Map<string, string>();
  const byMachine = new Map<string, Preflight>();
  const byFqdn = new Map<string, Preflight[]>();
  for (const preflight of preflights.filter(({ reachable }) => reachable)) {
    const machine = machineKey(preflight.identity);
    const fqdn = preflight.identity.domain === null ? null : preflight.identity.fqdn;
    const sameName = fqdn === null ? [] : (byFqdn.get(fqdn) ?? []);
    const first =
      (machine === null ? undefined : byMachine.get(machine)) ??
      sameName.find(({ identity }) => machine === null || machineKey(identity) === null);
    if (first) {
      duplicates.set(preflight.host.given, first.host.given);
      continue;
    }
    if (machine !== null) byMachine.set(machine, preflight);
    if (fqdn !== null) byFqdn.set(fqdn, [...sameName, preflight]);
  }
  return duplicates;
}

function machineKey({ smbiosUuid, computerName }: HostIdentity): string | null {
  return smbiosUuid === null || computerName === null ? null : `${smbiosUuid} ${computerName.toLowerCase()}`;
}
