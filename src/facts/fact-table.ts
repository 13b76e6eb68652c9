import type { CimFactDeclaration, FactDeclaration, PropertyTypes, RowOf, ScriptFactDeclaration } from './fact.ts';

const virtualization = 'root/virtualization/v2';
const cluster = 'root/MSCluster';
const cimv2 = 'root/cimv2';

const cim = <const Declaration extends CimFactDeclaration>(declaration: Declaration): Declaration => declaration;
const script = <const Declaration extends ScriptFactDeclaration>(declaration: Declaration): Declaration => declaration;

/** Properties that all setting data of a virtual device shares and that the joins need. */
const settingData = { InstanceID: 'string', ElementName: 'string' } as const satisfies PropertyTypes;

/**
 * Everything that is asked of a host, cheap facts first. Types follow `cim-schema.json`; which RVTools column needs
 * which property is told by the collectors.
 */
export const factTable = {
  hostSystem: cim({
    name: 'hostSystem',
    namespace: cimv2,
    className: 'Win32_ComputerSystem',
    properties: {
      Name: 'string',
      DNSHostName: 'string',
      Domain: 'string',
      PartOfDomain: 'boolean',
      Manufacturer: 'string',
      Model: 'string',
      NumberOfProcessors: 'uint32',
      NumberOfLogicalProcessors: 'uint32',
      TotalPhysicalMemory: 'uint64',
    },
  }),
  hostProduct: cim({
    name: 'hostProduct',
    namespace: cimv2,
    className: 'Win32_ComputerSystemProduct',
    properties: { UUID: 'string', Vendor: 'string', Name: 'string' },
  }),
  operatingSystem: cim({
    name: 'operatingSystem',
    namespace: cimv2,
    className: 'Win32_OperatingSystem',
    properties: {
      Caption: 'string',
      Version: 'string',
      BuildNumber: 'string',
      OperatingSystemSKU: 'uint32',
      LocalDateTime: 'datetime',
      LastBootUpTime: 'datetime',
    },
  }),
  hostProcessors: cim({
    name: 'hostProcessors',
    namespace: cimv2,
    className: 'Win32_Processor',
    properties: {
      DeviceID: 'string',
      Name: 'string',
      MaxClockSpeed: 'uint32',
      NumberOfCores: 'uint32',
      NumberOfLogicalProcessors: 'uint32',
    },
    // LoadPercentage makes the provider sample for a second per socket.
    select: 'listed',
  }),
  computerSystems: cim({
    name: 'computerSystems',
    namespace: virtualization,
    className: 'Msvm_ComputerSystem',
    properties: {
      Name: 'string',
      ElementName: 'string',
      EnabledState: 'uint16',
      OtherEnabledState: 'string',
      HealthState: 'uint16',
      OperationalStatus: 'uint16[]',
      InstallDate: 'datetime',
      OnTimeInMilliseconds: 'uint64',
      TimeOfLastStateChange: 'datetime',
      TimeOfLastConfigurationChange: 'datetime',
      ReplicationMode: 'uint16',
      ReplicationState: 'uint16',
      ReplicationHealth: 'uint16',
    },
  }),
  virtualSystems: cim({
    name: 'virtualSystems',
    namespace: virtualization,
    className: 'Msvm_VirtualSystemSettingData',
    properties: {
      ...settingData,
      VirtualSystemIdentifier: 'string',
      VirtualSystemType: 'string',
      VirtualSystemSubType: 'string',
      ConfigurationID: 'string',
      Parent: 'string',
      Notes: 'string[]',
      CreationTime: 'datetime',
      ConfigurationDataRoot: 'string',
      ConfigurationFile: 'string',
      SnapshotDataRoot: 'string',
      SuspendDataRoot: 'string',
      SwapFileDataRoot: 'string',
      LogDataRoot: 'string',
      AutomaticStartupActionDelay: 'interval',
      BIOSGUID: 'string',
      SecureBootEnabled: 'boolean',
      Version: 'string',
      UserSnapshotType: 'uint16',
      IsAutomaticSnapshot: 'boolean',
      IsSaved: 'boolean',
    },
  }),
  processors: cim({
    name: 'processors',
    namespace: virtualization,
    className: 'Msvm_ProcessorSettingData',
    properties: {
      InstanceID: 'string',
      VirtualQuantity: 'uint64',
      Reservation: 'uint64',
      Limit: 'uint64',
      Weight: 'uint32',
      PoolID: 'string',
      MaxProcessorsPerNumaNode: 'uint64',
      MaxNumaNodesPerSocket: 'uint64',
      LimitProcessorFeatures: 'boolean',
      ExposeVirtualizationExtensions: 'boolean',
      HwThreadsPerCore: 'uint64',
    },
  }),
  memory: cim({
    name: 'memory',
    namespace: virtualization,
    className: 'Msvm_MemorySettingData',
    properties: {
      InstanceID: 'string',
      VirtualQuantity: 'uint64',
      Reservation: 'uint64',
      Limit: 'uint64',
      Weight: 'uint32',
      PoolID: 'string',
      DynamicMemoryEnabled: 'boolean',
      TargetMemoryBuffer: 'uint32',
      SwapFilesInUse: 'boolean',
    },
  }),
  resourceAllocations: cim({
    name: 'resourceAllocations',
    namespace: virtualization,
    className: 'Msvm_ResourceAllocationSettingData',
    properties: {
      ...settingData,
      ResourceType: 'uint16',
      ResourceSubType: 'string',
      Parent: 'string',
      Address: 'string',
      AddressOnParent: 'string',
      HostResource: 'string[]',
    },
  }),
  storageAllocations: cim({
    name: 'storageAllocations',
    namespace: virtualization,
    className: 'Msvm_StorageAllocationSettingData',
    properties: {
      ...settingData,
      ResourceType: 'uint16',
      ResourceSubType: 'string',
      Parent: 'string',
      HostResource: 'string[]',
      PersistentReservationsSupported: 'boolean',
    },
  }),
  syntheticAdapters: cim({
    name: 'syntheticAdapters',
    namespace: virtualization,
    className: 'Msvm_SyntheticEthernetPortSettingData',
    properties: { ...settingData, Address: 'string', StaticMacAddress: 'boolean' },
  }),
  emulatedAdapters: cim({
    name: 'emulatedAdapters',
    namespace: virtualization,
    className: 'Msvm_EmulatedEthernetPortSettingData',
    properties: { ...settingData, Address: 'string', StaticMacAddress: 'boolean' },
  }),
  portAllocations: cim({
    name: 'portAllocations',
    namespace: virtualization,
    className: 'Msvm_EthernetPortAllocationSettingData',
    properties: {
      ...settingData,
      EnabledState: 'uint16',
      HostResource: 'string[]',
      Parent: 'string',
      LastKnownSwitchName: 'string',
    },
  }),
  portVlans: cim({
    name: 'portVlans',
    namespace: virtualization,
    className: 'Msvm_EthernetSwitchPortVlanSettingData',
    properties: {
      InstanceID: 'string',
      OperationMode: 'uint32',
      AccessVlanId: 'uint16',
      NativeVlanId: 'uint16',
      TrunkVlanIdArray: 'uint16[]',
      PvlanMode: 'uint32',
      PrimaryVlanId: 'uint16',
      SecondaryVlanId: 'uint16',
    },
  }),
  portIsolations: cim({
    name: 'portIsolations',
    namespace: virtualization,
    className: 'Msvm_EthernetSwitchPortIsolationSettingData',
    properties: { InstanceID: 'string', IsolationMode: 'uint32', DefaultIsolationId: 'uint32' },
    mayBeAbsent: true,
  }),
  portOffloads: cim({
    name: 'portOffloads',
    namespace: virtualization,
    className: 'Msvm_EthernetSwitchPortOffloadSettingData',
    properties: { InstanceID: 'string', IOVOffloadWeight: 'uint32' },
  }),
  guestNetworks: cim({
    name: 'guestNetworks',
    namespace: virtualization,
    className: 'Msvm_GuestNetworkAdapterConfiguration',
    properties: { InstanceID: 'string', DHCPEnabled: 'boolean', IPAddresses: 'string[]' },
  }),
  keyValuePairs: cim({
    name: 'keyValuePairs',
    namespace: virtualization,
    className: 'Msvm_KvpExchangeComponent',
    properties: { SystemName: 'string', EnabledState: 'uint16', GuestIntrinsicExchangeItems: 'string[]' },
  }),
  heartbeats: cim({
    name: 'heartbeats',
    namespace: virtualization,
    className: 'Msvm_HeartbeatComponent',
    properties: { SystemName: 'string', EnabledState: 'uint16', OperationalStatus: 'uint16[]' },
  }),
  backupServices: cim({
    name: 'backupServices',
    namespace: virtualization,
    className: 'Msvm_VssComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
  }),
  timeSyncServices: cim({
    name: 'timeSyncServices',
    namespace: virtualization,
    className: 'Msvm_TimeSyncComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
  }),
  shutdownServices: cim({
    name: 'shutdownServices',
    namespace: virtualization,
    className: 'Msvm_ShutdownComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
  }),
  heartbeatServices: cim({
    name: 'heartbeatServices',
    namespace: virtualization,
    className: 'Msvm_HeartbeatComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
  }),
  dataExchangeServices: cim({
    name: 'dataExchangeServices',
    namespace: virtualization,
    className: 'Msvm_KvpExchangeComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
  }),
  guestFileServices: cim({
    name: 'guestFileServices',
    namespace: virtualization,
    className: 'Msvm_GuestServiceInterfaceComponentSettingData',
    properties: { InstanceID: 'string', EnabledState: 'uint16' },
    mayBeAbsent: true,
  }),
  switches: cim({
    name: 'switches',
    namespace: virtualization,
    className: 'Msvm_VirtualEthernetSwitch',
    properties: { Name: 'string', ElementName: 'string' },
  }),
  groups: cim({
    name: 'groups',
    namespace: virtualization,
    className: 'Msvm_VirtualSystemCollection',
    properties: { InstanceID: 'string', ElementName: 'string', CollectionID: 'string' },
    mayBeAbsent: true,
  }),
  groupMembers: cim({
    name: 'groupMembers',
    namespace: virtualization,
    className: 'Msvm_CollectedVirtualSystems',
    properties: { Collection: 'reference', Member: 'reference' },
    mayBeAbsent: true,
  }),
  summaries: cim({
    name: 'summaries',
    namespace: virtualization,
    className: 'Msvm_SummaryInformation',
    properties: {
      Name: 'string',
      EnabledState: 'uint16',
      HealthState: 'uint16',
      UpTime: 'uint64',
      MemoryUsage: 'uint64',
      MemoryAvailable: 'sint32',
      ProcessorLoad: 'uint16',
      Heartbeat: 'uint16',
      ApplicationHealth: 'uint16',
      GuestOperatingSystem: 'string',
      IntegrationServicesVersionState: 'uint16',
      SwapFilesInUse: 'boolean',
    },
    select: 'listed',
  }),
  clusters: cim({
    name: 'clusters',
    namespace: cluster,
    className: 'MSCluster_Cluster',
    properties: { Name: 'string', Fqdn: 'string' },
    mayBeAbsent: true,
  }),
  clusterGroups: cim({
    name: 'clusterGroups',
    namespace: cluster,
    className: 'MSCluster_ResourceGroup',
    properties: {
      Name: 'string',
      GroupType: 'uint32',
      Priority: 'uint32',
      OwnerNode: 'string',
      AntiAffinityClassNames: 'string[]',
    },
    mayBeAbsent: true,
  }),
  clusterResources: cim({
    name: 'clusterResources',
    namespace: cluster,
    className: 'MSCluster_Resource',
    properties: {
      Name: 'string',
      Type: 'string',
      OwnerGroup: 'string',
      OwnerNode: 'string',
      State: 'uint32',
      PrivateProperties: 'instance',
    },
    mayBeAbsent: true,
  }),
  clusterRules: cim({
    name: 'clusterRules',
    namespace: cluster,
    className: 'MSCluster_AffinityRule',
    properties: { Name: 'string', RuleType: 'uint32', Enabled: 'uint32', Groups: 'string[]' },
    mayBeAbsent: true,
  }),
  sharedVolumes: cim({
    name: 'sharedVolumes',
    namespace: cluster,
    className: 'MSCluster_ClusterSharedVolume',
    properties: { Name: 'string', VolumeName: 'string', FaultState: 'uint32' },
    mayBeAbsent: true,
  }),
  volumes: cim({
    name: 'volumes',
    namespace: cimv2,
    className: 'Win32_Volume',
    properties: {
      DeviceID: 'string',
      Name: 'string',
      DriveLetter: 'string',
      DriveType: 'uint32',
      FileSystem: 'string',
      Label: 'string',
      Capacity: 'uint64',
      FreeSpace: 'uint64',
    },
    // A removable or network volume can hang the provider.
    where: 'DriveType = 3',
    slow: true,
  }),
  clusterIdentity: script({
    name: 'clusterIdentity',
    script: [
      "$key = Get-ItemProperty -LiteralPath 'HKLM:\\Cluster' -ErrorAction Stop",
      '@{ ClusterInstanceID = [string]$key.ClusterInstanceID }',
    ].join('\n'),
    properties: { ClusterInstanceID: 'string' },
    mayBeAbsent: true,
    costsByCim: ['VI SDK UUID (made from the name of the cluster instead)'],
  }),
} as const satisfies Readonly<Record<string, FactDeclaration>>;

export type FactName = keyof typeof factTable;
export type Row<Name extends FactName> = RowOf<(typeof factTable)[Name]['properties']>;

/** Every fact name, in the order in which a host is asked. */
export const factNames = Object.keys(factTable) as readonly FactName[];

/** The declaration of a fact, without its precise literal type. */
export const declarationOf = (name: FactName): FactDeclaration => factTable[name];
