import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vHost } from '../../src/collectors/v-host.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { type FactRows, guid, hostFacts, hv01, rowFrom, vm, without } from './facts-builder.ts';
import { management, nic } from './host-facts-builder.ts';

const board: FactRows = {
  hostBios: [
    {
      Manufacturer: 'HPE',
      SMBIOSBIOSVersion: 'U30',
      ReleaseDate: '2024-07-23T00:00:00.000000Z',
      SerialNumber: 'CZ1234',
    },
  ],
  hostEnclosures: [{ Tag: 'System Enclosure 0', SerialNumber: 'TAG99' }],
  timeZone: [{ StandardName: 'India Standard Time', Caption: '(UTC+05:30) Chennai', Bias: 330 }],
  timeService: [{ Name: 'W32Time', State: 'Running' }],
  powerPlans: [
    {
      InstanceID: 'Microsoft:PowerPlan\\{381b4222-f694-41f0-9685-ff5bb260df2e}',
      ElementName: 'Ausbalanciert',
      IsActive: false,
    },
    {
      InstanceID: 'Microsoft:PowerPlan\\{8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c}',
      ElementName: 'Höchstleistung',
      IsActive: true,
    },
  ],
  processorUsage: [
    { Name: 'Hv LP 0', PercentTotalRunTime: '3' },
    { Name: '_Total', PercentTotalRunTime: '42' },
  ],
  migrationSettings: [{ EnableVirtualSystemMigration: true }],
  networkConfigurations: [
    { IPEnabled: true, DHCPEnabled: true, DefaultIPGateway: [], DNSServerSearchOrder: ['10.0.0.3'] },
    {
      IPEnabled: true,
      DHCPEnabled: false,
      DefaultIPGateway: ['10.0.0.1'],
      DNSServerSearchOrder: ['10.0.0.2', '10.0.0.3'],
      DNSDomainSuffixSearchOrder: ['corp.example'],
    },
    { IPEnabled: false, DHCPEnabled: true, DNSServerSearchOrder: ['9.9.9.9'] },
  ],
  licences: [
    {
      ApplicationID: '55c92734-d682-4d71-983e-d6ec3f16059f',
      Name: 'Windows(R), ServerDatacenter edition',
      PartialProductKey: '3V66T',
    },
  ],
  storageControllers: [
    { Name: 'PERC', PNPDeviceID: 'PCI\\1' },
    { Name: 'Spaces', PNPDeviceID: 'ROOT\\SPACEPORT\\0000' },
  ],
};

/** Two sockets of 4 cores with hyper-threading, and 64 GiB. */
const machine: FactRows = {
  ...hv01,
  hostSystem: [
    {
      ...hv01.hostSystem?.[0],
      Manufacturer: 'HPE',
      Model: 'ProLiant DL380 Gen10',
      TotalPhysicalMemory: '68719476736',
      OEMStringArray: ['Product ID: 1', 'HPE'],
    },
  ],
  hostProcessors: [0, 1].map((socket) => ({
    DeviceID: `CPU${socket}`,
    Name: 'AMD EPYC 7543 32-Core Processor                ',
    MaxClockSpeed: 2000,
    NumberOfCores: 4,
    NumberOfLogicalProcessors: 8,
  })),
  operatingSystem: [
    {
      Caption: 'Microsoft Windows Server 2022 Datacenter',
      Version: '10.0.20348',
      BuildNumber: '20348',
      LastBootUpTime: '2026-07-17T15:13:01.000000Z',
      CurrentTimeZone: 330,
      FreePhysicalMemory: '16777216',
      TotalVisibleMemorySize: '67108864',
    },
  ],
};

const web = vm(guid(1), 'web01');
const off = vm(guid(2), 'off01', { system: { EnabledState: 3 } });
const grown = vm(guid(3), 'sql01', {
  processor: { VirtualQuantity: '4' },
  memory: { DynamicMemoryEnabled: true, VirtualQuantity: '4096', Limit: '16384' },
  summary: { MemoryUsage: '3072', MemoryAvailable: 50 },
});

test('a host shows its hardware, its software and what its running VMs take', () => {
  expect(rowFrom(vHost, hostFacts(machine, board, nic(1), nic(2), management(1), web, off, grown))).toEqual({
    Host: 'hv01.corp.example',
    Datacenter: 'corp.example',
    Cluster: 'hv01',
    'Config status': 'green',
    'Compliance Check State': null,
    'in Maintenance Mode': 'False',
    'in Quarantine Mode': 'False',
    'vSAN Fault Domain Name': null,
    'CPU Model': 'AMD EPYC 7543 32-Core Processor',
    Speed: 2000,
    'HT Available': 'True',
    'HT Active': 'True',
    '# CPU': 2,
    'Cores per CPU': 4,
    '# Cores': 8,
    'CPU usage %': 42,
    '# Memory': 65_536,
    'Memory Tiering Type': 'noTiering',
    'Memory usage %': 75,
    Console: 0,
    '# NICs': 2,
    '# HBAs': 1,
    '# VMs total': 3,
    '# VMs': 2,
    'VMs per Core': 0.25,
    '# vCPUs': 6,
    'vCPUs per Core': 0.75,
    // 4,096 static, and of the dynamic VM its startup memory, of which 3,072 are assigned and half of that is in use.
    vRAM: 8192,
    'VM Used memory': 4096 + 1536,
    'VM Memory Swapped': 0,
    'VM Memory Ballooned': 1024,
    'VMotion support': 'True',
    'Storage VMotion support': 'True',
    'Current EVC': null,
    'Max EVC': null,
    'Assigned License(s)': 'Windows(R), ServerDatacenter edition',
    'ATS Heartbeat': null,
    'ATS Locking': null,
    'Current CPU power man. policy': 'High performance',
    'Supported CPU power man.': null,
    'Host Power Policy': 'static',
    'ESX Version': 'Microsoft Windows Server 2022 Datacenter 10.0.20348',
    'Boot time': new Date('2026-07-17T15:13:01Z'),
    'DNS Servers': '10.0.0.3, 10.0.0.2',
    DHCP: 'False',
    Domain: 'corp.example',
    'Domain List': null,
    'DNS Search Order': 'corp.example',
    'NTP Server(s)': null,
    'NTPD running': 'True',
    'Time Zone': 'India Standard Time',
    'Time Zone Name': '(UTC+05:30) Chennai',
    'GMT Offset': '5.5',
    Vendor: 'HPE',
    Model: 'ProLiant DL380 Gen10',
    'Serial number': 'CZ1234',
    'Service tag': 'TAG99',
    'OEM specific string': 'Product ID: 1, HPE',
    'BIOS Vendor': 'HPE',
    'BIOS Version': 'U30',
    'BIOS Date': new Date('2024-07-23T00:00:00Z'),
    'Certificate Issuer': null,
    'Certificate Start Date': null,
    'Certificate Expiry Date': null,
    'Certificate Status': null,
    'Certificate Subject': null,
    'Object ID': 'host-4c4c4544-0042-4a10-8058-b7c04f4d3132',
    UUID: '4c4c4544-0042-4a10-8058-b7c04f4d3132',
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

describe('a node of a cluster', () => {
  const node = (traits: Partial<Row<'clusterNodes'>>): FactRows => ({
    clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example' }],
    clusterNodes: [
      { Name: 'OTHER', State: 1 },
      { Name: 'HV01', State: 0, NodeDrainStatus: 0, StatusInformation: 0, ...traits },
    ],
  });
  test.each([
    [{}, 'green', 'False', 'False'],
    [{ State: 2 }, 'yellow', 'True', 'False'],
    [{ NodeDrainStatus: 1 }, 'green', 'True', 'False'],
    [{ State: 1 }, 'red', 'False', 'False'],
    [{ State: 1, StatusInformation: 2 }, 'red', 'False', 'True'],
    [{ StatusInformation: 1 }, 'green', 'False', 'False'],
    [{ State: 4_294_967_295 }, 'gray', 'False', 'False'],
  ])('with %j is %s, in maintenance %s, in quarantine %s', (traits, status, maintenance, quarantine) => {
    expect(rowFrom(vHost, hostFacts(machine, node(traits)))).toMatchObject({
      Cluster: 'CLU01',
      'Config status': status,
      'in Maintenance Mode': maintenance,
      'in Quarantine Mode': quarantine,
      'VMotion support': 'True',
    });
  });

  test('has the fault domains that its cluster puts it in', () => {
    const row = rowFrom(vHost, hostFacts(machine, node({ FaultDomain: ['Site:BER', 'Rack:R1'] })));
    expect(row['vSAN Fault Domain Name']).toBe('Site:BER, Rack:R1');
  });

  test('whose cluster cannot be read knows no maintenance, rather than none', () => {
    const host = without(without(hostFacts(machine), 'clusters', 'factDenied'), 'clusterNodes', 'factDenied');
    expect(rowFrom(vHost, host)).toMatchObject({ 'in Maintenance Mode': null, 'in Quarantine Mode': null });
  });
});

test('a host in a workgroup has no domain, and stands under its short name', () => {
  const alone = { ...machine, hostSystem: [{ ...machine.hostSystem?.[0], Domain: 'WORKGROUP', PartOfDomain: false }] };
  expect(rowFrom(vHost, hostFacts(alone))).toMatchObject({ Host: 'hv01', Datacenter: 'Datacenter', Domain: null });
});

test('a vendor who gives all boards one UUID gives none; the object has an id all the same', () => {
  const row = rowFrom(
    vHost,
    hostFacts({ ...machine, hostProduct: [{ UUID: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF' }] }),
  );
  expect(row.UUID).toBeNull();
  expect(row['Object ID']).toMatch(/^host-[0-9a-f]{8}-/);
});

test('the servers of time are those in use: without their flags, and none where the domain gives the time', () => {
  const servers = (NtpServer: string | null, Type: string | null) =>
    rowFrom(vHost, hostFacts(machine, { timeServers: [{ NtpServer, Type }] }))['NTP Server(s)'];
  expect(servers('ntp1.corp.example,0x9 ntp2.corp.example,0x8', 'NTP')).toBe('ntp1.corp.example, ntp2.corp.example');
  expect(servers('10.0.0.1', 'AllSync')).toBe('10.0.0.1');
  expect(servers('time.windows.com,0x8', 'NT5DS')).toBeNull();
  expect(servers('time.windows.com,0x8', 'NoSync')).toBeNull();
  expect(servers(null, 'NTP')).toBeNull();
  expect(servers('time.windows.com,0x8', null)).toBeNull();
});

test('the number of the update stands behind the version, where Windows counts them', () => {
  expect(rowFrom(vHost, hostFacts(machine, { windowsVersion: [{ UBR: 2527 }] }))['ESX Version']).toBe(
    'Microsoft Windows Server 2022 Datacenter 10.0.20348 build-2527',
  );
});

test('a plan of the administrator keeps its own name, and is custom', () => {
  const powerPlans = [{ InstanceID: `Microsoft:PowerPlan\\{${guid(9)}}`, ElementName: 'Ours', IsActive: true }];
  expect(rowFrom(vHost, hostFacts(machine, { powerPlans }))).toMatchObject({
    'Current CPU power man. policy': 'Ours',
    'Host Power Policy': 'custom',
  });
});

test('figures of VMs that are not known are blank, never 0', () => {
  const host = hostFacts(machine, web, grown);
  expect(rowFrom(vHost, without(host, 'processors'))).toMatchObject({
    '# VMs': 2,
    '# vCPUs': null,
    'vCPUs per Core': null,
  });
  expect(rowFrom(vHost, without(host, 'computerSystems'))).toMatchObject({
    '# VMs total': null,
    '# VMs': null,
    vRAM: null,
  });
  expect(rowFrom(vHost, without(host, 'netAdapters'))).toMatchObject({ '# NICs': null });
});

test('a host of which nothing was told has no row', () => {
  const host = without(without(hostFacts(machine), 'hostSystem'), 'operatingSystem');
  expect(vHost.collect(host, emptyFleet).coverage).toMatchObject({ status: 'error', rowCount: 0 });
});
