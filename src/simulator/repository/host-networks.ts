import type { Values } from '../cim-classes.ts';
import type { IpModel, ManagementAdapterModel, NicModel, TeamModel } from '../host-networks.ts';
import type { HostView } from './host-view.ts';

/** root/StandardCimv2 and the network's part of root/cimv2: the adapters of the machine, its teams and addresses. */

const teamDriver = 'Microsoft Network Adapter Multiplexor Driver';
const switchDriver = 'Hyper-V Virtual Ethernet Adapter';

interface Interface {
  readonly guid: string;
  readonly name: string;
  readonly description: string;
  readonly mac: string;
  readonly index: number;
  readonly mtu: number;
  readonly ip: IpModel | null;
}

const nicInterface = (nic: NicModel): Interface => ({ ...nic, index: nic.interfaceIndex });

const managementInterface = (adapter: ManagementAdapterModel, place: number): Interface => ({
  ...adapter,
  name: `vEthernet (${adapter.name})`,
  description: place === 0 ? switchDriver : `${switchDriver} #${place + 1}`,
  index: adapter.interfaceIndex,
});

function teamInterfaces(team: TeamModel | null, nics: readonly NicModel[]): Interface[] {
  if (team?.adapter == null) return [];
  const { guid, mac, interfaceIndex } = team.adapter;
  const mtu = nics[0]?.mtu ?? 1500;
  return [{ guid, name: team.name, description: teamDriver, mac, index: interfaceIndex, mtu, ip: null }];
}

function interfacesOf({ machine: { networks } }: HostView): Interface[] {
  const { nics, team, managementAdapters } = networks;
  return [
    ...nics.map(nicInterface),
    ...teamInterfaces(team, nics),
    ...managementAdapters.map((adapter, place) => managementInterface(adapter, place)),
  ];
}

const adapterValues = ({ guid, name, description, mac, index, mtu }: Interface, host: string): Values => ({
  Name: name,
  Caption: 'MSFT_NetAdapter',
  CreationClassName: 'MSFT_NetAdapter',
  DeviceID: `{${guid}}`,
  InterfaceDescription: description,
  InterfaceGuid: `{${guid}}`,
  InterfaceIndex: index,
  InstanceID: `{${guid}}`,
  MtuSize: mtu,
  NetworkAddresses: [mac],
  PermanentAddress: mac,
  SystemName: host,
  State: 2,
  ActiveMaximumTransmissionUnit: String(mtu),
});

/** A link that is down tells no speed and no duplex. */
const linkValues = (up: boolean, megabits: number): Values => ({
  MediaConnectState: up ? 1 : 2,
  InterfaceOperationalStatus: up ? 1 : 2,
  Speed: up ? String(megabits * 1_000_000) : '0',
  TransmitLinkSpeed: up ? String(megabits * 1_000_000) : '0',
  ReceiveLinkSpeed: up ? String(megabits * 1_000_000) : '0',
  FullDuplex: up ? true : null,
  MediaDuplexState: up ? 2 : 0,
});

export function netAdapters(view: HostView): Values[] {
  const { networks, name: host } = view.machine;
  return [
    ...networks.nics.map(
      (nic): Values => ({
        ...adapterValues(nicInterface(nic), host),
        ...linkValues(nic.up, nic.megabitsPerSecond),
        HardwareInterface: true,
        Virtual: false,
        ConnectorPresent: true,
        DeviceWakeUpEnable: nic.wakeOn,
        DriverDescription: nic.description,
        DriverName: `\\SystemRoot\\System32\\drivers\\${nic.driver}`,
        DriverVersionString: '2.70.24728.0',
        PnPDeviceID: `PCI\\VEN_15B3&DEV_1015&SUBSYS_00\\${nic.guid.slice(0, 8)}`,
      }),
    ),
    ...teamInterfaces(networks.team, networks.nics).map(
      (team): Values => ({
        ...adapterValues(team, host),
        ...linkValues(true, 20_000),
        HardwareInterface: false,
        Virtual: true,
        DriverName: '\\SystemRoot\\System32\\drivers\\NdisImPlatform.sys',
      }),
    ),
    ...networks.managementAdapters.map(
      (adapter, place): Values => ({
        ...adapterValues(managementInterface(adapter, place), host),
        ...linkValues(true, 10_000),
        HardwareInterface: false,
        Virtual: true,
        DriverName: '\\SystemRoot\\System32\\drivers\\VmsProxyHNic.sys',
      }),
    ),
  ];
}

export const netAdapterHardware = ({ machine }: HostView): Values[] =>
  machine.networks.nics.map((nic) => ({
    Name: nic.name,
    InterfaceDescription: nic.description,
    InstanceID: `{${nic.guid}}`,
    SystemName: machine.name,
    SegmentNumber: 0,
    BusNumber: nic.bus,
    DeviceNumber: nic.device,
    FunctionNumber: nic.function,
    NumaNode: 0,
    LocationInformationString: `PCI bus ${nic.bus}, device ${nic.device}, function ${nic.function}`,
  }));

export const lbfoTeams = ({ machine: { networks } }: HostView): Values[] =>
  networks.team?.kind === 'lbfo'
    ? [
        {
          Name: networks.team.name,
          InstanceID: networks.team.name,
          LoadBalancingAlgorithm: networks.team.algorithm,
          TeamingMode: 1,
          Status: 0,
        },
      ]
    : [];

function teamMembers({ machine: { networks } }: HostView, kind: TeamModel['kind']): Values[] {
  const { team, nics } = networks;
  if (team?.kind !== kind) return [];
  return nics
    .filter(({ guid }) => team.members.includes(guid))
    .map(({ name, description, guid, up }) => ({
      Name: name,
      InstanceID: `{${guid}}`,
      InterfaceDescription: description,
      Team: team.name,
      FailureReason: up ? 0 : 1,
      // 0 active, 1 stand-by.
      ...(kind === 'lbfo' && { AdministrativeMode: team.standby === guid ? 1 : 0 }),
    }));
}

export const lbfoMembers = (view: HostView): Values[] => teamMembers(view, 'lbfo');
export const switchTeamMembers = (view: HostView): Values[] => teamMembers(view, 'set');
export const switchTeams = ({ machine: { networks } }: HostView): Values[] =>
  networks.team?.kind === 'set' ? [{ Name: networks.team.name, InstanceID: networks.team.name }] : [];

/** Where an address or a route stands: 0 kept for the next start, 1 in use now. */
const activeStore = 1;

const endpointKeys = (className: string, { machine }: HostView): Values => ({
  SystemCreationClassName: 'Win32_ComputerSystem',
  SystemName: machine.name,
  CreationClassName: className,
});

export function ipAddresses(view: HostView): Values[] {
  const row = (
    iface: Pick<Interface, 'index' | 'name'>,
    address: string,
    prefixLength: number,
    origin = 1,
  ): Values => ({
    ...endpointKeys('MSFT_NetIPAddress', view),
    Name: `;${address};${iface.index}`,
    InterfaceIndex: iface.index,
    InterfaceAlias: iface.name,
    IPAddress: address,
    AddressFamily: address.includes(':') ? 23 : 2,
    PrefixLength: prefixLength,
    PrefixOrigin: origin,
    Store: activeStore,
    Type: 1,
  });
  return [
    row({ index: 1, name: 'Loopback Pseudo-Interface 1' }, '127.0.0.1', 8, 2),
    row({ index: 1, name: 'Loopback Pseudo-Interface 1' }, '::1', 128, 2),
    ...interfacesOf(view).flatMap((iface) => {
      const { ip } = iface;
      if (ip === null) return [];
      const linkLocal = `fe80::${iface.index.toString(16)}:1%${iface.index}`;
      return [
        row(iface, ip.ipv4, ip.prefixLength, ip.dhcp ? 3 : 1),
        ...(ip.ipv6 === null ? [] : [row(iface, ip.ipv6, 64)]),
        row(iface, linkLocal, 64, 2),
      ];
    }),
  ];
}

export const ipInterfaces = (view: HostView): Values[] =>
  interfacesOf(view)
    .filter(({ ip }) => ip !== null)
    .flatMap((iface) =>
      [2, 23].map(
        (family): Values => ({
          ...endpointKeys('MSFT_NetIPInterface', view),
          Name: `${iface.guid};${family}`,
          InterfaceIndex: iface.index,
          InterfaceAlias: iface.name,
          AddressFamily: family,
          ConnectionState: 1,
          Dhcp: family === 2 && iface.ip?.dhcp ? 1 : 0,
          NlMtu: iface.mtu,
          Store: activeStore,
        }),
      ),
    );

export function routes(view: HostView): Values[] {
  const row = (iface: Interface, prefix: string, nextHop: string): Values => ({
    InstanceID: `${iface.index};${prefix}`,
    InterfaceIndex: iface.index,
    InterfaceAlias: iface.name,
    DestinationPrefix: prefix,
    NextHop: nextHop,
    AddressFamily: prefix.includes(':') ? 23 : 2,
    RouteMetric: 256,
    Store: activeStore,
  });
  return interfacesOf(view).flatMap((iface) => {
    const { ip } = iface;
    if (ip === null) return [];
    return [
      ...(ip.gateway === null ? [] : [row(iface, '0.0.0.0/0', ip.gateway)]),
      ...(ip.gateway6 === null ? [] : [row(iface, '::/0', ip.gateway6)]),
      row(iface, '224.0.0.0/4', '0.0.0.0'),
    ];
  });
}

const nameServers = ['10.20.0.10', '10.20.0.11'];

const dotted = (prefixLength: number): string =>
  [24, 16, 8, 0].map((shift) => ((0xffffffff << (32 - prefixLength)) >>> shift) & 255).join('.');

export function networkConfigurations(view: HostView): Values[] {
  const { domain, dnsHostName } = view.machine;
  return interfacesOf(view).map(({ guid, description, index, mac, ip }): Values => {
    const base: Values = {
      Index: index,
      InterfaceIndex: index,
      SettingID: `{${guid}}`,
      Description: description,
      DHCPEnabled: ip?.dhcp ?? false,
      IPEnabled: ip !== null,
      MACAddress: mac.replace(/(..)(?!$)/g, '$1:'),
      ServiceName: 'VMSMP',
    };
    if (ip === null) return base;
    const isWayOut = ip.gateway !== null;
    return {
      ...base,
      IPAddress: [ip.ipv4, ...(ip.ipv6 === null ? [] : [ip.ipv6])],
      IPSubnet: [dotted(ip.prefixLength), ...(ip.ipv6 === null ? [] : ['64'])],
      DefaultIPGateway: isWayOut ? [ip.gateway, ...(ip.gateway6 === null ? [] : [ip.gateway6])] : null,
      DNSHostName: dnsHostName,
      DNSServerSearchOrder: isWayOut ? nameServers : null,
      DNSDomainSuffixSearchOrder: domain === null ? null : [domain],
    };
  });
}
