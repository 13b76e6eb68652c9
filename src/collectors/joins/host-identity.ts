import { normaliseSmbiosUuid } from '../../inventory/identity.ts';
import { numberOf, textOf } from '../cell-values.ts';
import type { HostFacts } from '../collector.ts';
import { knownRows } from './facts.ts';

/** Who a host is, and what its figures are reckoned from. */
export interface HostIdentity {
  /** Lower-case FQDN; a workgroup host its short name; as it was asked where the host did not tell. */
  readonly fqdn: string;
  readonly shortName: string;
  /** Lower-case domain; null in a workgroup, or where it is not known. */
  readonly domain: string | null;
  /** Lower-case, no braces; null for a vendor's default (all zeros, all F). */
  readonly smbiosUuid: string | null;
  /** MHz of one logical processor. */
  readonly processorMhz: number | null;
  readonly logicalProcessors: number | null;
  /** Win32_OperatingSystem. */
  readonly product: {
    readonly caption: string | null;
    readonly version: string | null;
    readonly build: string | null;
    /** The number of the update, which follows the build. */
    readonly revision: string | null;
  };
}

/** Names only: an address has no short form. */
const shortNameOf = (host: string): string => (/^[\d.]+$|:/.test(host) ? host : (host.split('.')[0] ?? host));

/** Reads a host's identity from its facts. */
export function hostIdentity({ host, facts }: HostFacts): HostIdentity {
  const system = knownRows(facts, 'hostSystem')?.[0];
  const processors = knownRows(facts, 'hostProcessors') ?? [];
  const operatingSystem = knownRows(facts, 'operatingSystem')?.[0];
  const name = (textOf(system?.DNSHostName) ?? textOf(system?.Name))?.toLowerCase();
  const domain = system?.PartOfDomain ? (textOf(system.Domain)?.toLowerCase() ?? null) : null;
  const asked = host.toLowerCase();
  return {
    fqdn: name === undefined ? asked : domain === null ? name : `${name}.${domain}`,
    shortName: name ?? shortNameOf(asked),
    domain,
    smbiosUuid: normaliseSmbiosUuid(knownRows(facts, 'hostProduct')?.[0]?.UUID ?? null),
    processorMhz: processors.map((row) => numberOf(row.MaxClockSpeed)).find((mhz) => mhz !== null) ?? null,
    logicalProcessors: system?.NumberOfLogicalProcessors ?? null,
    product: {
      caption: textOf(operatingSystem?.Caption),
      version: textOf(operatingSystem?.Version),
      build: textOf(operatingSystem?.BuildNumber),
      revision: knownRows(facts, 'windowsVersion')?.[0]?.UBR?.toString() ?? null,
    },
  };
}
