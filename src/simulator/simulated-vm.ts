import type { AdapterModel, VlanModel, VmModel } from './model.ts';
import type { Generation } from './operating-systems.ts';
import { chainOf } from './repository/disk-files.ts';
import { attachedDisks, attachedImage } from './repository/disks.ts';
import { passedThroughBytes } from './repository/host-disks.ts';
import { allowsMacSpoofing } from './repository/networks.ts';
import { stateBytesSeen } from './repository/vm-files.ts';
import type { SimulatedDisk, SimulatedVm } from './simulated-host.ts';

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
    disks: disksOf(vm),
    stateBytes: stateBytesSeen(vm, generation),
    checkpoints: vm.checkpoints.filter(({ kind }) => kind !== 'Replica:Standard').length,
    guestOs: vm.guest?.osName ?? null,
    dnsName: vm.guest?.dnsName ?? null,
    replicationMode: vm.replicationMode,
    notes: vm.notes,
  };
}

/** The disks in the order of {@link attachedDisks}. */
function disksOf(vm: VmModel): SimulatedDisk[] {
  return vm.controllers.flatMap(({ drives }) =>
    drives.flatMap((drive): SimulatedDisk[] => {
      if (drive.kind === 'passThrough') {
        const path = `\\\\.\\PHYSICALDRIVE${drive.diskNumber}`;
        const size = passedThroughBytes(drive.diskNumber ?? 0);
        return [{ path, readable: false, format: null, type: null, capacityBytes: size, fileBytes: size, chain: [] }];
      }
      if (drive.kind !== 'disk' || drive.image === null) return [];
      const path = attachedImage({ vm, checkpoint: null }, drive.image);
      const chain = chainOf(vm, drive.image, path);
      return [
        {
          path,
          readable: chain.every(({ trouble }) => trouble === undefined),
          format: chain[0]?.format ?? null,
          type: chain[0]?.type ?? null,
          capacityBytes: chain[0]?.capacity ?? null,
          fileBytes: chain.reduce((sum, { fileSize }) => sum + fileSize, 0),
          chain: chain.map((file) => ({
            path: file.path,
            fileBytes: file.fileSize,
            readable: file.trouble === undefined,
          })),
        },
      ];
    }),
  );
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
