import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { macAddress } from './mac-address.ts';
import { isReplica } from './vm-columns.ts';

/** A MAC address of a VM of one host. */
export interface MacUse {
  /** As in vNetwork. */
  readonly mac: string;
  readonly vmId: string;
  readonly vmName: string;
}

/** A VM that has a MAC address in common with a VM of another host. */
export interface FleetMac extends Pick<MacUse, 'vmId' | 'vmName'> {
  readonly fqdn: string;
}

/** Each of a VM's MAC addresses once, without those that were never given out. */
export const macsOf = ({ adapters }: VirtualMachine): ReadonlySet<string> =>
  new Set((adapters ?? []).flatMap(({ mac }) => macAddress(mac) ?? []));

/** A replica shares the addresses of its original by intent. */
export const macsUsedBy = ({ machines }: HostView): readonly MacUse[] =>
  machines
    .filter((vm) => !isReplica(vm))
    .flatMap((vm) => [...macsOf(vm)].map((mac) => ({ mac, vmId: vm.id, vmName: vm.name })));

/**
 * The addresses that VMs of several hosts have in common: hosts that were cloned give out the same ones. `departed`: VM id
 * → hosts that it left, whose word of it is stale. A VM that is on several hosts is a copy, and no conflict of its own.
 */
export function sharedMacs(
  hosts: readonly { readonly fqdn: string; readonly macs: readonly MacUse[] }[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, readonly FleetMac[]> {
  const first = new Map<string, FleetMac>();
  const shared = new Map<string, FleetMac[]>();
  for (const { fqdn, macs } of hosts) {
    for (const { mac, vmId, vmName } of macs) {
      if (departed.get(vmId)?.has(fqdn)) continue;
      const [own, before] = [{ vmId, vmName, fqdn }, first.get(mac)];
      const users = shared.get(mac);
      if (before === undefined) first.set(mac, own);
      else if (users === undefined) shared.set(mac, [before, own]);
      else users.push(own);
    }
  }
  const isBetweenHosts = (users: readonly FleetMac[]): boolean =>
    users.some((one) => users.some((other) => one.vmId !== other.vmId && one.fqdn !== other.fqdn));
  return new Map([...shared].filter(([, users]) => isBetweenHosts(users)));
}
