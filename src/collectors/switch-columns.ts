import { trueOrFalse } from './cell-values.ts';
import { isPhysical } from './joins/host-adapters.ts';
import type { VirtualSwitch } from './joins/switches.ts';
import type { Columns } from './vm-columns.ts';

/** The facts that switches and their port groups are made from. */
export const switchFacts = [
  'switches',
  'portAllocations',
  'portVlans',
  'portIsolations',
  'portSecurities',
  'portOffloads',
  'guestNetworks',
  'computerSystems',
  'virtualSystems',
  'syntheticAdapters',
  'emulatedAdapters',
] as const;
export const uplinkFacts = [
  'switchTeamings',
  'switchTeamMembers',
  'internalPorts',
  'netAdapters',
  'lbfoTeams',
  'lbfoMembers',
] as const;

/**
 * Load balancing of a team in the words of VMware. The numbers are those of `MSFT_NetLbfoTeam`, and Hyper-V's embedded
 * teams use the same: 0 transport ports, 2 IP addresses, 3 MAC addresses, 4 Hyper-V port, 5 dynamic.
 */
const policies: ReadonlyMap<number, string> = new Map([
  [0, 'loadbalance_ip'],
  [2, 'loadbalance_ip'],
  [3, 'loadbalance_srcmac'],
  [4, 'loadbalance_srcid'],
  [5, 'loadbalance_loadbased'],
]);

/** Null for a switch without a team. */
export const policyOf = ({ loadBalancing }: VirtualSwitch): string | null => policies.get(loadBalancing ?? -1) ?? null;

/** Bytes: the smallest of its uplinks, else of its management adapters; null for a switch that has neither. */
export function mtuOf({ uplinks, managementAdapters }: VirtualSwitch): number | null {
  const outward = (uplinks ?? []).filter(isPhysical);
  const adapters = outward.length > 0 ? outward : (managementAdapters ?? []).flatMap(({ adapter }) => adapter ?? []);
  const sizes = adapters.flatMap(({ row }) => row.MtuSize ?? []);
  return sizes.length === 0 ? null : Math.min(...sizes);
}

/** What a switch and its port groups have in common: what of it is no setting of Hyper-V has RVTools' neutral value. */
export interface Shaped {
  readonly virtualSwitch: VirtualSwitch;
  readonly macSpoofing: boolean | null;
}

export const shapingColumns = {
  'Promiscuous Mode': () => 'False',
  'Mac Changes': ({ macSpoofing }) => trueOrFalse(macSpoofing),
  'Forged Transmits': ({ macSpoofing }) => trueOrFalse(macSpoofing),
  'Traffic Shaping': () => 'False',
  Width: () => 0,
  Peak: () => 0,
  Burst: () => 0,
  Policy: ({ virtualSwitch }) => policyOf(virtualSwitch),
  'Reverse Policy': () => 'True',
  'Notify Switch': () => 'True',
  'Rolling Order': () => 'False',
  Offload: () => 'True',
  TSO: () => 'True',
  'Zero Copy Xmit': () => 'True',
} satisfies Columns<Shaped>;
