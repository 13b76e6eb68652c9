import type { Values } from '../cim-classes.ts';
import type { ManagementAdapterModel, NicModel } from '../host-networks.ts';
import { macOf } from '../host-networks.ts';
import type { AdapterModel, Machine, SwitchModel, VlanModel } from '../model.ts';
import type { HostView } from './host-view.ts';
import { configurationsOf } from './host-view.ts';
import { allocationValues, instanceId, objectPath, templatesOf } from './keys.ts';

/** Adapters, what they are plugged into, and the features of those ports. */

const subTypes = {
  synthetic: 'Microsoft:Hyper-V:Synthetic Ethernet Port',
  emulated: 'Microsoft:Hyper-V:Emulated Ethernet Port',
  connection: 'Microsoft:Hyper-V:Ethernet Connection',
} as const;

const pools = {
  synthetic: '6A45335D-4C3A-44B7-B61F-C9808BBDF8ED',
  emulated: '72027ECE-E44A-446E-AF2B-8D8C4B8A2279',
  connection: '8F6D7C11-2B4E-4E7B-9B30-5C1B0F1E7A33',
} as const;

/** Feature ids below a port. */
const features = {
  vlan: '952C5004-4465-451C-8CB8-FA9AB382B773',
  offload: 'C885BFD1-ABB7-418F-8163-9F379C9F7166',
  isolation: 'C8F0D3A2-6E6B-4E1C-9C7D-1F5B8A2E4D66',
  security: '776E0BA7-94A1-41C8-8F28-951F524251B5',
  teaming: '8D8DE5A0-6D45-4E19-B5C5-2F0C3C5E9F11',
} as const;

const switchPath = (host: string, id: string): string =>
  objectPath(host, 'Msvm_VirtualEthernetSwitch', { CreationClassName: 'Msvm_VirtualEthernetSwitch', Name: id });

function adapters(view: HostView, kind: AdapterModel['kind'], extra: Values): Values[] {
  const { language } = view.machine;
  const rows = configurationsOf(view).flatMap(({ id, vm }) =>
    vm.adapters
      .filter((adapter) => adapter.kind === kind)
      .map(
        (adapter): Values => ({
          ...allocationValues({
            instanceId: instanceId(id, adapter.device),
            name: adapter.name,
            resourceType: 10,
            resourceSubType: subTypes[kind],
          }),
          Address: adapter.mac,
          StaticMacAddress: adapter.staticMac,
          ClusterMonitored: true,
          ...extra,
        }),
      ),
  );
  return [...templatesOf(language, pools[kind], 10, subTypes[kind]), ...rows];
}

export const syntheticAdapters = (view: HostView): Values[] =>
  adapters(view, 'synthetic', { DeviceNamingEnabled: false, AllowPacketDirect: false });

export const emulatedAdapters = (view: HostView): Values[] => adapters(view, 'emulated', {});

const portKey = (configuration: string, adapter: AdapterModel): string =>
  instanceId(configuration, adapter.device, 'C');

function connectionValues({ connection }: AdapterModel, host: string): Values {
  if (connection.state === 'disconnected') return { EnabledState: 3, HostResource: null, LastKnownSwitchName: '' };
  const [id, name] =
    connection.state === 'connected'
      ? [connection.virtualSwitch.id, connection.virtualSwitch.name]
      : [connection.switchId, connection.switchName];
  return { EnabledState: 2, HostResource: [switchPath(host, id)], LastKnownSwitchName: name };
}

/** The physical adapters behind a switch, or the one adapter of a team of the LBFO kind. */
function uplinksOf({ networks }: Machine, { id, uplinkAdapter }: SwitchModel): readonly string[] {
  if (uplinkAdapter === null) return [];
  return networks.team?.kind === 'set' && networks.team.switchId === id ? networks.team.members : [uplinkAdapter];
}

const managementAdaptersOf = ({ networks }: Machine, { id }: SwitchModel): readonly ManagementAdapterModel[] =>
  networks.managementAdapters.filter(({ switchId }) => switchId === id);

interface OwnPort {
  readonly key: string;
  readonly name: string;
  readonly targets: readonly string[];
}

/** Ports that a switch owns itself: their keys begin with the switch's GUID, and have no `\C`. */
function ownPorts(machine: Machine, virtualSwitch: SwitchModel): readonly OwnPort[] {
  const { id, name, uplinkPort } = virtualSwitch;
  const host = machine.name;
  const hostSystem = objectPath(host, 'Msvm_ComputerSystem', { CreationClassName: 'Msvm_ComputerSystem', Name: host });
  const uplinkPath = (guid: string): string =>
    objectPath(host, 'Msvm_ExternalEthernetPort', {
      CreationClassName: 'Msvm_ExternalEthernetPort',
      DeviceID: `Microsoft:{${guid}}`,
      SystemCreationClassName: 'Msvm_ComputerSystem',
      SystemName: host,
    });
  return [
    ...managementAdaptersOf(machine, virtualSwitch).map((adapter) => ({
      key: instanceId(id, adapter.guid),
      name: adapter.name,
      targets: [hostSystem],
    })),
    ...(uplinkPort === null
      ? []
      : [{ key: instanceId(id, uplinkPort), name, targets: uplinksOf(machine, virtualSwitch).map(uplinkPath) }]),
  ];
}

export function portAllocations(view: HostView): Values[] {
  const { language, name: host, switches } = view.machine;
  const port = (key: string, name: string): Values =>
    allocationValues({ instanceId: key, name, resourceType: 33, resourceSubType: subTypes.connection });
  return [
    ...templatesOf(language, pools.connection, 33, subTypes.connection),
    ...configurationsOf(view).flatMap(({ id, vm }) =>
      vm.adapters.map(
        (adapter): Values => ({
          ...port(portKey(id, adapter), adapter.name),
          ...connectionValues(adapter, host),
          Parent: objectPath(
            host,
            adapter.kind === 'synthetic'
              ? 'Msvm_SyntheticEthernetPortSettingData'
              : 'Msvm_EmulatedEthernetPortSettingData',
            { InstanceID: instanceId(id, adapter.device) },
          ),
        }),
      ),
    ),
    ...switches.flatMap((virtualSwitch) =>
      ownPorts(view.machine, virtualSwitch).map(
        ({ key, name, targets }): Values => ({ ...port(key, name), EnabledState: 2, HostResource: targets }),
      ),
    ),
  ];
}

/** A setting's own GUID; one port has at most one setting of a feature here. */
const settingGuid = '77A43184-5D8C-4E0F-B5C6-2A1F9D3E7B88';
const featureKey = (port: string, feature: string): string => `${port}\\${feature}\\${settingGuid}`;

function vlanValues(port: string, vlan: VlanModel): Values[] {
  const values = { InstanceID: featureKey(port, features.vlan), ElementName: 'VLAN Settings', PvlanMode: 0 };
  if (vlan.mode === 'access' && !vlan.isolation) {
    return [
      { ...values, OperationMode: 1, AccessVlanId: vlan.id, NativeVlanId: 0, PrimaryVlanId: 0, SecondaryVlanId: 0 },
    ];
  }
  if (vlan.mode === 'trunk') {
    return [
      { ...values, OperationMode: 2, AccessVlanId: 0, NativeVlanId: vlan.native, TrunkVlanIdArray: vlan.allowed },
    ];
  }
  if (vlan.mode === 'private') {
    return [
      {
        ...values,
        OperationMode: 3,
        AccessVlanId: 0,
        NativeVlanId: 0,
        PvlanMode: privateModes[vlan.kind],
        PrimaryVlanId: vlan.primary,
        ...(vlan.kind === 'promiscuous'
          ? { SecondaryVlanId: 0, SecondaryVlanIdArray: [vlan.secondary] }
          : { SecondaryVlanId: vlan.secondary }),
      },
    ];
  }
  return [];
}

const privateModes = { isolated: 1, community: 2, promiscuous: 3 } as const;

/** An untagged port has no row; the management OS's adapters may have one, below the switch's GUID. */
export const portVlans = (view: HostView): Values[] => [
  { InstanceID: `Microsoft:Definition\\${features.vlan}\\Default`, OperationMode: 0, AccessVlanId: 0 },
  ...view.machine.networks.managementAdapters.flatMap(({ switchId, guid, vlan }) =>
    vlan === null ? [] : vlanValues(instanceId(switchId, guid), { mode: 'access', id: vlan, isolation: false }),
  ),
  ...configurationsOf(view).flatMap(({ id, vm }) =>
    vm.adapters.flatMap((adapter) => vlanValues(portKey(id, adapter), adapter.vlan)),
  ),
];

export const portIsolations = (view: HostView): Values[] =>
  configurationsOf(view).flatMap(({ id, vm }) =>
    vm.adapters.flatMap((adapter): Values[] => {
      const { vlan } = adapter;
      if (vlan.mode !== 'access' || !vlan.isolation) return [];
      return [
        {
          InstanceID: featureKey(portKey(id, adapter), features.isolation),
          ElementName: 'Isolation Settings',
          IsolationMode: 3,
          DefaultIsolationId: vlan.id,
          AllowUntaggedTraffic: true,
          EnableMultiTenantStack: false,
        },
      ];
    }),
  );

export const portOffloads = (view: HostView): Values[] => [
  { InstanceID: `Microsoft:Definition\\${features.offload}\\Default`, IOVOffloadWeight: 0, VMQOffloadWeight: 100 },
  ...configurationsOf(view).flatMap(({ id, vm }) =>
    vm.adapters
      .filter((adapter) => adapter.kind === 'synthetic')
      .map(
        (adapter): Values => ({
          InstanceID: featureKey(portKey(id, adapter), features.offload),
          ElementName: 'Offload Settings',
          IOVOffloadWeight: adapter.singleRootIo ? 100 : 0,
          IOVQueuePairsRequested: 1,
          IOVInterruptModeration: 0,
          IPSecOffloadLimit: 512,
          VMQOffloadWeight: 100,
        }),
      ),
  ),
];

/** One adapter in sixteen may use any MAC address, as nested hosts and load balancers need it. */
export const allowsMacSpoofing = ({ mac }: Pick<AdapterModel, 'mac'>): boolean =>
  mac !== '000000000000' && Number.parseInt(mac.slice(-1), 16) === 0;

export const portSecurities = (view: HostView): Values[] => [
  { InstanceID: `Microsoft:Definition\\${features.security}\\Default`, AllowMacSpoofing: false, MonitorMode: 0 },
  ...configurationsOf(view).flatMap(({ id, vm }) =>
    vm.adapters.map(
      (adapter): Values => ({
        InstanceID: featureKey(portKey(id, adapter), features.security),
        ElementName: 'Security Settings',
        AllowMacSpoofing: allowsMacSpoofing(adapter),
        AllowTeaming: false,
        EnableDhcpGuard: false,
        EnableRouterGuard: false,
        MonitorMode: 0,
        MonitorSession: 0,
      }),
    ),
  ),
];

/** A row per synthetic adapter of a VM; addresses only where the guest tells them. */
export const guestNetworks = (view: HostView): Values[] =>
  view.vms().flatMap((vm) =>
    vm.adapters
      .filter((adapter) => adapter.kind === 'synthetic')
      .map((adapter): Values => {
        const addresses = adapter.ipAddresses.length === 0 ? null : adapter.ipAddresses;
        return {
          InstanceID: `Microsoft:GuestNetwork\\${vm.id}\\${adapter.device}`,
          DHCPEnabled: adapter.dhcp,
          IPAddresses: addresses,
          Subnets: addresses?.map((address) => (address.includes(':') ? '/64' : '255.255.255.0')) ?? null,
          ProtocolIFType: addresses === null ? 0 : 4096,
        };
      }),
  );

export const switches = ({ machine }: HostView): Values[] =>
  machine.switches.map(({ id, name }) => ({
    CreationClassName: 'Msvm_VirtualEthernetSwitch',
    ElementName: name,
    EnabledState: 5,
    HealthState: 5,
    MaxIOVOffloads: 0,
    MaxVMQOffloads: 64,
    Name: id,
    OperationalStatus: [2],
    Status: 'OK',
  }));

export const switchSettings = ({ machine }: HostView): Values[] =>
  machine.switches.map(({ id, name }) => ({
    InstanceID: instanceId(id),
    ElementName: name,
    VirtualSystemIdentifier: id,
    BandwidthReservationMode: 1,
    IOVPreferred: false,
    MaxNumMACAddress: 1024,
    TeamingEnabled: machine.networks.team?.kind === 'set' && machine.networks.team.switchId === id,
    PacketDirectEnabled: false,
  }));

/** How a switch shares its load among embedded team members: SET has no rows without one. */
export const switchTeamings = ({ machine: { networks } }: HostView): Values[] =>
  networks.team?.kind === 'set'
    ? [
        {
          InstanceID: `${instanceId(networks.team.switchId)}\\${features.teaming}\\${settingGuid}`,
          ElementName: 'Teaming Settings',
          LoadBalancingAlgorithm: networks.team.algorithm,
          TeamingMode: 1,
        },
      ]
    : [];

const hostPortValues = (host: string, className: string, guid: string, name: string): Values => ({
  CreationClassName: className,
  DeviceID: `Microsoft:{${guid}}`,
  ElementName: name,
  EnabledState: 2,
  HealthState: 5,
  PermanentAddress: macOf(guid),
  OperationalStatus: [2],
  SystemCreationClassName: 'Msvm_ComputerSystem',
  SystemName: host,
});

export const externalPorts = ({ machine }: HostView): Values[] =>
  machine.switches.flatMap((virtualSwitch) =>
    uplinksOf(machine, virtualSwitch).map((guid): Values => {
      const nic = machine.networks.nics.find((candidate) => candidate.guid === guid);
      return externalPort(machine, guid, nic);
    }),
  );

/** Without a physical adapter it is that of a team. */
function externalPort(machine: Machine, guid: string, nic: NicModel | undefined): Values {
  const name = nic?.description ?? 'Microsoft Network Adapter Multiplexor Driver';
  const speed = String((nic?.megabitsPerSecond ?? 20_000) * 1_000_000);
  const mtu = nic?.mtu ?? machine.networks.nics[0]?.mtu ?? 1500;
  return {
    ...hostPortValues(machine.name, 'Msvm_ExternalEthernetPort', guid, name),
    ActiveMaximumTransmissionUnit: String(mtu),
    AutoSense: true,
    EnabledDefault: 2,
    FullDuplex: true,
    IsBound: true,
    LinkTechnology: 2,
    MaxDataSize: mtu,
    MaxSpeed: speed,
    Name: name,
    PortNumber: 0,
    PortType: 53,
    RequestedSpeed: speed,
    RequestedState: 12,
    Speed: speed,
    Status: 'OK',
    StatusDescriptions: ['OK'],
    SupportedMaximumTransmissionUnit: String(mtu),
    UsageRestriction: 4,
    Caption: name,
    Description: name,
  };
}

export const internalPorts = ({ machine }: HostView): Values[] =>
  machine.networks.managementAdapters.map(({ guid, name }) =>
    hostPortValues(machine.name, 'Msvm_InternalEthernetPort', guid, name),
  );

/** Ports that live now: the switch's own, and those of running VMs. */
export function switchPorts(view: HostView): Values[] {
  const port = (id: string, switchId: string, name: string): Values => ({
    CreationClassName: 'Msvm_EthernetSwitchPort',
    DeviceID: instanceId(id),
    ElementName: name,
    EnabledState: 2,
    HealthState: 5,
    IOVOffloadUsage: 0,
    OperationalStatus: [2],
    SystemCreationClassName: 'Msvm_VirtualEthernetSwitch',
    SystemName: switchId,
    VMQOffloadUsage: 0,
  });
  return [
    ...view.machine.networks.managementAdapters.map(({ guid, switchId, name }) => port(guid, switchId, name)),
    ...view.machine.switches.flatMap(({ id, uplinkPort, name }) =>
      uplinkPort === null ? [] : [port(uplinkPort, id, name)],
    ),
    ...view
      .vms()
      .filter((vm) => vm.state === 2)
      .flatMap((vm) =>
        vm.adapters.flatMap(({ connection, device, name }) =>
          connection.state === 'connected' ? [port(device, connection.virtualSwitch.id, name)] : [],
        ),
      ),
  ];
}
