import type { Values } from '../cim-classes.ts';
import type { VmModel } from '../model.ts';
import { behaviourOf } from '../personalities.ts';
import { constantDevices } from '../virtual-machine.ts';
import type { Configuration, HostView } from './host-view.ts';
import { configurationsOf } from './host-view.ts';
import { allocationValues, instanceId, objectPath, templatesOf } from './keys.ts';

/** Setting data of the system itself, its processors, memory and security. */

const never = { datetime: '1601-01-01T00:00:00.000000Z' };

/** Pools of the templates; made up once, the same on every host. */
const pools = {
  processor: 'DACDD7EA-66D6-4A3A-B3C5-2D3D6A1F7B10',
  memory: '0C7F7B0A-2F4E-4D39-9F58-6C9D3A7E5B21',
};

function virtualSystemType({ planned, checkpoint }: Configuration): string {
  if (planned) return 'Microsoft:Hyper-V:System:Planned';
  return checkpoint === null ? 'Microsoft:Hyper-V:System:Realized' : `Microsoft:Hyper-V:Snapshot:${checkpoint.kind}`;
}

function parentOf({ vm, checkpoint }: Configuration, host: string): string | null {
  const parent = checkpoint === null ? vm.checkpoints.at(-1) : vm.checkpoints[checkpoint.parent ?? -1];
  return parent === undefined
    ? null
    : objectPath(host, 'Msvm_VirtualSystemSettingData', { InstanceID: instanceId(parent.id) });
}

export function virtualSystems(view: HostView): Values[] {
  const { machine } = view;
  const old = machine.os.generation === 2012;
  return configurationsOf(view).map((configuration): Values => {
    const { id, vm, checkpoint } = configuration;
    const folder = checkpoint === null ? 'Virtual Machines' : 'Snapshots';
    return {
      InstanceID: instanceId(id),
      Caption: machine.language.vmCaption,
      ElementName: checkpoint?.name ?? vm.name,
      VirtualSystemIdentifier: vm.id,
      VirtualSystemType: virtualSystemType(configuration),
      VirtualSystemSubType: `Microsoft:Hyper-V:SubType:${vm.generation}`,
      Notes: [checkpoint?.notes ?? vm.notes],
      // Seen on a live 2012 R2 host: active settings without a time.
      CreationTime: old && checkpoint === null ? never : { datetime: checkpoint?.createdAt ?? vm.createdAt },
      ConfigurationID: id,
      ConfigurationDataRoot: vm.folder,
      ConfigurationFile: `${folder}\\${id}.${old ? 'xml' : 'vmcx'}`,
      SnapshotDataRoot: vm.folder,
      SuspendDataRoot: old ? `Virtual Machines\\${id}` : vm.folder,
      SwapFileDataRoot: vm.folder,
      AutomaticStartupAction: 3,
      AutomaticStartupActionDelay: { intervalMs: vm.startupDelayMs },
      AutomaticStartupActionSequenceNumber: 0,
      AutomaticShutdownAction: 3,
      AutomaticRecoveryAction: 3,
      AutomaticCriticalErrorAction: 1,
      AutomaticCriticalErrorActionTimeout: { intervalMs: 1_800_000 },
      AutomaticSnapshotsEnabled: false,
      Architecture: 'x64',
      BIOSGUID: `{${vm.biosGuid}}`,
      BIOSNumLock: false,
      BIOSSerialNumber: serialNumber(vm),
      BaseBoardSerialNumber: serialNumber(vm),
      ChassisSerialNumber: serialNumber(vm),
      BootOrder: vm.generation === 1 ? [2, 3, 1, 0] : null,
      ConsoleMode: 0,
      EnhancedSessionTransportType: 0,
      IncrementalBackupEnabled: false,
      IsAutomaticSnapshot: checkpoint?.automatic ?? false,
      IsSaved: checkpoint === null ? vm.state === 6 : checkpoint.withMemory,
      LockOnDisconnect: false,
      NetworkBootPreferredProtocol: 4096,
      Parent: parentOf(configuration, machine.name),
      SecureBootEnabled: vm.secureBoot,
      UserSnapshotType: 3,
      Version: vm.configurationVersion,
      VirtualNumaEnabled: !vm.memory.dynamic,
    };
  });
}

/** `1234-5678-…`, from the VM's id. */
const serialNumber = (vm: VmModel): string =>
  (BigInt(`0x${vm.id.replaceAll('-', '').slice(0, 24)}`) % 10n ** 26n)
    .toString()
    .padStart(26, '0')
    .replace(/(.{4})/g, '$1-');

/** Keys that no grammar explains, as a future Hyper-V may have them. */
const strangeKey = (device: string, place: number): string => `HCS#${device}#${String(place).padStart(8, '0')}`;

export function processors(view: HostView): Values[] {
  const { language, hardware } = view.machine;
  const { keys } = behaviourOf(view.machine);
  const rows = configurationsOf(view).map(({ id, vm }, place): Values => {
    const key = instanceId(id, constantDevices.processor, '0');
    return {
      ...allocationValues({
        instanceId: keys === 'strange' ? strangeKey('vcpu', place) : key,
        name: language.processor,
        resourceType: 3,
        resourceSubType: 'Microsoft:Hyper-V:Processor',
      }),
      AllocationUnits: 'percent / 1000',
      VirtualQuantity: String(vm.processors),
      Reservation: String(vm.processorReservation),
      Limit: String(vm.processorLimit),
      Weight: vm.processorWeight,
      LimitCPUID: false,
      LimitProcessorFeatures: false,
      MaxProcessorsPerNumaNode: String(hardware.coresPerSocket * hardware.threadsPerCore),
      MaxNumaNodesPerSocket: '1',
      ExposeVirtualizationExtensions: vm.nested,
      EnableHostResourceProtection: false,
      HwThreadsPerCore: String(hardware.threadsPerCore),
      CpuGroupId: '00000000-0000-0000-0000-000000000000',
      HideHypervisorPresent: false,
    };
  });
  const template = { AllocationUnits: 'percent / 1000', Limit: '100000', Weight: 100 };
  return [...templatesOf(language, pools.processor, 3, 'Microsoft:Hyper-V:Processor', template), ...rows];
}

/** Its keys are the one case of a device GUID in lower case, without the `\0` of the device. */
export function memory(view: HostView): Values[] {
  const { language } = view.machine;
  const { keys } = behaviourOf(view.machine);
  const rows = configurationsOf(view).map(
    ({ id, vm }, place): Values => ({
      ...allocationValues({
        instanceId: keys === 'strange' ? strangeKey('ram', place) : instanceId(id, constantDevices.memory),
        name: language.memory,
        resourceType: 4,
        resourceSubType: 'Microsoft:Hyper-V:Memory',
      }),
      AllocationUnits: 'byte * 2^20',
      VirtualQuantity: String(vm.memory.startup),
      VirtualQuantityUnits: 'byte * 2^20',
      // A static VM shows what a dynamic one would get.
      Reservation: String(vm.memory.dynamic ? vm.memory.minimum : 512),
      Limit: String(vm.memory.dynamic ? vm.memory.maximum : 1_048_576),
      Weight: vm.memory.weight,
      DynamicMemoryEnabled: vm.memory.dynamic,
      HugePagesEnabled: false,
      IsVirtualized: true,
      MaxMemoryBlocksPerNumaNode: '131072',
      SgxEnabled: false,
      SgxSize: '0',
      SwapFilesInUse: false,
      TargetMemoryBuffer: vm.memory.buffer,
    }),
  );
  const template = { AllocationUnits: 'byte * 2^20', Limit: '1048576', VirtualQuantity: '1024' };
  return [...templatesOf(language, pools.memory, 4, 'Microsoft:Hyper-V:Memory', template), ...rows];
}

export const securitySettings = (view: HostView): Values[] =>
  configurationsOf(view).map(({ id, vm }) => ({
    InstanceID: instanceId(id, 'E3B5C1A4-0D37-4B27-8C3B-0E4F8A6B9D55'),
    ElementName: 'Security Settings',
    TpmEnabled: vm.generation === 2 && vm.secureBoot && vm.processors > 2,
    KsdEnabled: false,
    ShieldingRequested: false,
    DataProtectionRequested: false,
    EncryptStateAndVmMigrationTraffic: false,
    VirtualizationBasedSecurityOptOut: false,
    BindToHostTpm: false,
  }));
