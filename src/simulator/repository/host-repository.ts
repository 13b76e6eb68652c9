import type { Values } from '../cim-classes.ts';
import { cimClass } from '../cim-classes.ts';
import type { CimClass, CimDiskFile, CimFolder, CimRepository } from '../cim-repository.ts';
import { behaviourOf } from '../personalities.ts';
import * as cluster from './cluster.ts';
import * as computerSystems from './computer-systems.ts';
import { diskFilesOf } from './disk-files.ts';
import * as disks from './disks.ts';
import * as hostDisks from './host-disks.ts';
import * as hostHardware from './host-hardware.ts';
import * as hostNetworks from './host-networks.ts';
import * as hostOs from './host-os.ts';
import type { HostView } from './host-view.ts';
import * as services from './integration-services.ts';
import { virtualization } from './keys.ts';
import * as networks from './networks.ts';
import * as virtualSystems from './virtual-systems.ts';
import { foldersOf } from './vm-files.ts';

type Rows = (view: HostView) => readonly Values[];

const virtualizationClasses: Readonly<Record<string, Rows>> = {
  Msvm_ComputerSystem: computerSystems.computerSystems,
  Msvm_PlannedComputerSystem: computerSystems.plannedSystems,
  Msvm_VirtualSystemManagementService: computerSystems.managementServices,
  Msvm_ImageManagementService: computerSystems.imageServices,
  Msvm_SummaryInformation: computerSystems.summaries,
  Msvm_KvpExchangeComponent: computerSystems.keyValuePairs,
  Msvm_HeartbeatComponent: computerSystems.heartbeats,
  Msvm_VirtualSystemCollection: computerSystems.groups,
  Msvm_CollectedVirtualSystems: computerSystems.groupMembers,
  Msvm_VirtualSystemSettingData: virtualSystems.virtualSystems,
  Msvm_ProcessorSettingData: virtualSystems.processors,
  Msvm_MemorySettingData: virtualSystems.memory,
  Msvm_VssComponentSettingData: services.backupServices,
  Msvm_TimeSyncComponentSettingData: services.timeSyncServices,
  Msvm_ShutdownComponentSettingData: services.shutdownServices,
  Msvm_HeartbeatComponentSettingData: services.heartbeatServices,
  Msvm_KvpExchangeComponentSettingData: services.dataExchangeServices,
  Msvm_GuestServiceInterfaceComponentSettingData: services.guestFileServices,
  Msvm_SecuritySettingData: virtualSystems.securitySettings,
  Msvm_ResourceAllocationSettingData: disks.resourceAllocations,
  Msvm_StorageAllocationSettingData: disks.storageAllocations,
  Msvm_DiskDrive: disks.diskDrives,
  Msvm_SyntheticEthernetPortSettingData: networks.syntheticAdapters,
  Msvm_EmulatedEthernetPortSettingData: networks.emulatedAdapters,
  Msvm_EthernetPortAllocationSettingData: networks.portAllocations,
  Msvm_EthernetSwitchPortVlanSettingData: networks.portVlans,
  Msvm_EthernetSwitchPortIsolationSettingData: networks.portIsolations,
  Msvm_EthernetSwitchPortOffloadSettingData: networks.portOffloads,
  Msvm_GuestNetworkAdapterConfiguration: networks.guestNetworks,
  Msvm_VirtualEthernetSwitch: networks.switches,
  Msvm_VirtualEthernetSwitchSettingData: networks.switchSettings,
  Msvm_ExternalEthernetPort: networks.externalPorts,
  Msvm_InternalEthernetPort: networks.internalPorts,
  Msvm_EthernetSwitchPort: networks.switchPorts,
  Msvm_EthernetSwitchPortSecuritySettingData: networks.portSecurities,
  Msvm_VirtualSystemMigrationServiceSettingData: hostHardware.migrationSettings,
  Msvm_VirtualEthernetSwitchNicTeamingSettingData: networks.switchTeamings,
};

const clusterClasses: Readonly<Record<string, Rows>> = {
  MSCluster_Cluster: cluster.cluster,
  MSCluster_Node: cluster.nodes,
  MSCluster_ResourceGroup: cluster.groups,
  MSCluster_Resource: cluster.resources,
  MSCluster_AffinityRule: cluster.rules,
  MSCluster_ClusterSharedVolume: cluster.sharedVolumes,
  MSCluster_DiskPartition: cluster.diskPartitions,
};

const hostClasses = (now: string): Readonly<Record<string, Rows>> => ({
  Win32_ComputerSystem: hostOs.computerSystem,
  Win32_ComputerSystemProduct: hostOs.product,
  Win32_OperatingSystem: (view) => hostOs.operatingSystem(view, now),
  Win32_Processor: hostOs.processorsOfHost,
  Win32_Volume: hostOs.volumes,
  Win32_Service: hostOs.services,
  Win32_NetworkAdapterConfiguration: hostNetworks.networkConfigurations,
  Win32_BIOS: hostHardware.bios,
  Win32_SystemEnclosure: hostHardware.enclosures,
  Win32_TimeZone: hostHardware.timeZone,
  SoftwareLicensingProduct: hostHardware.licences,
  Win32_SCSIController: hostHardware.storageControllers,
  Win32_PerfFormattedData_HvStats_HyperVHypervisorLogicalProcessor: hostHardware.processorUsage,
});

const storageClasses: Readonly<Record<string, Rows>> = {
  MSFT_Disk: hostDisks.hostDisks,
  MSFT_Partition: hostDisks.partitions,
  MSFT_InitiatorPort: hostHardware.initiatorPorts,
};

const networkClasses: Readonly<Record<string, Rows>> = {
  MSFT_NetAdapter: hostNetworks.netAdapters,
  MSFT_NetAdapterHardwareInfoSettingData: hostNetworks.netAdapterHardware,
  MSFT_NetLbfoTeam: hostNetworks.lbfoTeams,
  MSFT_NetLbfoTeamMember: hostNetworks.lbfoMembers,
  MSFT_NetSwitchTeam: hostNetworks.switchTeams,
  MSFT_NetSwitchTeamMember: hostNetworks.switchTeamMembers,
  MSFT_NetIPAddress: hostNetworks.ipAddresses,
  MSFT_NetIPInterface: hostNetworks.ipInterfaces,
  MSFT_NetRoute: hostNetworks.routes,
};

/**
 * The CIM repository of a host at one time. Hosts without Hyper-V lack its namespace; where rights are missing or vmms
 * is stopped, the classes are there and empty; hosts outside a cluster have no root/MSCluster. `now`: ISO 8601, UTC.
 */
export function hostRepository(view: HostView, now: string): CimRepository {
  const { machine } = view;
  const { hyperV } = behaviourOf(machine);
  const empty = hyperV === 'hidden' || hyperV === 'stopped';
  const classes = (namespace: string, tables: Readonly<Record<string, Rows>>, silent = false) => {
    const made: [string, CimClass][] = [];
    for (const [className, rows] of Object.entries(tables)) {
      const known = cimClass(namespace, className, machine.os.generation, () => (silent ? [] : rows(view)));
      if (known !== undefined) made.push([className, known]);
    }
    return Object.fromEntries(made);
  };
  let heldFiles: WeakRef<readonly CimDiskFile[]> | undefined;
  let heldFolders: WeakRef<readonly CimFolder[]> | undefined;
  return {
    namespaces: {
      'root/cimv2': classes('root/cimv2', hostClasses(now)),
      'root/StandardCimv2': classes('root/StandardCimv2', networkClasses),
      'root/Microsoft/Windows/Storage': classes('root/Microsoft/Windows/Storage', storageClasses),
      'root/WMI': classes('root/WMI', { DSM_QueryLBPolicy_V2: hostDisks.multipathPolicies }),
      'root/cimv2/power': classes('root/cimv2/power', { Win32_PowerPlan: hostHardware.powerPlans }),
      ...(hyperV === 'notInstalled' ? {} : { [virtualization]: classes(virtualization, virtualizationClasses, empty) }),
      ...(machine.cluster === null ? {} : { 'root/MSCluster': classes('root/MSCluster', clusterClasses) }),
    },
    registry: {
      'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion': {
        CurrentBuild: machine.os.buildNumber,
        ...hostOs.updateRevision(machine),
      },
      'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters': hostOs.timeServers(machine),
      ...(machine.cluster === null ? {} : { 'HKLM:\\Cluster': { ClusterInstanceID: machine.cluster.instanceId } }),
    },
    get diskFiles() {
      // Asked for once per file; held only as long as somebody uses them, as the instances of classes are.
      const files = heldFiles?.deref() ?? (empty ? [] : diskFilesOf(view));
      heldFiles = new WeakRef(files);
      return files;
    },
    get folders() {
      const folders = heldFolders?.deref() ?? (empty ? [] : foldersOf(view));
      heldFolders = new WeakRef(folders);
      return folders;
    },
  };
}
