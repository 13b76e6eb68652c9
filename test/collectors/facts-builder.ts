import type { HostFacts, TabRow } from '../../src/collectors/collector.ts';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import type { TabCollector } from '../../src/collectors/per-vm.ts';
import type { FactErrorCode, FactOutcome, FactOutcomes } from '../../src/facts/fact.ts';
import { declarationOf, type FactName, factNames, type Row } from '../../src/facts/fact-table.ts';
import { defaultCollectorOptions } from '../../src/inventory/collector-options.ts';

/** Rows by fact; properties left out are what CIM has for "nothing". */
export type FactRows = { readonly [Name in FactName]?: readonly Partial<Row<Name>>[] };

export const collectedAt = '2026-11-23T12:00:00.000Z';

function outcomeOf(name: FactName, rows: FactRows): FactOutcome {
  const declaration = declarationOf(name);
  const given = rows[name] as readonly Readonly<Record<string, unknown>>[] | undefined;
  if (given === undefined && declaration.mayBeAbsent) return { status: 'absent', message: 'Invalid class' };
  const properties = Object.entries(declaration.properties);
  return {
    status: 'ok',
    properties: properties.map(([property]) => property),
    rows: (given ?? []).map((row) =>
      properties.map(([property, type]) => row[property] ?? (type.endsWith('[]') ? [] : null)),
    ),
  };
}

/** One set of rows of several, fact by fact in the order given. */
export function together(...parts: readonly FactRows[]): FactRows {
  const merged: Partial<Record<FactName, readonly unknown[]>> = {};
  for (const part of parts) {
    for (const [name, rows] of Object.entries(part) as [FactName, readonly unknown[]][]) {
      merged[name] = [...(merged[name] ?? []), ...rows];
    }
  }
  return merged as FactRows;
}

/** The facts of a host; facts not given came back empty, or absent where a host may lack them. */
export function hostFacts(...parts: readonly FactRows[]): HostFacts {
  const rows = together(...parts);
  return {
    host: 'HV01',
    facts: Object.fromEntries(factNames.map((name) => [name, outcomeOf(name, rows)])),
    collectedAt,
  };
}

/** The same host, with one fact failed, or replaced by another outcome. */
export function without(host: HostFacts, name: FactName, code: FactErrorCode = 'factFailed'): HostFacts {
  const failed: FactOutcome = { status: 'failed', error: { code, message: 'it failed' } };
  return { ...host, facts: { ...host.facts, [name]: failed } satisfies FactOutcomes };
}

/** The same host, with other rows of one fact. */
export const withRows = <Name extends FactName>(
  host: HostFacts,
  name: Name,
  rows: readonly Partial<Row<Name>>[],
): HostFacts => ({ ...host, facts: { ...host.facts, [name]: outcomeOf(name, { [name]: rows }) } });

/** A workgroup-free host of 8 logical processors at 2,000 MHz. */
export const hv01: FactRows = {
  hostSystem: [
    {
      Name: 'HV01',
      DNSHostName: 'HV01',
      Domain: 'corp.example',
      PartOfDomain: true,
      NumberOfProcessors: 1,
      NumberOfLogicalProcessors: 8,
    },
  ],
  hostProduct: [{ UUID: '{4C4C4544-0042-4A10-8058-B7C04F4D3132}' }],
  hostProcessors: [{ DeviceID: 'CPU0', MaxClockSpeed: 2000, NumberOfCores: 4, NumberOfLogicalProcessors: 8 }],
  operatingSystem: [
    { Caption: 'Microsoft Windows Server 2022 Datacenter', Version: '10.0.20348', BuildNumber: '20348' },
  ],
  // The host's own row: its name is no GUID.
  computerSystems: [{ Name: 'HV01', ElementName: 'HV01', EnabledState: 2, HealthState: 5 }],
  switches: [{ Name: '11111111-AAAA-4000-8000-000000000001', ElementName: 'vSwitch0' }],
  volumes: [
    { DeviceID: '\\\\?\\Volume{0c0c}\\', Name: 'C:\\', DriveLetter: 'C:' },
    { DeviceID: '\\\\?\\Volume{0d0d}\\', Name: 'D:\\', DriveLetter: 'D:' },
  ],
};

export const switchId = '11111111-AAAA-4000-8000-000000000001';

/** An upper-case GUID that ends in a number. */
export const guid = (n: number): string => `A0B1C2D3-0000-4000-8000-${String(n).padStart(12, '0')}`;

interface VmTraits {
  readonly system?: Partial<Row<'computerSystems'>>;
  readonly settings?: Partial<Row<'virtualSystems'>>;
  readonly processor?: Partial<Row<'processors'>>;
  readonly memory?: Partial<Row<'memory'>>;
  readonly summary?: Partial<Row<'summaries'>>;
  readonly services?: Pick<FactRows, keyof ReturnType<typeof integrationServices>>;
}

const serviceDevices = {
  backupServices: '5CED1297-4598-4915-A5FC-AD21BB4D02A4',
  timeSyncServices: '2497F4DE-E9FA-4204-80E4-4B75C46419C0',
  shutdownServices: '9F8233AC-BE49-4C79-8EE3-E7E1985B2077',
  heartbeatServices: '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47',
  dataExchangeServices: '2A34B1C2-FD73-4043-8A5B-DD2159BC743F',
  guestFileServices: '6C09BB55-D683-4DA0-8931-C9BF705F6480',
} as const;

/** The settings of a VM's integration services: as Hyper-V makes them, all on but guest services. */
export function integrationServices(id: string, off: readonly (keyof typeof serviceDevices)[] = ['guestFileServices']) {
  const row = (fact: keyof typeof serviceDevices) => [
    { InstanceID: `Microsoft:${id}\\${serviceDevices[fact]}`, EnabledState: off.includes(fact) ? 3 : 2 },
  ];
  return {
    backupServices: row('backupServices'),
    timeSyncServices: row('timeSyncServices'),
    shutdownServices: row('shutdownServices'),
    heartbeatServices: row('heartbeatServices'),
    dataExchangeServices: row('dataExchangeServices'),
    guestFileServices: row('guestFileServices'),
  } satisfies FactRows;
}

/** A running VM of generation 2 with 2 processors and 4,096 MiB of static memory, without adapters and disks. */
export function vm(id: string, name: string, traits: VmTraits = {}): FactRows {
  return {
    computerSystems: [
      {
        Name: id,
        ElementName: name,
        EnabledState: 2,
        HealthState: 5,
        OperationalStatus: [2],
        InstallDate: '2025-01-02T03:04:05.000000Z',
        OnTimeInMilliseconds: '3600000',
        ReplicationMode: 0,
        ReplicationState: 0,
        ...traits.system,
      },
    ],
    virtualSystems: [
      {
        InstanceID: `Microsoft:${id}`,
        ElementName: name,
        VirtualSystemIdentifier: id,
        VirtualSystemType: 'Microsoft:Hyper-V:System:Realized',
        VirtualSystemSubType: 'Microsoft:Hyper-V:SubType:2',
        ConfigurationID: id,
        Notes: [''],
        CreationTime: '2025-01-02T03:04:05.000000Z',
        ConfigurationDataRoot: `D:\\VMs\\${name}`,
        ConfigurationFile: `Virtual Machines\\${id}.vmcx`,
        SnapshotDataRoot: `D:\\VMs\\${name}`,
        SuspendDataRoot: `D:\\VMs\\${name}`,
        AutomaticStartupActionDelay: 0,
        BIOSGUID: '{0F0E0D0C-0000-4000-8000-00000000AAAA}',
        SecureBootEnabled: true,
        Version: '10.0',
        ...traits.settings,
      },
    ],
    processors: [
      {
        InstanceID: `Microsoft:${id}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`,
        VirtualQuantity: '2',
        Reservation: '0',
        Limit: '100000',
        Weight: 100,
        MaxProcessorsPerNumaNode: '8',
        MaxNumaNodesPerSocket: '1',
        ...traits.processor,
      },
    ],
    memory: [
      {
        InstanceID: `Microsoft:${id}\\4764334d-e001-4176-82ee-5594ec9b530e`,
        VirtualQuantity: '4096',
        // What a static VM shows: placeholders.
        Reservation: '512',
        Limit: '1048576',
        Weight: 5000,
        DynamicMemoryEnabled: false,
        ...traits.memory,
      },
    ],
    summaries: [
      {
        Name: id,
        UpTime: '3600000',
        MemoryUsage: '4096',
        MemoryAvailable: 2147483647,
        ProcessorLoad: 10,
        Heartbeat: 2,
        SwapFilesInUse: false,
        ...traits.summary,
      },
    ],
    heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: [2, 2] }],
    ...integrationServices(id),
    ...traits.services,
  };
}

/** The settings of a checkpoint, and the copies of device settings in it. */
export function checkpoint(
  id: string,
  vmId: string,
  type = 'Microsoft:Hyper-V:Snapshot:Realized',
  settings: Partial<Row<'virtualSystems'>> = {},
): FactRows {
  return {
    virtualSystems: [
      {
        InstanceID: `Microsoft:${id}`,
        VirtualSystemIdentifier: vmId,
        VirtualSystemType: type,
        ElementName: 'before',
        ...settings,
      },
    ],
    processors: [{ InstanceID: `Microsoft:${id}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`, VirtualQuantity: '64' }],
    memory: [{ InstanceID: `Microsoft:${id}\\4764334d-e001-4176-82ee-5594ec9b530e`, VirtualQuantity: '99999' }],
    summaries: [{ Name: id, MemoryUsage: '99999', ProcessorLoad: 99 }],
  };
}

interface AdapterTraits {
  readonly legacy?: boolean;
  readonly mac?: string;
  readonly staticMac?: boolean;
  /** Null: not plugged in. */
  readonly switchId?: string | null;
  readonly lastKnownSwitch?: string;
  readonly vlan?: Partial<Row<'portVlans'>>;
  readonly isolation?: Partial<Row<'portIsolations'>>;
  readonly iovWeight?: number;
  readonly macSpoofing?: boolean;
  readonly ipAddresses?: readonly string[];
}

/** An adapter of a VM, with its port. Feature settings come in another case than the port, as real hosts have them. */
export function adapter(vmId: string, n: number, traits: AdapterTraits = {}): FactRows {
  const device = `F28E3C2A-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const instanceId = `Microsoft:${vmId}\\${device}${traits.legacy ? '\\0' : ''}`;
  const feature = (id: string) => `${instanceId.toLowerCase()}\\C\\${id}\\77A43184-0000-4000-8000-000000000000`;
  const row = {
    InstanceID: instanceId,
    Address: traits.mac ?? '00155D0A1B2C',
    StaticMacAddress: traits.staticMac ?? false,
  };
  const plugged = traits.switchId !== null;
  return {
    ...(traits.legacy ? { emulatedAdapters: [row] } : { syntheticAdapters: [row] }),
    portAllocations: [
      {
        InstanceID: `${instanceId}\\C`,
        EnabledState: plugged ? 2 : 3,
        HostResource: [
          `\\\\HV01\\root\\virtualization\\v2:Msvm_VirtualEthernetSwitch.CreationClassName="Msvm_VirtualEthernetSwitch",Name="${traits.switchId ?? switchId}"`,
        ],
        LastKnownSwitchName: traits.lastKnownSwitch ?? null,
      },
    ],
    ...(traits.vlan && {
      portVlans: [{ InstanceID: feature('952C5004-4465-451C-8CB8-FA9AB382B773'), ...traits.vlan }],
    }),
    ...(traits.isolation && {
      portIsolations: [{ InstanceID: feature('2FA78CB5-0000-4000-8000-000000000000'), ...traits.isolation }],
    }),
    ...(traits.iovWeight !== undefined && {
      portOffloads: [
        { InstanceID: feature('C885BFD1-ABB7-418F-8163-9F379C9F7166'), IOVOffloadWeight: traits.iovWeight },
      ],
    }),
    ...(traits.macSpoofing !== undefined && {
      portSecurities: [
        { InstanceID: feature('776E0BA7-94A1-41C8-8F28-951F524251B5'), AllowMacSpoofing: traits.macSpoofing },
      ],
    }),
    guestNetworks: [
      { InstanceID: `Microsoft:GuestNetwork\\${vmId}\\${device}`, IPAddresses: traits.ipAddresses ?? [] },
    ],
  };
}

/** A disk image on the first SCSI controller, or on another controller. */
export function disk(
  vmId: string,
  lun: number,
  path: string,
  settings: Partial<Row<'storageAllocations'>> = {},
  controller = scsi(vmId, 0),
): FactRows {
  const drive = `${controller}\\${lun}`;
  return {
    resourceAllocations: [
      {
        InstanceID: `${drive}\\D`,
        ResourceType: 17,
        ResourceSubType: 'Microsoft:Hyper-V:Synthetic Disk Drive',
        AddressOnParent: String(lun),
      },
    ],
    storageAllocations: [
      {
        InstanceID: `${drive}\\L`,
        ResourceType: 31,
        ResourceSubType: 'Microsoft:Hyper-V:Virtual Hard Disk',
        Parent: `\\\\HV01\\root\\virtualization\\v2:Msvm_ResourceAllocationSettingData.InstanceID="${`${drive}\\D`.replaceAll('\\', '\\\\')}"`,
        HostResource: [path],
        IOPSLimit: '0',
        IOPSReservation: '0',
        PersistentReservationsSupported: false,
        ...settings,
      },
    ],
  };
}

interface FileTraits {
  readonly parent?: string;
  /** 2 fixed, 3 dynamic, 4 differencing. */
  readonly type?: number;
  /** MiB. */
  readonly capacity?: number;
  /** MiB. */
  readonly size?: number;
  readonly diskId?: string;
  /** The settings could not be read. */
  readonly error?: string;
  /** The state could not be read. */
  readonly stateError?: string;
}

const bytes = (mebibytes: number): string => String(mebibytes * 1_048_576);

/** What the host tells of a virtual disk file: a dynamic one of 10,240 MiB that takes 4,096, if nothing else is said. */
export function vhd(path: string, traits: FileTraits = {}): FactRows {
  if (traits.error !== undefined) return { diskSettings: [{ Input: path, ErrorCode: traits.error }] };
  return {
    diskSettings: [
      {
        Input: path,
        Path: path,
        ParentPath: traits.parent ?? null,
        Type: traits.type ?? (traits.parent === undefined ? 3 : 4),
        MaxInternalSize: bytes(traits.capacity ?? 10_240),
        VirtualDiskId: traits.diskId ?? 'A0B1C2D3-0000-4000-8000-0000000000D1',
      },
    ],
    diskStates: [
      traits.stateError === undefined
        ? { Input: path, FileSize: bytes(traits.size ?? 4096) }
        : { Input: path, ErrorCode: traits.stateError },
    ],
  };
}

interface FolderTraits {
  /** Names of folders in it that are looked at as well. */
  readonly folders?: readonly string[];
  readonly filesLeftOut?: number;
  readonly foldersLeftOut?: number;
  readonly error?: string;
}

/** A folder with these files of a MiB each, written in March 2026, or with sizes of their own in MiB. */
export function folder(
  path: string,
  files: readonly string[] | Readonly<Record<string, number>> = [],
  traits: FolderTraits = {},
): FactRows {
  if (traits.error !== undefined) return { folders: [{ Input: path, ErrorCode: traits.error }] };
  const sizes = Array.isArray(files) ? Object.fromEntries(files.map((name) => [name, 1])) : files;
  return {
    folders: [
      {
        Input: path,
        FileNames: Object.keys(sizes),
        FileSizes: Object.values(sizes).map((size) => bytes(Number(size))),
        FileTimes: Object.keys(sizes).map(() => '2026-03-01T10:20:30.000000Z'),
        Folders: (traits.folders ?? []).map((name) => `${path}\\${name}`),
        FilesLeftOut: traits.filesLeftOut ?? 0,
        FoldersLeftOut: traits.foldersLeftOut ?? 0,
      },
    ],
  };
}

/** A disk of the host that is passed through to a VM. Size in MiB. */
export function passThrough(controller: string, slot: number, number: number, size?: number): FactRows {
  const device = '353B3BE8-310C-4cf4-839E-4E1B14616136';
  return {
    resourceAllocations: [
      {
        InstanceID: `${controller}\\${slot}\\D`,
        ResourceType: 17,
        ResourceSubType: 'Microsoft:Hyper-V:Physical Disk Drive',
        AddressOnParent: String(slot),
        HostResource: [
          `\\\\HV01\\root\\virtualization\\v2:Msvm_DiskDrive.CreationClassName="Msvm_DiskDrive",DeviceID="Microsoft:${device}\\\\${number}",SystemCreationClassName="Msvm_ComputerSystem",SystemName="HV01"`,
        ],
      },
    ],
    diskDrives: [{ DeviceID: `Microsoft:${device}\\${number}`, SystemName: 'HV01', DriveNumber: number }],
    ...(size !== undefined && {
      hostDisks: [
        { Number: number, UniqueId: '600508B1001C0123456789ABCDEF0123', UniqueIdFormat: 3, Size: bytes(size) },
      ],
    }),
  };
}

/** A SCSI controller of a VM. */
export const scsiController = (vmId: string, n: number): FactRows => ({
  resourceAllocations: [
    {
      InstanceID: `Microsoft:${vmId}\\5C5C0000-0000-4000-8000-${String(n + 1).padStart(12, '0')}\\0`,
      ResourceType: 6,
      ResourceSubType: 'Microsoft:Hyper-V:Synthetic SCSI Controller',
    },
  ],
});

/** One of the two IDE controllers of a generation 1 VM. */
export const ideController = (vmId: string, n: 0 | 1): FactRows => ({
  resourceAllocations: [
    {
      InstanceID: `Microsoft:${vmId}\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\${n}`,
      ResourceType: 5,
      ResourceSubType: 'Microsoft:Hyper-V:Emulated IDE Controller',
      Address: String(n),
    },
  ],
});

/** Where a drive sits: the key of its controller, and its slot there. */
export const scsi = (vmId: string, n: number): string =>
  `Microsoft:${vmId}\\5C5C0000-0000-4000-8000-${String(n + 1).padStart(12, '0')}\\0`;
export const ide = (vmId: string, n: 0 | 1): string => `Microsoft:${vmId}\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\${n}`;

/** A DVD drive, with a medium or without. */
export function dvd(controller: string, slot: number, path?: string): FactRows {
  const drive = `${controller}\\${slot}`;
  return {
    resourceAllocations: [
      {
        InstanceID: `${drive}\\D`,
        ResourceType: 16,
        ResourceSubType: 'Microsoft:Hyper-V:Synthetic DVD Drive',
        AddressOnParent: String(slot),
      },
    ],
    ...(path !== undefined && {
      storageAllocations: [
        {
          InstanceID: `${drive}\\L`,
          ResourceType: 31,
          ResourceSubType: 'Microsoft:Hyper-V:Virtual CD/DVD Disk',
          HostResource: [path],
        },
      ],
    }),
  };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** One item of Data Exchange, as the host gives it. */
export const exchangeItem = (name: string, data: string): string =>
  `<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem"><PROPERTY NAME="Caption" PROPAGATED="true" TYPE="string"></PROPERTY><PROPERTY NAME="Data" TYPE="string"><VALUE>${escaped(data)}</VALUE></PROPERTY><PROPERTY NAME="Description" PROPAGATED="true" TYPE="string"></PROPERTY><PROPERTY NAME="Name" TYPE="string"><VALUE>${escaped(name)}</VALUE></PROPERTY><PROPERTY NAME="Source" TYPE="uint16"><VALUE>2</VALUE></PROPERTY></INSTANCE>`;

/** What the guest of a VM tells by Data Exchange. */
export const guest = (vmId: string, pairs: Readonly<Record<string, string>>): FactRows => ({
  keyValuePairs: [
    {
      SystemName: vmId,
      EnabledState: 2,
      GuestIntrinsicExchangeItems: Object.entries(pairs).map(([name, data]) => exchangeItem(name, data)),
    },
  ],
});

/** The rows of a tab. */
export const rowsFrom = (collector: TabCollector, host: HostFacts, fleet = emptyFleet): readonly TabRow[] =>
  collector.collect(host, fleet).rows.map((row) => row.cells);

/** The only row of a tab. */
export function rowFrom(collector: TabCollector, host: HostFacts, fleet = emptyFleet): TabRow {
  const [row, ...others] = rowsFrom(collector, host, fleet);
  if (row === undefined || others.length > 0) throw new Error(`${collector.tab} has ${others.length + 1} rows, not 1`);
  return row;
}

/** The same host in a run that lets a disk's capacity stand for a size that is not known. */
export const asCapacity = (host: HostFacts): HostFacts => ({
  ...host,
  options: { ...defaultCollectorOptions, unknownSize: 'capacity' },
});
