import type { FactOutcomes } from '../facts/fact.ts';
import { sumOf } from './cell-values.ts';
import type { HostView } from './joins/host-view.ts';
import { groupPorts, type PortGroup } from './joins/port-groups.ts';
import { joinSwitches, type VirtualSwitch } from './joins/switches.ts';
import type { Vlan } from './network-name.ts';
import { mtuOf, policyOf } from './switch-columns.ts';

/** What a node's summary tells of its switches with a way out, which other nodes may have under the same names. */
export interface SharedSwitches {
  readonly seen: readonly {
    readonly name: string;
    /** Bytes; null: not known. */
    readonly mtu: number | null;
    readonly policy: string | null;
    /** Ports of the switch itself: to the management OS and out. */
    readonly ownPorts: number;
    /** How the adapters of the management OS are tagged; null: not known. */
    readonly ownVlans: readonly (Vlan | null)[];
  }[];
  /** Adapters of VMs on these switches; null where those of some VM are not known. */
  readonly used:
    | readonly {
        readonly vmId: string;
        /** Name of the switch. */
        readonly name: string;
        readonly vlan: Vlan | null;
        readonly macSpoofing: boolean | null;
      }[]
    | null;
}

/** A switch that all nodes of a cluster that tell their switches have under one name. Null: not known. */
export interface FleetSwitch {
  readonly name: string;
  /** FQDNs of these nodes, sorted. */
  readonly hosts: readonly string[];
  /** Bytes: the smallest of its nodes'. */
  readonly mtu: number | null;
  /** Null also where the nodes differ. */
  readonly policy: string | null;
  /** Ports that something is plugged into. */
  readonly ports: number | null;
  readonly vms: number | null;
  /** The untagged one first; none where the adapters are not known. */
  readonly portGroups: readonly PortGroup[];
}

interface Member {
  readonly fqdn: string;
  /** Null: not known. */
  readonly switches: SharedSwitches | null;
}

/** Names of switches are compared without case. */
const switchKey = (name: string): string => name.toLowerCase();

const leadsOut = ({ external }: VirtualSwitch): boolean => external === true;

/** Draws from a host what the rows of its cluster's switches depend on; null where it does not tell its switches. */
export function switchesSharedBy({ machines }: HostView, facts: FactOutcomes): SharedSwitches | null {
  const known = joinSwitches(facts);
  if (known === undefined || known.some(({ external }) => external === undefined)) return null;
  const switches = known.filter(leadsOut);
  const names = new Map(switches.map(({ id, name }) => [id, name]));
  const isKnown = machines.every(({ adapters }) => adapters !== undefined);
  return {
    seen: switches.map((virtualSwitch) => ({
      name: virtualSwitch.name,
      mtu: mtuOf(virtualSwitch),
      policy: policyOf(virtualSwitch),
      ownPorts: virtualSwitch.ownPorts ?? 0,
      ownVlans: (virtualSwitch.managementAdapters ?? []).map(({ vlan }) => vlan),
    })),
    used: isKnown
      ? machines.flatMap((vm) =>
          (vm.adapters ?? []).flatMap(({ switchId, vlan, macSpoofing }) => {
            const name = switchId === null ? undefined : names.get(switchId);
            return name === undefined ? [] : [{ vmId: vm.id, name, vlan, macSpoofing }];
          }),
        )
      : null,
  };
}

/**
 * The switches that all these nodes of one cluster have, as far as they tell. A VM that left a node is counted where it
 * is now.
 */
export function sharedSwitches(
  members: readonly Member[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): readonly FleetSwitch[] {
  const nodes = members
    .flatMap(({ fqdn, switches }) => (switches === null ? [] : [{ fqdn, switches }]))
    .sort((one, other) => (one.fqdn < other.fqdn ? -1 : 1));
  const isKnown = nodes.length === members.length && nodes.every(({ switches }) => switches.used !== null);
  return (nodes[0]?.switches.seen ?? []).flatMap(({ name }): FleetSwitch[] => {
    const isSame = (other: { readonly name: string }): boolean => switchKey(other.name) === switchKey(name);
    const seen = nodes.flatMap(({ switches }) => switches.seen.find(isSame) ?? []);
    if (seen.length < nodes.length) return [];
    const used = nodes.flatMap(({ fqdn, switches }) =>
      (switches.used ?? []).filter((use) => isSame(use) && !departed.get(use.vmId)?.has(fqdn)),
    );
    const own = seen.flatMap(({ ownVlans }) => ownVlans.map((vlan) => ({ vlan, macSpoofing: false })));
    const policies = new Set(seen.map(({ policy }) => policy));
    const sizes = seen.map(({ mtu }) => mtu);
    return [
      {
        name,
        hosts: nodes.map(({ fqdn }) => fqdn),
        mtu: sizes.every((mtu) => mtu !== null) ? Math.min(...sizes) : null,
        policy: policies.size === 1 ? (seen[0]?.policy ?? null) : null,
        ports: isKnown ? used.length + (sumOf(seen.map(({ ownPorts }) => ownPorts)) ?? 0) : null,
        vms: isKnown ? new Set(used.map(({ vmId }) => vmId)).size : null,
        portGroups: isKnown ? groupPorts(name, [...own, ...used]) : [],
      },
    ];
  });
}
