import { dateOf, mebibytes, numberOf, textOf, trueOrFalse } from './cell-values.ts';
import type { Cell } from './collector.ts';
import { majorVersion, versionAtLeast } from './configuration-version.ts';
import { bracketFolder, bracketPath, underRoot } from './datastore-path.ts';
import type { DiskFigures } from './disk-figures.ts';
import { empty } from './empty-column.ts';
import { extraVmColumns } from './extra-columns.ts';
import { dnsNameOf, primaryAddress } from './guest-knowledge.ts';
import { guestDetails } from './guest-os.ts';
import { guestStateOf, heartbeatOf } from './heartbeat.ts';
import type { ClusterRule } from './joins/cluster.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { guidOf } from './joins/instance-id.ts';
import { hostDisksOnlyWhere } from './joins/pass-through.ts';
import { activeMemory, memorySize } from './memory-figures.ts';
import { vmCollector } from './per-vm.ts';
import { isInaccessible } from './power-state.ts';
import {
  annotationColumn,
  folderOf,
  guestOsColumns,
  leadingVmColumns,
  placeColumns,
  resourcePoolPath,
  sdkColumns,
  type VmSubject,
  vmColumnFacts,
  vmIdColumn,
  vmUuidColumn,
} from './vm-columns.ts';

/** Storage in MiB; blank where a size is not known, never 0. */
const storage =
  (figure: keyof DiskFigures) =>
  ({ vm, host }: VmSubject): number | null =>
    vm.storage === undefined ? null : mebibytes(host.figuresOf(vm.storage)[figure]);

function configStatus({ system }: VirtualMachine): string {
  if (system.HealthState === null) return 'gray';
  if (system.HealthState === 5) return 'green';
  return system.HealthState === 20 || system.HealthState === 25 ? 'red' : 'yellow';
}

/** `orphaned`: listed by the host, but without settings. */
function connectionState({ system, settings }: VirtualMachine): string {
  if (settings === null) return 'orphaned';
  return isInaccessible(system) ? 'inaccessible' : 'connected';
}

/** A differencing file of a checkpoint is attached, though the VM has no checkpoint: a merge did not happen. */
function consolidationNeeded({ disks, checkpoints }: VirtualMachine): boolean | null {
  if (disks === undefined || checkpoints === undefined) return null;
  return checkpoints.length === 0 && disks.some((disk) => /\.avhdx?$/i.test(disk.path ?? ''));
}

/** When the VM was started, reckoned back from the time of collection; null unless it runs. */
function poweredOnAt({ system, summary, running }: VirtualMachine, collectedAt: string): Date | null {
  const upMs = numberOf(system.OnTimeInMilliseconds) || numberOf(summary?.UpTime);
  const collected = Date.parse(collectedAt);
  const startedAt = new Date(collected - (upMs || Number.NaN));
  return running && !Number.isNaN(startedAt.getTime()) ? startedAt : null;
}

const isSuspended = (vm: VirtualMachine): boolean => vm.powerState === 'suspended';

/** Resilient change tracking: configuration version 8.0 and later, of VHDX files (differencing ones and sets too). */
function changeTracking({ settings, disks }: VirtualMachine): 'TRUE' | 'FALSE' | null {
  const canTrack = versionAtLeast(settings?.Version, 8, 0);
  if (canTrack === false) return 'FALSE';
  if (canTrack === null || disks === undefined) return null;
  const tracked = disks.length > 0 && disks.every((disk) => /\.(?:a?vhdx|vhds)$/i.test(disk.path ?? ''));
  return tracked ? 'TRUE' : 'FALSE';
}

/** EnableUUID stands for Hyper-V's backup (volume shadow copy) service. */
function backupService({ services: { backup } }: VirtualMachine): 'TRUE' | 'FALSE' | null {
  if (backup === null || backup === undefined) return null;
  return backup ? 'TRUE' : 'FALSE';
}

/** The network of the n-th adapter, from 1. */
const network =
  (n: number) =>
  ({ vm }: VmSubject): Cell =>
    vm.adapters?.[n - 1]?.network ?? null;

/** RVTools' folder ids are `group-v<n>`: a number drawn from the group's GUID stays the same from run to run. */
const folderId = ({ group }: VirtualMachine): string | null =>
  group === undefined ? null : `group-v${Number.parseInt(group.id.slice(0, 8), 16)}`;

/** Null without a cluster, and where it is not known. */
function dasProtection({ clusterRole }: VirtualMachine, { cluster }: HostView): boolean | null {
  return cluster.kind !== 'member' || clusterRole === undefined ? null : clusterRole !== null;
}

/** Told only of replicating VMs; state 12 is "failover in progress". */
function failoverInProgress({ system }: VirtualMachine): boolean | null {
  return system.ReplicationMode ? system.ReplicationState === 12 : null;
}

/** `MSCluster_ResourceGroup.Priority`. */
const restartPriorities: ReadonlyMap<number, string> = new Map([
  [0, 'disabled'],
  [1000, 'low'],
  [2000, 'medium'],
  [3000, 'high'],
]);

function heartbeatMonitoring({ clusterRole }: VirtualMachine, { cluster }: HostView): string | null {
  if (cluster.kind === 'standalone' || clusterRole === null) return 'vmMonitoringDisabled';
  const check = clusterRole?.checkHeartbeat ?? null;
  return check === null ? null : check ? 'vmMonitoringOnly' : 'vmMonitoringDisabled';
}

const rulesOf = (vm: VirtualMachine, part: keyof ClusterRule): string | null =>
  [...new Set(vm.clusterRole?.rules?.map((rule) => rule[part]))].join(', ') || null;

/** The class says nothing of it before 2012 R2, where every VM is of generation 1. */
function firmware({ settings }: VirtualMachine): 'bios' | 'efi' | null {
  if (!settings) return null;
  return settings.VirtualSystemSubType?.toLowerCase() === 'microsoft:hyper-v:subtype:2' ? 'efi' : 'bios';
}

function secureBoot(vm: VirtualMachine): boolean | null {
  return firmware(vm) === 'bios' ? false : (vm.settings?.SecureBootEnabled ?? null);
}

/** A file or folder of the VM's settings; what is kept relative lies under the configuration's root. */
const settingsPath = ({ settings }: VirtualMachine, path: string | null | undefined): string | null =>
  underRoot(settings?.ConfigurationDataRoot ?? null, path ?? null);

function folder({ vm, host }: VmSubject, ...paths: (string | null | undefined)[]): string | null {
  return bracketFolder(settingsPath(vm, paths.find(textOf)), host.datastores);
}

/** `Microsoft Hyper-V 10.0.20348 build-20348 (Windows Server 2022 Datacenter)`. */
function sdkServerType({ identity: { product } }: HostView): string | null {
  if (product.version === null) return null;
  const build = product.build === null ? '' : ` build-${product.build}`;
  const caption = product.caption === null ? '' : ` (${product.caption.replace(/^Microsoft\s+/i, '').trim()})`;
  return `Microsoft Hyper-V ${product.version}${build}${caption}`;
}

/** vInfo: one row per VM. Sizes in MiB, times UTC. */
export const vInfo = vmCollector<VmSubject>({
  tab: 'vInfo',
  requires: [
    'computerSystems',
    'virtualSystems',
    'processors',
    'memory',
    'syntheticAdapters',
    'emulatedAdapters',
    'resourceAllocations',
    'storageAllocations',
  ],
  optional: [
    ...vmColumnFacts,
    'diskSettings',
    'diskStates',
    'diskDrives',
    'hostDisks',
    'operatingSystem',
    'heartbeats',
    'backupServices',
    'portAllocations',
    'portVlans',
    'portIsolations',
    'switches',
    'guestNetworks',
    'clusterGroups',
    'clusterResources',
    'clusterRules',
    'sharedVolumes',
    'volumes',
    'folders',
    'securitySettings',
  ],
  onlyWhere: hostDisksOnlyWhere,
  joins: [
    'virtualSystems',
    'processors',
    'memory',
    'backupServices',
    'resourceAllocations',
    'storageAllocations',
    'syntheticAdapters',
    'emulatedAdapters',
    'portAllocations',
    'portVlans',
    'portIsolations',
    'guestNetworks',
  ],
  everyVmHas: ['virtualSystems', 'processors', 'memory'],
  subjects: (subject) => [subject],
  covers: (vm) => Boolean(vm.settings),
  extraColumns: extraVmColumns,
  columns: {
    ...leadingVmColumns,
    'Config status': ({ vm }) => configStatus(vm),
    'DNS Name': ({ vm }) => dnsNameOf(vm),
    'Connection state': ({ vm }) => connectionState(vm),
    'Guest state': ({ vm }) => guestStateOf(vm),
    Heartbeat: ({ vm }) => heartbeatOf(vm),
    'Consolidation Needed': ({ vm }) => trueOrFalse(consolidationNeeded(vm)),
    PowerOn: ({ vm, host }) => poweredOnAt(vm, host.collectedAt),
    'Suspended To Memory': ({ vm }) => (isSuspended(vm) ? trueOrFalse(vm.live) : null),
    'Suspend time': ({ vm }) => (isSuspended(vm) ? dateOf(vm.system.TimeOfLastStateChange) : null),
    'Suspend Interval': () => '0',
    'Creation date': ({ vm }) => dateOf(vm.settings?.CreationTime) ?? dateOf(vm.system.InstallDate),
    'Change Version': ({ vm }) => dateOf(vm.system.TimeOfLastConfigurationChange),
    CPUs: ({ vm }) => numberOf(vm.processor?.VirtualQuantity),
    'Overall Cpu Readiness': empty('Hyper-V tells CPU wait times by performance counters only, which are not read'),
    Memory: ({ vm }) => memorySize(vm),
    'Active Memory': ({ vm }) => activeMemory(vm),
    NICs: ({ vm }) => vm.adapters?.length ?? null,
    Disks: ({ vm }) => vm.disks?.length ?? null,
    'Total disk capacity MiB': storage('capacity'),
    'Fixed Passthru HotPlug': () => 'False',
    'min Required EVC Mode Key': empty('Hyper-V has no EVC modes'),
    'Latency Sensitivity': () => 'normal',
    'Op Notification Timeout': empty('Hyper-V has no operation notifications'),
    EnableUUID: ({ vm }) => backupService(vm),
    CBT: ({ vm }) => changeTracking(vm),
    'Primary IP Address': ({ vm }) => primaryAddress(vm),
    'Network #1': network(1),
    'Network #2': network(2),
    'Network #3': network(3),
    'Network #4': network(4),
    'Network #5': network(5),
    'Network #6': network(6),
    'Network #7': network(7),
    'Network #8': network(8),
    'Num Monitors': () => 1,
    'Video Ram KiB': empty('Hyper-V does not tell the memory of a virtual display'),
    'Resource pool': ({ host }) => resourcePoolPath(host),
    'Folder ID': ({ vm }) => folderId(vm),
    Folder: folderOf,
    vApp: empty('Hyper-V has no vApps'),
    'DAS protection': ({ vm, host }) => trueOrFalse(dasProtection(vm, host)),
    'FT State': () => 'notConfigured',
    'FT Role': empty('Hyper-V has no fault tolerance'),
    'FT Latency': () => 'gray',
    'FT Bandwidth': () => -1,
    'FT Sec. Latency': () => -1,
    'Vm Failover In Progress': ({ vm }) => trueOrFalse(failoverInProgress(vm)),
    'Provisioned MiB': storage('provisioned'),
    'In Use MiB': storage('inUse'),
    'Unshared MiB': storage('unshared'),
    'HA Restart Priority': ({ vm }) => restartPriorities.get(vm.clusterRole?.priority ?? -1) ?? null,
    'HA Isolation Response': () => 'none',
    'HA VM Monitoring': ({ vm, host }) => heartbeatMonitoring(vm, host),
    'Cluster rule(s)': ({ vm }) => rulesOf(vm, 'kind'),
    'Cluster rule name(s)': ({ vm }) => rulesOf(vm, 'name'),
    'Boot Required': () => 'False',
    'Boot delay': ({ vm }) => vm.settings?.AutomaticStartupActionDelay ?? null,
    'Boot retry delay': () => 10_000,
    'Boot retry enabled': () => 'False',
    'Boot BIOS setup': () => 'False',
    'Reboot PowerOff': () => 'False',
    'EFI Secure boot': ({ vm }) => trueOrFalse(secureBoot(vm)),
    Firmware: ({ vm }) => firmware(vm),
    'HW version': ({ vm }) => majorVersion(vm.settings?.Version),
    'HW upgrade status': () => 'none',
    'HW upgrade policy': () => 'never',
    'HW target': empty('Hyper-V plans no upgrade of a configuration version'),
    Path: ({ vm, host }) => bracketPath(settingsPath(vm, vm.settings?.ConfigurationFile), host.datastores),
    'Log directory': (subject) =>
      folder(subject, subject.vm.settings?.LogDataRoot, subject.vm.settings?.ConfigurationDataRoot),
    'Snapshot directory': (subject) => folder(subject, subject.vm.settings?.SnapshotDataRoot),
    'Suspend directory': (subject) =>
      folder(subject, subject.vm.settings?.SuspendDataRoot, subject.vm.settings?.SwapFileDataRoot),
    ...annotationColumn,
    ...placeColumns,
    ...guestOsColumns,
    'Customization Info': empty('Hyper-V keeps no guest customization'),
    'Guest Detailed Data': ({ vm }) => guestDetails(vm),
    ...vmIdColumn,
    'SMBIOS UUID': ({ vm }) => guidOf(vm.settings?.BIOSGUID) ?? null,
    ...vmUuidColumn,
    'VI SDK Server type': ({ host }) => sdkServerType(host),
    'VI SDK API Version': ({ host }) => (host.identity.product.version ? `${host.identity.product.version}.0` : null),
    ...sdkColumns,
  },
});
