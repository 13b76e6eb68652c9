import type { Generation } from './operating-systems.ts';
import { type Random, randomFor } from './random.ts';

/** The network under a host's switches: physical adapters, teams, and the adapters of the management OS with their IPs. */

export interface NicModel {
  readonly guid: string;
  readonly name: string;
  readonly description: string;
  /** File name of the driver. */
  readonly driver: string;
  /** 12 hex digits. */
  readonly mac: string;
  readonly up: boolean;
  readonly megabitsPerSecond: number;
  readonly mtu: number;
  readonly bus: number;
  readonly device: number;
  readonly function: number;
  readonly wakeOn: boolean;
  readonly interfaceIndex: number;
  readonly ip: IpModel | null;
}

export interface IpModel {
  readonly dhcp: boolean;
  readonly ipv4: string;
  readonly prefixLength: number;
  readonly gateway: string | null;
  readonly ipv6: string | null;
  readonly gateway6: string | null;
}

/** An adapter of the management OS on a switch (`vEthernet (…)`); its GUID is that of its port. */
export interface ManagementAdapterModel {
  readonly guid: string;
  readonly switchId: string;
  readonly switchName: string;
  readonly name: string;
  readonly mac: string;
  /** Null: untagged. */
  readonly vlan: number | null;
  readonly mtu: number;
  readonly interfaceIndex: number;
  readonly ip: IpModel;
}

export interface TeamModel {
  readonly kind: 'lbfo' | 'set';
  readonly name: string;
  readonly switchId: string;
  /** GUIDs of physical adapters, in their order; the last one of an LBFO team may be a stand-by. */
  readonly members: readonly string[];
  readonly standby: string | null;
  /** 0 transport ports, 2 IP addresses, 3 MAC addresses, 4 Hyper-V port, 5 dynamic. */
  readonly algorithm: number;
  /** The team's own adapter; null for SET, which has none. */
  readonly adapter: { readonly guid: string; readonly mac: string; readonly interfaceIndex: number } | null;
}

export interface HostNetworks {
  readonly nics: readonly NicModel[];
  readonly team: TeamModel | null;
  readonly managementAdapters: readonly ManagementAdapterModel[];
}

/** The part of a switch that the network is made around. */
export interface WiredSwitch {
  readonly id: string;
  readonly name: string;
  readonly hostPort: string | null;
  readonly uplinkAdapter: string | null;
  readonly hostVlan: number | null;
}

export interface HostNetworksPlan {
  readonly seed: number;
  /** Place in the host list. */
  readonly index: number;
  /** The same for all nodes of a cluster: their teams share load alike. */
  readonly site: string;
  readonly switches: readonly WiredSwitch[];
  readonly generation: Generation;
  readonly adapterDescription: string;
}

/** Switches of this name stand on a team: SET where the OS has it, LBFO before. */
const teamKinds: Readonly<Record<string, 'set' | 'lbfo'>> = { SETswitch: 'set', ConvergedSwitch: 'lbfo' };

/** From the GUID: stable, and in the range of the vendor. */
export const macOf = (guid: string): string => `000AF7${guid.slice(-6)}`;

function addressIn(network: number, index: number): string {
  return `10.${network}.${Math.floor(index / 250)}.${(index % 250) + 2}`;
}

function managementIp(random: Random, index: number): IpModel {
  const speaksIpv6 = random.chance(0.3);
  return {
    dhcp: random.chance(0.05),
    ipv4: addressIn(20, index),
    prefixLength: 16,
    gateway: '10.20.255.254',
    ipv6: speaksIpv6 ? `fd00:20::${(index + 2).toString(16)}` : null,
    gateway6: speaksIpv6 ? 'fe80::1' : null,
  };
}

const withoutGateway = (network: number, index: number): IpModel => ({
  dhcp: false,
  ipv4: addressIn(network, index),
  prefixLength: 24,
  gateway: null,
  ipv6: null,
  gateway6: null,
});

function makeNics(random: Random, { adapterDescription, index }: HostNetworksPlan, uplinks: readonly string[]) {
  const jumbo = random.chance(0.3);
  const driver = adapterDescription.startsWith('Mellanox') ? 'mlx5.sys' : 'i40ea68.sys';
  const guids = [...uplinks, random.guid(), random.guid()];
  return guids.map((guid, place): NicModel => {
    const isUplink = place < uplinks.length;
    const isSpare = place === guids.length - 1;
    return {
      guid,
      name: place === 0 ? 'Ethernet' : `Ethernet ${place + 1}`,
      description: place === 0 ? adapterDescription : `${adapterDescription} #${place + 1}`,
      driver,
      mac: macOf(guid),
      up: !isSpare && (place === 0 || random.chance(0.95)),
      megabitsPerSecond: isUplink ? 10_000 : 25_000,
      mtu: jumbo ? 9000 : 1500,
      bus: 0x18 + Math.floor(place / 2) * 0x40,
      device: 0,
      function: place % 2,
      wakeOn: place === 0,
      interfaceIndex: 3 + place,
      // Storage traffic past all switches.
      ip: isUplink || isSpare ? null : withoutGateway(30, index),
    };
  });
}

function makeTeam(random: Random, plan: HostNetworksPlan, external: WiredSwitch, members: readonly string[]) {
  const wanted = teamKinds[external.name];
  if (wanted === undefined || external.uplinkAdapter === null) return null;
  const kind = wanted === 'set' && plan.generation >= 2016 ? 'set' : 'lbfo';
  const team: TeamModel = {
    kind,
    name: kind === 'set' ? external.name : 'Team1',
    switchId: external.id,
    members,
    standby: kind === 'lbfo' && random.chance(0.3) ? (members.at(-1) ?? null) : null,
    algorithm: randomFor(plan.seed, 'load balancing', plan.site).pick(kind === 'set' ? [4, 5] : [0, 2, 3, 4, 5]),
    adapter:
      kind === 'set'
        ? null
        : { guid: external.uplinkAdapter, mac: macOf(members[0] ?? external.uplinkAdapter), interfaceIndex: 40 },
  };
  return team;
}

function makeManagementAdapters(
  random: Random,
  { switches, index }: HostNetworksPlan,
  team: TeamModel | null,
  mtu: number,
): readonly ManagementAdapterModel[] {
  const own = switches.flatMap(({ id, name, hostPort, uplinkAdapter, hostVlan }) =>
    hostPort === null
      ? []
      : [
          {
            guid: hostPort,
            switchId: id,
            switchName: name,
            name,
            vlan: hostVlan,
            ip: uplinkAdapter === null ? withoutGateway(99, index) : managementIp(random, index),
          },
        ],
  );
  const further =
    team?.kind === 'set'
      ? [
          {
            guid: random.guid(),
            switchId: team.switchId,
            switchName: team.name,
            name: 'Live Migration',
            vlan: 20,
            ip: withoutGateway(21, index),
          },
        ]
      : [];
  return [...own, ...further].map((adapter, place) => ({
    ...adapter,
    mac: macOf(adapter.guid),
    mtu,
    interfaceIndex: 50 + place,
  }));
}

/** Makes a host's network around its switches; the first switch with a way out stands on the first adapters. */
export function makeHostNetworks(plan: HostNetworksPlan): HostNetworks {
  const random = randomFor(plan.seed, 'host networks', plan.index);
  const external = plan.switches.find(({ uplinkAdapter }) => uplinkAdapter !== null);
  const hasTeam = external !== undefined && teamKinds[external.name] !== undefined;
  const isSet = hasTeam && teamKinds[external.name] === 'set' && plan.generation >= 2016;
  // A team of the LBFO kind has an adapter of its own, so that none of the physical ones is the switch's.
  const first = external?.uplinkAdapter ?? random.guid();
  const uplinks = hasTeam ? [isSet ? first : random.guid(), random.guid()] : [first];
  const nics = makeNics(random, plan, uplinks);
  const team = external === undefined ? null : makeTeam(random, plan, external, uplinks);
  return {
    nics,
    team,
    managementAdapters: makeManagementAdapters(random, plan, team, nics[0]?.mtu ?? 1500),
  };
}
