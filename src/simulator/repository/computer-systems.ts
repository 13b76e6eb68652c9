import type { Values } from '../cim-classes.ts';
import type { CimDatetime } from '../cim-repository.ts';
import type { Machine, VmModel } from '../model.ts';
import { constantDevices } from '../virtual-machine.ts';
import type { HostView } from './host-view.ts';
import { instanceId } from './keys.ts';

/** Msvm_ComputerSystem and what hangs on it. Which properties are null follows recorded answers of a real host. */

const never: CimDatetime = { datetime: '1601-01-01T00:00:00.000000Z' };

function hostRow({ name, language }: Machine): Values {
  return {
    Caption: language.hostCaption,
    CreationClassName: 'Msvm_ComputerSystem',
    Description: language.hostDescription,
    ElementName: name,
    EnabledDefault: 2,
    EnabledState: 2,
    HealthState: 5,
    Name: name,
    NumberOfNumaNodes: 1,
    OperationalStatus: [2],
    RequestedState: 12,
    ResetCapability: 1,
    Status: 'OK',
    StatusDescriptions: ['OK'],
  };
}

function vmRow(vm: VmModel, { language, os }: Machine, vmIndex: number): Values {
  const running = vm.state === 2;
  const started = vm.upTimeMs > 0;
  const replicated = vm.replicationMode !== 0;
  return {
    Caption: language.vmCaption,
    CreationClassName: 'Msvm_ComputerSystem',
    Description: 'Microsoft Virtual Machine',
    ElementName: vm.name,
    EnabledDefault: running ? 2 : 3,
    EnabledState: vm.state,
    EnhancedSessionModeState: running ? 6 : 3,
    FailedOverReplicationType: 0,
    HealthState: vm.critical ? 25 : 5,
    HwThreadsPerCoreRealized: running ? 2 : null,
    InstallDate: { datetime: vm.createdAt },
    LastApplicationConsistentReplicationTime: never,
    LastReplicationTime: replicated ? { datetime: vm.changedAt } : never,
    LastReplicationType: replicated ? 1 : 0,
    Name: vm.id,
    NumberOfNumaNodes: 1,
    OnTimeInMilliseconds: String(vm.upTimeMs),
    OperationalStatus: vm.critical ? [3] : [2],
    OtherEnabledState: vm.critical ? (vm.state === 9 ? 'PausedCritical' : 'OffCritical') : null,
    ProcessID: running || vm.state === 9 ? 2000 + 4 * vmIndex : null,
    ReplicationHealth: replicated ? 1 : 0,
    ReplicationMode: vm.replicationMode,
    ReplicationState: replicated ? (vm.replicationMode === 1 ? 3 : 4) : 0,
    RequestedState: os.generation === 2012 ? 12 : 5,
    ResetCapability: 1,
    Status: vm.critical ? 'Degraded' : 'OK',
    StatusDescriptions: [language.statusOk],
    TimeOfLastConfigurationChange: { datetime: vm.changedAt },
    TimeOfLastStateChange: started ? { datetime: vm.changedAt } : never,
  };
}

export const computerSystems = (view: HostView): Values[] => [
  hostRow(view.machine),
  ...view.vms().map((vm, vmIndex) => vmRow(vm, view.machine, vmIndex)),
];

export const plannedSystems = (view: HostView): Values[] =>
  view.planned().map((vm) => ({
    Caption: view.machine.language.vmCaption,
    CreationClassName: 'Msvm_PlannedComputerSystem',
    ElementName: vm.name,
    EnabledState: 3,
    HealthState: 5,
    InstallDate: { datetime: vm.createdAt },
    Name: vm.id,
    OperationalStatus: [2],
  }));

/** What all services of Hyper-V have in common; each host has one of a class. */
const serviceOf = ({ name }: Machine, className: string, own: Values): Values => ({
  CreationClassName: className,
  EnabledState: 5,
  HealthState: 5,
  OperationalStatus: [2],
  Started: true,
  StartMode: 'Automatic',
  Status: 'OK',
  SystemCreationClassName: 'Msvm_ComputerSystem',
  SystemName: name,
  ...own,
});

export const managementServices = ({ machine }: HostView): Values[] => [
  serviceOf(machine, 'Msvm_VirtualSystemManagementService', {
    Caption: machine.language.managementServiceCaption,
    ElementName: machine.language.managementServiceCaption,
    Name: 'vmms',
  }),
];

export const imageServices = ({ machine }: HostView): Values[] => [
  serviceOf(machine, 'Msvm_ImageManagementService', {
    ElementName: 'Hyper-V Image Management Service',
    Name: 'vhdsvc',
  }),
];

/** Rows of VMs, and rows of checkpoints that look alike but name no VM. */
export function summaries(view: HostView): Values[] {
  const { machine } = view;
  return view.vms().flatMap((vm) => [
    vmSummary(vm, machine),
    ...vm.checkpoints.map(
      (checkpoint): Values => ({
        InstanceID: instanceId(checkpoint.id),
        CreationTime: { datetime: checkpoint.createdAt },
        ElementName: checkpoint.name,
        EnabledState: 3,
        HealthState: 5,
        Name: checkpoint.id,
        NumberOfProcessors: vm.processors,
        OperationalStatus: [2],
        Version: vm.configurationVersion,
      }),
    ),
  ]);
}

function vmSummary(vm: VmModel, { language, dnsHostName, os }: Machine): Values {
  const running = vm.state === 2;
  const inMemory = vm.memory.assigned > 0;
  const outdated = os.generation === 2012 && vm.guest !== null && vm.processors % 4 === 0;
  return {
    InstanceID: instanceId(vm.id),
    ApplicationHealth: running ? (vm.guest === null ? 32896 : 2) : null,
    AvailableMemoryBuffer: running && vm.memory.dynamic ? vm.memory.available : null,
    CreationTime: { datetime: vm.createdAt },
    ElementName: vm.name,
    EnabledState: vm.state,
    EnhancedSessionModeState: running ? 6 : 3,
    GuestOperatingSystem: vm.guest?.osName ?? null,
    HealthState: vm.critical ? 25 : 5,
    Heartbeat: running ? (vm.guest === null ? 12 : 2) : null,
    HostComputerSystemName: dnsHostName,
    IntegrationServicesVersionState: vm.guest === null ? 0 : outdated ? 2 : 1,
    MemoryAvailable: inMemory ? (vm.memory.dynamic ? vm.memory.available : 2147483647) : null,
    MemorySpansPhysicalNumaNodes: inMemory ? false : null,
    MemoryUsage: inMemory ? String(vm.memory.assigned) : null,
    Name: vm.id,
    Notes: vm.notes,
    NumberOfProcessors: vm.processors,
    OperationalStatus: vm.critical ? [3] : [2],
    ProcessorLoad: running ? vm.processorLoad : null,
    ReplicationHealth: vm.replicationMode === 0 ? 0 : 1,
    ReplicationMode: vm.replicationMode,
    ReplicationState: vm.replicationMode === 0 ? 0 : 3,
    Shielded: false,
    StatusDescriptions: [language.statusOk],
    SwapFilesInUse: running ? false : null,
    UpTime: String(vm.upTimeMs),
    Version: vm.configurationVersion,
    VirtualSwitchNames: vm.adapters.flatMap(({ connection }) =>
      connection.state === 'connected' ? [connection.virtualSwitch.name] : [],
    ),
    VirtualSystemSubType: `Microsoft:Hyper-V:SubType:${vm.generation}`,
  };
}

/** An item as the guest's key-value pairs are listed: CIM-XML text. An empty value has no VALUE element. */
export function exchangeItem(name: string, data: string): string {
  const property = (key: string, value: string, type = 'string'): string =>
    `<PROPERTY NAME="${key}" TYPE="${type}">${value === '' ? '' : `<VALUE>${escapeXml(value)}</VALUE>`}</PROPERTY>`;
  const propagated = ['Caption', 'Description', 'ElementName', 'InstanceID'].map(
    (key) => `<PROPERTY NAME="${key}" PROPAGATED="true" TYPE="string"></PROPERTY>`,
  );
  const [caption, description, elementName, id] = propagated;
  return (
    `<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem">${caption}${property('Data', data)}${description}${elementName}${id}` +
    `${property('Name', name)}${property('Source', '2', 'uint16')}</INSTANCE>`
  );
}

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A row per VM with a worker process; the items only where the guest talks. */
export const keyValuePairs = (view: HostView): Values[] =>
  view
    .vms()
    .filter((vm) => vm.state === 2 || vm.state === 9)
    .map((vm) => ({
      ...component(vm, 'Msvm_KvpExchangeComponent', constantDevices.keyValuePairs),
      EnabledState: vm.services.dataExchange ? 2 : 3,
      OperationalStatus: vm.guest === null ? [12] : [2],
      GuestIntrinsicExchangeItems:
        vm.state === 2 && vm.guest !== null
          ? Object.entries(vm.guest.items).map(([name, data]) => exchangeItem(name, data))
          : null,
    }));

/** Rows only for running VMs; without integration services there is no contact. */
export const heartbeats = (view: HostView): Values[] =>
  view
    .vms()
    .filter((vm) => vm.state === 2)
    .map((vm) => ({
      ...component(vm, 'Msvm_HeartbeatComponent', constantDevices.heartbeat),
      EnabledState: vm.services.heartbeat ? 2 : 3,
      OperationalStatus: vm.guest === null ? [12] : [2, 2],
    }));

const component = (vm: VmModel, className: string, device: string): Values => ({
  CreationClassName: className,
  DeviceID: instanceId(vm.id, device),
  ElementName: className,
  HealthState: 5,
  SystemCreationClassName: 'Msvm_ComputerSystem',
  SystemName: vm.id,
});

export const groups = ({ machine }: HostView): Values[] =>
  machine.groups.map(({ id, name }) => ({ CollectionID: id, ElementName: name, InstanceID: id }));

export function groupMembers(view: HostView): Values[] {
  const present = new Set(view.vms().map((vm) => vm.id));
  const namespace = 'root/virtualization/v2';
  return view.machine.groups.flatMap((group) =>
    group.members
      .filter((id) => present.has(id))
      .map((id) => ({
        Collection: {
          reference: { className: 'Msvm_VirtualSystemCollection', namespace, keys: { CollectionID: group.id } },
        },
        Member: {
          reference: {
            className: 'Msvm_ComputerSystem',
            namespace,
            keys: { CreationClassName: 'Msvm_ComputerSystem', Name: id },
          },
        },
      })),
  );
}
