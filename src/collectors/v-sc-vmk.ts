import type { FactOutcomes } from '../facts/fact.ts';
import type { Row } from '../facts/fact-table.ts';
import { trueOrFalse } from './cell-values.ts';
import { knownRows } from './joins/facts.ts';
import { type HostAdapter, joinHostAdapters } from './joins/host-adapters.ts';
import { joinSwitches } from './joins/switches.ts';
import { macAddress } from './mac-address.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface KernelSubject extends HostSubject {
  readonly adapter: HostAdapter;
  /** Name of the management adapter on its switch, or of the physical adapter that has addresses itself. */
  readonly portGroup: string;
  readonly ipv4: readonly Row<'hostIpAddresses'>[];
  readonly ipv6: readonly Row<'hostIpAddresses'>[];
  readonly interfaceRow: Row<'hostIpInterfaces'> | undefined;
  readonly gateway: string | null;
  readonly gateway6: string | null;
}

/** `AddressFamily` of CIM. */
const family = { ipv4: 2, ipv6: 23 } as const;

const isLinkLocal = ({ IPAddress }: Row<'hostIpAddresses'>): boolean =>
  /^(?:169\.254\.|fe[89ab])/i.test(IPAddress ?? '');

/** Addresses of an adapter that reach beyond its link; kept and active ones may stand there twice. */
function addressesOf(facts: FactOutcomes, index: number | null, ofFamily: number): readonly Row<'hostIpAddresses'>[] {
  const rows = (knownRows(facts, 'hostIpAddresses') ?? []).filter(
    (row) => row.InterfaceIndex === index && row.AddressFamily === ofFamily && row.IPAddress && !isLinkLocal(row),
  );
  return [...new Map(rows.map((row) => [row.IPAddress, row])).values()];
}

/** The next hop of the way to everywhere with the lowest metric. */
function gatewayOf(facts: FactOutcomes, index: number | null, everywhere: string): string | null {
  const [best] = (knownRows(facts, 'hostRoutes') ?? [])
    .filter((row) => row.InterfaceIndex === index && row.DestinationPrefix === everywhere)
    .toSorted((one, other) => (one.RouteMetric ?? 0) - (other.RouteMetric ?? 0));
  return best?.NextHop ?? null;
}

function kernelAdapters({ host, fleet, facts }: HostSource): readonly KernelSubject[] {
  const names = new Map(
    (joinSwitches(facts) ?? []).flatMap(({ managementAdapters }) =>
      (managementAdapters ?? []).flatMap(({ name, adapter }): [string, string][] =>
        adapter ? [[adapter.guid, name]] : [],
      ),
    ),
  );
  return (joinHostAdapters(facts)?.all ?? []).flatMap((adapter): KernelSubject[] => {
    const index = adapter.row.InterfaceIndex;
    const ipv4 = addressesOf(facts, index, family.ipv4);
    const ipv6 = addressesOf(facts, index, family.ipv6);
    const name = names.get(adapter.guid);
    if (name === undefined && ipv4.length === 0 && ipv6.length === 0) return [];
    const interfaceRow = knownRows(facts, 'hostIpInterfaces')?.find(
      (row) => row.InterfaceIndex === index && row.AddressFamily === family.ipv4,
    );
    const gateway = gatewayOf(facts, index, '0.0.0.0/0');
    const gateway6 = gatewayOf(facts, index, '::/0');
    return [{ host, fleet, adapter, portGroup: name ?? adapter.name, ipv4, ipv6, interfaceRow, gateway, gateway6 }];
  });
}

/** `255.255.255.0` of 24. */
function dottedMask(prefixLength: number | null | undefined): string | null {
  if (prefixLength == null || prefixLength > 32) return null;
  const bits = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

const joined = (rows: readonly Row<'hostIpAddresses'>[]): string | null =>
  rows.map(({ IPAddress }) => IPAddress?.replace(/%.*$/, '')).join(', ') || null;

/** vSC_VMK: one row per adapter by which the host itself takes part in a network. */
export const vScVmk = hostCollector<KernelSubject>({
  tab: 'vSC_VMK',
  requires: ['netAdapters', 'hostIpAddresses'],
  optional: [
    ...hostColumnFacts,
    'switches',
    'portAllocations',
    'internalPorts',
    'hostIpInterfaces',
    'hostRoutes',
    'lbfoTeams',
    'lbfoMembers',
  ],
  subjects: kernelAdapters,
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    'Port Group': ({ portGroup }) => portGroup,
    Device: ({ adapter }) => adapter.name,
    'Mac Address': ({ adapter }) =>
      macAddress(adapter.row.NetworkAddresses[0]) ?? macAddress(adapter.row.PermanentAddress),
    DHCP: ({ interfaceRow }) => trueOrFalse(interfaceRow?.Dhcp == null ? null : interfaceRow.Dhcp === 1),
    'IP Address': ({ ipv4 }) => joined(ipv4),
    'IP 6 Address': ({ ipv6 }) => joined(ipv6),
    'Subnet mask': ({ ipv4 }) => dottedMask(ipv4[0]?.PrefixLength),
    Gateway: ({ gateway }) => gateway,
    'IP 6 Gateway': ({ gateway6 }) => gateway6,
    MTU: ({ interfaceRow, adapter }) => interfaceRow?.NlMtu ?? adapter.row.MtuSize,
    ...sdkColumns,
  },
});
