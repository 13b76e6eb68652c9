import type { AdapterModel, VmModel } from './model.ts';
import type { SimulatedVm } from './simulated-host.ts';

/** The truth about one VM, as tests compare it with reports. */
export function simulatedVm(vm: VmModel): SimulatedVm {
  const drives = vm.controllers.flatMap((controller) => controller.drives);
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
    adapters: vm.adapters.map(simulatedAdapter),
    diskPaths: drives.flatMap((drive) => (drive.kind === 'disk' && drive.image !== null ? [drive.image] : [])),
    checkpoints: vm.checkpoints.length,
    guestOs: vm.guest?.osName ?? null,
    dnsName: vm.guest?.dnsName ?? null,
    replicationMode: vm.replicationMode,
    notes: vm.notes,
  };
}

function simulatedAdapter(adapter: AdapterModel): SimulatedVm['adapters'][number] {
  const { connection, vlan } = adapter;
  return {
    kind: adapter.kind,
    mac: adapter.mac,
    staticMac: adapter.staticMac,
    switchName: connection.state === 'connected' ? connection.virtualSwitch.name : null,
    vlan: vlan.mode === 'access' ? { mode: 'access', id: vlan.id } : { mode: vlan.mode },
    ipAddresses: adapter.ipAddresses,
  };
}
