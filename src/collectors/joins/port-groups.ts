import { networkName, type Vlan } from '../network-name.ts';
import type { Adapter } from './adapters.ts';
import type { VirtualMachine } from './host-view.ts';
import type { VirtualSwitch } from './switches.ts';

/** What RVTools calls a port group: all ports of a switch that are tagged alike. */
export interface PortGroup {
  /** {@link networkName}. */
  readonly name: string;
  readonly vlan: Vlan;
  /** Adapters of VMs and of the management OS that are plugged into it. */
  readonly ports: number;
  /** True where an adapter on it may use any MAC address; null where that is not known. */
  readonly macSpoofing: boolean | null;
}

/** The adapters of VMs that are plugged into a switch; undefined where those of some VM are not known. */
export function adaptersOn(
  virtualSwitch: VirtualSwitch,
  machines: readonly VirtualMachine[],
): readonly Adapter[] | undefined {
  if (machines.some(({ adapters }) => adapters === undefined)) return undefined;
  return machines.flatMap(({ adapters }) => (adapters ?? []).filter(({ switchId }) => switchId === virtualSwitch.id));
}

/** True where one of them may use any MAC address; null where that is not known of any. */
export function anySpoofing(adapters: readonly Pick<Adapter, 'macSpoofing'>[]): boolean | null {
  if (adapters.some(({ macSpoofing }) => macSpoofing === true)) return true;
  return adapters.some(({ macSpoofing }) => macSpoofing === null) ? null : false;
}

/** Something that is plugged into a switch. An unknown VLAN puts it into no group. */
export type Plugged = Pick<Adapter, 'vlan' | 'macSpoofing'>;

/** The port groups of a switch, the untagged one first: it is there whether or not somebody uses it. */
export function groupPorts(switchName: string, plugged: readonly Plugged[]): readonly PortGroup[] {
  const groups = new Map<string, { readonly vlan: Vlan; readonly plugged: Plugged[] }>();
  const groupOf = (vlan: Vlan) => {
    const name = networkName(switchName, vlan);
    const known = groups.get(name) ?? { vlan, plugged: [] };
    groups.set(name, known);
    return known;
  };
  groupOf({ mode: 'untagged' });
  for (const one of plugged) if (one.vlan) groupOf(one.vlan).plugged.push(one);
  return [...groups].map(([name, group]) => ({
    name,
    vlan: group.vlan,
    ports: group.plugged.length,
    macSpoofing: anySpoofing(group.plugged),
  }));
}

/** The port groups of a switch; undefined where its ports are not known. */
export function portGroupsOf(
  virtualSwitch: VirtualSwitch,
  machines: readonly VirtualMachine[],
): readonly PortGroup[] | undefined {
  const adapters = adaptersOn(virtualSwitch, machines);
  if (adapters === undefined || virtualSwitch.managementAdapters === undefined) return undefined;
  const own = virtualSwitch.managementAdapters.map(({ vlan }) => ({ vlan, macSpoofing: false }));
  return groupPorts(virtualSwitch.name, [...own, ...adapters]);
}
