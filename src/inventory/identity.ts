import type { RowOf } from '../facts/fact.ts';
import type { factTable } from '../facts/fact-table.ts';
import type { HostIdentity } from './preflight.ts';

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

/** A mention of a machine in the host list, and what is known of it. */
export interface Mention {
  readonly host: { readonly given: string };
  readonly identity: HostIdentity;
  /** What the run has kept of the machine under this mention; undefined: nothing. */
  readonly record?: 'complete' | 'incomplete';
}

/**
 * Finds second mentions of one machine: given → given of the mention that stands for the machine. That is the one with
 * a complete record, else one with any record, else the first in the order given. Two entries are one machine where
 * SMBIOS UUID and computer name agree and their domains do not differ; where a UUID is not known, where the FQDN does.
 * A workgroup host's short name alone proves nothing: two sites may have the same one.
 */
export function findDuplicates(mentions: readonly Mention[]): ReadonlyMap<string, string> {
  const duplicates = new Map<string, string>();
  const byMachine = new Map<string, Mention[][]>();
  const byFqdn = new Map<string, Mention[][]>();
  for (const mention of mentions.toSorted((a, b) => standing(a) - standing(b))) {
    const machine = machineKey(mention.identity);
    const fqdn = domainFqdn(mention.identity);
    const candidates = [
      ...(machine === null ? [] : (byMachine.get(machine) ?? [])),
      ...(fqdn === null ? [] : (byFqdn.get(fqdn) ?? [])),
    ];
    const known = candidates.find((group) => isOneOf(group, mention));
    const [first] = known ?? [];
    if (first) duplicates.set(mention.host.given, first.host.given);
    const group = known ?? [];
    group.push(mention);
    if (machine !== null) addTo(byMachine, machine, group);
    if (fqdn !== null) addTo(byFqdn, fqdn, group);
  }
  return duplicates;
}

/** Lower stands for the machine. */
const standing = ({ record }: Mention): number => (record === 'complete' ? 0 : record === 'incomplete' ? 1 : 2);

/** One that tells little may fit two machines; it must not make them one. */
const isOneOf = (group: readonly Mention[], { identity }: Mention): boolean =>
  group.some((member) => isSameMachine(member.identity, identity)) &&
  !group.some((member) => areTwoMachines(member.identity, identity));

function isSameMachine(one: HostIdentity, other: HostIdentity): boolean {
  const machine = machineKey(one);
  const otherMachine = machineKey(other);
  if (machine !== null && otherMachine !== null) return machine === otherMachine;
  const fqdn = domainFqdn(one);
  return fqdn !== null && fqdn === domainFqdn(other);
}

function areTwoMachines(one: HostIdentity, other: HostIdentity): boolean {
  const machine = machineKey(one);
  const otherMachine = machineKey(other);
  if (machine !== null && otherMachine !== null && machine !== otherMachine) return true;
  return one.domain !== null && other.domain !== null && one.domain.toLowerCase() !== other.domain.toLowerCase();
}

function addTo(groups: Map<string, Mention[][]>, key: string, group: Mention[]): void {
  const known = groups.get(key) ?? [];
  if (!known.includes(group)) groups.set(key, [...known, group]);
}

/** A workgroup host has none. */
const domainFqdn = ({ domain, fqdn }: HostIdentity): string | null => (domain === null ? null : fqdn);

function machineKey({ smbiosUuid, computerName }: HostIdentity): string | null {
  return smbiosUuid === null || computerName === null ? null : `${smbiosUuid} ${computerName.toLowerCase()}`;
}
