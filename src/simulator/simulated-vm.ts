import type { AdapterModel, VlanModel, VmModel } from './model.ts';
import type { Generation } from './operating-systems.ts';
import { attachedDisks } from './repository/disks.ts';
import { allowsMacSpoofing } from './repository/networks.ts';
import type { SimulatedVm } from './simulated-host.ts';

/** The truth about one VM on a host of this generation, as tests compare it with reports. */
export function simulatedVm(vm: VmModel, generation: Generation): SimulatedVm {
  return {
    id: vm.id,
    name: vm.name,
    state: vm.state,
    generation: vm.generation,
    processors: vm.processors,
    memory: {
      startup: vm.memory.startup,
      dynamic: vm.memory.dynamic,
      minimum: vm.memory.minimum,
      maximum: vm.memory.maximum,
      assigned: vm.memory.assigned,
    },
    adapters: vm.adapters.map((adapter) => simulatedAdapter(adapter, generation)),
    diskPaths: attachedDisks(vm),
    checkpoints: vm.checkpoints.filter(({ kind }) => kind !== 'Replica:Standard').length,
    guestOs: vm.guest?.osName ?? null,
    dnsName: vm.guest?.dnsName ?? null,
    replicationMode: vm.replicationMode,
    notes: vm.notes,
  };
}

function knownSwitch({ connection }: AdapterModel, generation: Generation): string | null {
  if (connection.state === 'connected') return connection.virtualSwitch.name;
  // Before 2016 a host did not remember the name of a switch that was deleted.
  return connection.state === 'switchGone' && generation >= 2016 ? connection.switchName : null;
}

function simulatedVlan(vlan: VlanModel): SimulatedVm['adapters'][number]['vlan'] {
  switch (vlan.mode) {
    case 'access':
      return { mode: 'access', id: vlan.id };
    case 'private':
      return { mode: 'private', kind: vlan.kind, primary: vlan.primary, secondary: vlan.secondary };
    default:
      return { mode: vlan.mode };
  }
}

function simulatedAdapter(adapter: AdapterModel, generation: Generation): SimulatedVm['adapters'][number] {
  const { vlan } = adapter;
  return {
    kind: adapter.kind,
    mac: adapter.mac,
    staticMac: adapter.staticMac,
    switchName: knownSwitch(adapter, generation),
    vlan: simulatedVlan(vlan),
    macSpoofing: allowsMacSpoofing(adapter),
    ipAddresses: adapter.ipAddresses,
  };
}
