import type { Values } from '../cim-classes.ts';
import { powerPlans as planIds } from '../host-hardware.ts';
import type { HostView } from './host-view.ts';

/** The machine's board, power, licence and storage adapters. */

export const bios = ({ machine: { board, hardware } }: HostView): Values[] => [
  {
    Name: board.biosVersion,
    Caption: board.biosVersion,
    Manufacturer: hardware.vendor,
    PrimaryBIOS: true,
    ReleaseDate: { datetime: board.biosDate },
    SerialNumber: board.serialNumber,
    SMBIOSBIOSVersion: board.biosVersion,
    SMBIOSPresent: true,
    SoftwareElementID: board.biosVersion,
    SoftwareElementState: 3,
    TargetOperatingSystem: 0,
    Version: 'DELL   - 1',
  },
];

export const enclosures = ({ machine: { board, hardware } }: HostView): Values[] => [
  {
    Tag: 'System Enclosure 0',
    CreationClassName: 'Win32_SystemEnclosure',
    ChassisTypes: [23],
    Manufacturer: hardware.vendor,
    SerialNumber: board.serialNumber,
  },
];

const zones: Readonly<Record<number, readonly [string, string]>> = {
  0: ['GMT Standard Time', '(UTC+00:00) Dublin, Edinburgh, Lisbon, London'],
  60: ['Mitteleuropäische Zeit', '(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien'],
  540: ['東京 (標準時)', '(UTC+09:00) 大阪、札幌、東京'],
};

export function timeZone({ machine: { language } }: HostView): Values[] {
  const [name, caption] = zones[language.utcOffset] ?? ['UTC', '(UTC) Coordinated Universal Time'];
  return [{ StandardName: name, Caption: caption, Description: caption, Bias: language.utcOffset }];
}

/** Names of the plans are in the host's language, their ids are not. */
export const powerPlans = ({ machine: { board, language } }: HostView): Values[] =>
  Object.entries(planIds).map(([name, id]) => ({
    InstanceID: `Microsoft:PowerPlan\\{${id}}`,
    ElementName: language.culture === 'de-DE' ? 'Ausbalanciert' : name,
    IsActive: id === board.powerPlan,
  }));

export const processorUsage = ({ machine: { board } }: HostView): Values[] =>
  ['Hv LP 0', '_Total'].map((name) => ({
    Name: name,
    PercentTotalRunTime: String(name === '_Total' ? board.processorUsage : 1),
    PercentIdleTime: String(100 - board.processorUsage),
  }));

const windows = '55c92734-d682-4d71-983e-d6ec3f16059f';

/** Windows lists a product for every edition and channel; only those with a key are installed. */
export const licences = ({ machine: { board } }: HostView): Values[] => [
  { ID: 'a0000000-0000-4000-8000-000000000001', ApplicationID: windows, Name: 'Windows(R), ServerStandard edition' },
  {
    ID: 'a0000000-0000-4000-8000-000000000002',
    ApplicationID: windows,
    Name: board.licence.name,
    Description: 'Windows(R) Operating System, VOLUME_KMSCLIENT channel',
    PartialProductKey: board.licence.partialKey,
    LicenseFamily: 'ServerDatacenter',
    LicenseStatus: 1,
    ProductKeyChannel: 'Volume:GVLK',
    GracePeriodRemaining: 259_200,
    ...(board.licence.evaluationEnd && { EvaluationEndDate: { datetime: board.licence.evaluationEnd } }),
  },
  {
    ID: 'a0000000-0000-4000-8000-000000000003',
    ApplicationID: '0ff1ce15-a989-479d-af46-f275c6370663',
    Name: 'Office 16, Office16ProPlusVL_KMS_Client edition',
    PartialProductKey: 'WFG99',
    LicenseStatus: 1,
  },
];

export const migrationSettings = ({ machine: { board, language } }: HostView): Values[] => [
  {
    InstanceID: 'Microsoft:VirtualSystemMigrationService',
    ElementName: language.settingsOf.Default,
    EnableVirtualSystemMigration: board.migrationEnabled,
    MaximumActiveStorageMigration: 2,
    MaximumActiveVirtualSystemMigration: 2,
    AuthenticationType: 1,
  },
];

export const storageControllers = ({ machine }: HostView): Values[] => [
  ...machine.board.storageAdapters.map(
    ({ name, manufacturer, pnpDeviceId, driver }): Values => ({
      DeviceID: pnpDeviceId,
      PNPDeviceID: pnpDeviceId,
      Name: name,
      Caption: name,
      CreationClassName: 'Win32_SCSIController',
      DriverName: driver,
      Manufacturer: manufacturer,
      Status: 'OK',
      SystemName: machine.name,
    }),
  ),
  {
    DeviceID: 'ROOT\\SPACEPORT\\0000',
    PNPDeviceID: 'ROOT\\SPACEPORT\\0000',
    Name: 'Microsoft Storage Spaces Controller',
    DriverName: 'spaceport',
    Manufacturer: 'Microsoft',
    Status: 'OK',
  },
];

export const initiatorPorts = ({ machine }: HostView): Values[] =>
  machine.board.storageAdapters.flatMap(({ pnpDeviceId, initiator }) =>
    initiator === null
      ? []
      : [
          {
            ObjectId: `{1}\\\\${machine.name}\\root/Microsoft/Windows/Storage/Providers_v2\\MSFT_InitiatorPort.ObjectId="${initiator.portAddress}"`,
            InstanceName: `${pnpDeviceId}_0`,
            NodeAddress: initiator.nodeAddress,
            PortAddress: initiator.portAddress,
            ConnectionType: initiator.connection,
            OperationalStatus: [initiator.status],
            PortType: initiator.connection === 1 ? 5 : 2,
          },
        ],
  );
