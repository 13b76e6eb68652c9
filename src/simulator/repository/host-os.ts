import type { Values } from '../cim-classes.ts';
import type { Machine } from '../model.ts';
import { behaviourOf } from '../personalities.ts';
import type { HostView } from './host-view.ts';

/** root/cimv2: the machine under Hyper-V. `now`: ISO 8601, UTC. */

const mebibyte = 1_048_576;
/** MiB that firmware and devices keep for themselves. */
const reservedMemory = 64;

const logicalProcessors = ({ machine: { hardware } }: HostView): number =>
  hardware.sockets * hardware.coresPerSocket * hardware.threadsPerCore;

export function computerSystem(view: HostView): Values[] {
  const { machine } = view;
  return [
    {
      Caption: machine.name,
      CreationClassName: 'Win32_ComputerSystem',
      CurrentTimeZone: machine.language.utcOffset,
      DNSHostName: machine.dnsHostName,
      Domain: machine.domain ?? 'WORKGROUP',
      DomainRole: machine.domain === null ? 2 : 3,
      HypervisorPresent: behaviourOf(machine).hyperV !== 'notInstalled',
      Manufacturer: machine.hardware.vendor,
      Model: machine.hardware.model,
      Name: machine.name,
      OEMStringArray: machine.board.oemStrings.length === 0 ? null : machine.board.oemStrings,
      NumberOfLogicalProcessors: logicalProcessors(view),
      NumberOfProcessors: machine.hardware.sockets,
      PartOfDomain: machine.domain !== null,
      Status: 'OK',
      SystemType: 'x64-based PC',
      TotalPhysicalMemory: String((machine.hardware.memory - reservedMemory) * mebibyte),
      Workgroup: machine.domain === null ? 'WORKGROUP' : null,
    },
  ];
}

export const product = ({ machine }: HostView): Values[] => [
  {
    Caption: 'Computer System Product',
    Description: 'Computer System Product',
    IdentifyingNumber: machine.smbiosUuid.slice(-10),
    Name: machine.hardware.model,
    UUID: machine.smbiosUuid,
    Vendor: machine.hardware.vendor,
    Version: '1.0',
  },
];

export function operatingSystem({ machine }: HostView, now: string): Values[] {
  const { os, language, hardware } = machine;
  return [
    {
      BuildNumber: os.buildNumber,
      Caption: language.operatingSystemCaption(os.caption),
      CreationClassName: 'Win32_OperatingSystem',
      CSName: machine.name,
      CurrentTimeZone: language.utcOffset,
      FreePhysicalMemory: String(Math.floor(hardware.memory / 4) * 1024),
      LastBootUpTime: { datetime: machine.bootedAt },
      LocalDateTime: { datetime: now },
      Locale: language.languageId.toString(16).padStart(4, '0'),
      Manufacturer: 'Microsoft Corporation',
      MUILanguages: [language.culture],
      Name: `${os.caption}|C:\\Windows|\\Device\\Harddisk0\\Partition4`,
      OperatingSystemSKU: os.sku,
      OSArchitecture: '64-bit',
      OSLanguage: language.languageId,
      ProductType: 3,
      ServicePackMajorVersion: 0,
      Status: 'OK',
      TotalVisibleMemorySize: String((hardware.memory - reservedMemory) * 1024),
      Version: os.version,
    },
  ];
}

export const processorsOfHost = ({ machine }: HostView): Values[] =>
  Array.from({ length: machine.hardware.sockets }, (_, socket) => ({
    AddressWidth: 64,
    Caption: 'Intel64 Family 6 Model 85 Stepping 4',
    CurrentClockSpeed: machine.hardware.clockMhz,
    DeviceID: `CPU${socket}`,
    LoadPercentage: 3,
    Manufacturer: machine.hardware.processorName.startsWith('AMD') ? 'AuthenticAMD' : 'GenuineIntel',
    MaxClockSpeed: machine.hardware.clockMhz,
    Name: machine.hardware.processorName,
    NumberOfCores: machine.hardware.coresPerSocket,
    NumberOfEnabledCore: machine.hardware.coresPerSocket,
    NumberOfLogicalProcessors: machine.hardware.coresPerSocket * machine.hardware.threadsPerCore,
    SocketDesignation: `CPU ${socket + 1}`,
    Status: 'OK',
    SystemName: machine.name,
  }));

export const volumes = ({ machine }: HostView): Values[] =>
  machine.volumes.map((volume) => ({
    Automount: true,
    BlockSize: volume.fileSystem === null ? null : '4096',
    Capacity: volume.fileSystem === null ? null : String(volume.capacity),
    Caption: volume.name,
    DeviceID: `\\\\?\\Volume{${volume.guid}}\\`,
    DriveLetter: volume.driveLetter,
    DriveType: volume.driveType,
    FileSystem: volume.fileSystem,
    FreeSpace: volume.fileSystem === null ? null : String(volume.free),
    Label: volume.label,
    Name: volume.name,
    SystemName: machine.name,
  }));

export function services({ machine }: HostView): Values[] {
  const service = (name: string, displayName: string, running: boolean): Values => ({
    Caption: displayName,
    CreationClassName: 'Win32_Service',
    DisplayName: displayName,
    Name: name,
    ProcessId: running ? 1234 : 0,
    Started: running,
    StartMode: 'Auto',
    State: running ? 'Running' : 'Stopped',
    Status: 'OK',
    SystemName: machine.name,
  });
  return [
    service('WinRM', 'Windows Remote Management (WS-Management)', true),
    service('W32Time', 'Windows Time', true),
    ...(machine.cluster === null ? [] : [service('ClusSvc', 'Cluster Service', true)]),
    ...(behaviourOf(machine).hyperV === 'notInstalled'
      ? []
      : [service('vmms', machine.language.managementServiceCaption, behaviourOf(machine).hyperV !== 'stopped')]),
  ];
}

/** What Windows Update has brought; 2012 R2 does not count. */
export const updateRevision = ({ os }: Machine): { readonly UBR?: number } =>
  os.generation === 2012 ? {} : { UBR: 1000 + (Number(os.buildNumber) % 3000) };

/** A member of a domain takes its time from there, whatever servers still stand beside. */
export const timeServers = ({ domain }: Machine): { readonly NtpServer: string; readonly Type: string } => ({
  NtpServer: domain === null ? '0.pool.ntp.org,0x9 1.pool.ntp.org,0x9' : 'time.windows.com,0x8',
  Type: domain === null ? 'NTP' : 'NT5DS',
});
