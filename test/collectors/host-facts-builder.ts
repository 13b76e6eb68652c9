import type { Row } from '../../src/facts/fact-table.ts';
import { type FactRows, guid, switchId } from './facts-builder.ts';

/** The GUID of the n-th adapter of a host. */
export const nicGuid = (n: number): string => guid(700 + n);

/** A physical adapter, up at 10 Gbit/s. */
export const nic = (n: number, traits: Partial<Row<'netAdapters'>> = {}): FactRows => ({
  netAdapters: [
    {
      Name: `Ethernet ${n}`,
      DeviceID: `{${nicGuid(n)}}`,
      InterfaceDescription: `Mellanox ConnectX-4 Lx #${n}`,
      InterfaceIndex: n,
      PermanentAddress: `000AF700000${n}`,
      NetworkAddresses: [`000AF700000${n}`],
      HardwareInterface: true,
      Virtual: false,
      TransmitLinkSpeed: '10000000000',
      FullDuplex: true,
      MediaConnectState: 1,
      MtuSize: 1500,
      DriverName: '\\SystemRoot\\System32\\drivers\\mlx5.sys',
      DeviceWakeUpEnable: false,
      ...traits,
    },
  ],
});

/** The adapter of an LBFO team. */
export const teamNic = (n: number, name: string): FactRows =>
  nic(n, {
    Name: name,
    InterfaceDescription: 'Microsoft Network Adapter Multiplexor Driver',
    HardwareInterface: false,
    Virtual: true,
  });

const path = (className: string, keys: string): string => `\\\\HV01\\root\\virtualization\\v2:${className}.${keys}`;

/** The way out of a switch, over these adapters. */
export const uplink = (nics: readonly number[], ofSwitch = switchId): FactRows => ({
  portAllocations: [
    {
      InstanceID: `Microsoft:${ofSwitch}\\${guid(690)}`,
      ElementName: 'vSwitch0_External',
      EnabledState: 2,
      HostResource: nics.map((n) =>
        path(
          'Msvm_ExternalEthernetPort',
          `CreationClassName="Msvm_ExternalEthernetPort",DeviceID="Microsoft:{${nicGuid(n)}}",SystemCreationClassName="Msvm_ComputerSystem",SystemName="HV01"`,
        ),
      ),
    },
  ],
});

interface ManagementTraits {
  readonly switchId?: string;
  readonly name?: string;
  readonly vlan?: Partial<Row<'portVlans'>>;
  readonly adapter?: Partial<Row<'netAdapters'>>;
  /** False: the device has a GUID of its own, so that only its name tells its port. */
  readonly sameGuid?: boolean;
}

/** An adapter of the management OS on a switch, with its face in the host's network. */
export function management(n: number, traits: ManagementTraits = {}): FactRows {
  const name = traits.name ?? 'Management';
  const port = `Microsoft:${traits.switchId ?? switchId}\\${guid(600 + n)}`;
  const device = traits.sameGuid === false ? guid(650 + n) : guid(600 + n);
  return {
    portAllocations: [
      {
        InstanceID: port,
        ElementName: name,
        EnabledState: 2,
        HostResource: [path('Msvm_ComputerSystem', 'CreationClassName="Msvm_ComputerSystem",Name="HV01"')],
      },
    ],
    ...(traits.vlan && {
      portVlans: [{ InstanceID: `${port.toLowerCase()}\\952c5004\\77a43184`, ...traits.vlan }],
    }),
    internalPorts: [{ DeviceID: `Microsoft:{${device}}`, ElementName: name, PermanentAddress: `00155D00000${n}` }],
    netAdapters: [
      {
        Name: `vEthernet (${name})`,
        DeviceID: `{${device}}`,
        InterfaceDescription: 'Hyper-V Virtual Ethernet Adapter',
        InterfaceIndex: 20 + n,
        PermanentAddress: `00155D00000${n}`,
        NetworkAddresses: [`00155D00000${n}`],
        HardwareInterface: false,
        Virtual: true,
        TransmitLinkSpeed: '10000000000',
        MediaConnectState: 1,
        MtuSize: 1500,
        ...traits.adapter,
      },
    ],
  };
}

/** An LBFO team of these adapters; the last stands by where `standby` says so. */
export const lbfoTeam = (name: string, nics: readonly number[], algorithm: number, standby = false): FactRows => ({
  lbfoTeams: [{ Name: name, TeamingMode: 1, LoadBalancingAlgorithm: algorithm }],
  lbfoMembers: nics.map((n, place) => ({
    Name: `Ethernet ${n}`,
    Team: name,
    AdministrativeMode: standby && place === nics.length - 1 ? 1 : 0,
  })),
});

/** The load balancing of a switch with a team of its own (SET). */
export const setTeaming = (algorithm: number, ofSwitch = switchId): FactRows => ({
  switchTeamings: [
    {
      InstanceID: `Microsoft:${ofSwitch}\\8D8DE5A0\\77A43184`,
      TeamingMode: 1,
      LoadBalancingAlgorithm: algorithm,
    },
  ],
});
