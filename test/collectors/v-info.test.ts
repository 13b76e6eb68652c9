import { describe, expect, test } from 'vitest';
import { collectors } from '../../src/collectors/collectors.ts';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import {
  adapter,
  checkpoint,
  disk,
  type FactRows,
  guest,
  guid,
  hostFacts,
  hv01,
  rowFrom,
  rowsFrom,
  switchId,
  together,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const lower = id.toLowerCase();
const rowOf = (traits: Parameters<typeof vm>[2], ...parts: FactRows[]) =>
  rowFrom(vInfo, hostFacts(hv01, vm(id, 'web01', traits), ...parts));
const coverageOf = (host: Parameters<typeof vInfo.collect>[0]) => vInfo.collect(host, emptyFleet).coverage;

test('a running VM of a standalone host', () => {
  const row = rowOf(
    {
      system: { TimeOfLastConfigurationChange: '2026-01-01T00:00:00.000000Z' },
      settings: { Notes: ['first line', 'second line'], AutomaticStartupActionDelay: 30_000 },
    },
    adapter(id, 1, { vlan: { OperationMode: 1, AccessVlanId: 20 }, ipAddresses: ['169.254.1.1', '10.0.0.10'] }),
    disk(id, 0, 'D:\\VMs\\web01\\web01.vhdx'),
    guest(id, {
      OSName: 'Windows Server 2022 Datacenter',
      ProcessorArchitecture: '9',
      FullyQualifiedDomainName: 'web01.corp.example',
    }),
  );
  expect(row).toMatchObject({
    VM: 'web01',
    Powerstate: 'poweredOn',
    Template: 'False',
    'SRM Placeholder': 'False',
    'Config status': 'green',
    'DNS Name': 'web01.corp.example',
    'Connection state': 'connected',
    'Guest state': 'running',
    Heartbeat: 'green',
    'Consolidation Needed': 'False',
    // One hour before the collection.
    PowerOn: new Date('2026-11-23T11:00:00Z'),
    'Suspended To Memory': null,
    'Suspend time': null,
    'Suspend Interval': '0',
    'Creation date': new Date('2025-01-02T03:04:05Z'),
    'Change Version': new Date('2026-01-01T00:00:00Z'),
    CPUs: 2,
    Memory: 4096,
    'Active Memory': 4096,
    NICs: 1,
    Disks: 1,
    EnableUUID: 'TRUE',
    CBT: 'TRUE',
    'Primary IP Address': '10.0.0.10',
    'Network #1': 'vSwitch0 VLAN 20',
    'Network #2': null,
    'Resource pool': '/corp.example/hv01/Resources',
    'Folder ID': null,
    Folder: null,
    'DAS protection': null,
    'HA Restart Priority': null,
    'HA VM Monitoring': 'vmMonitoringDisabled',
    'Boot delay': 30_000,
    'EFI Secure boot': 'True',
    Firmware: 'efi',
    'HW version': 10,
    Path: `[hv01.corp.example_D] VMs/web01/Virtual Machines/${id}.vmcx`,
    'Log directory': '[hv01.corp.example_D] VMs/web01/',
    'Snapshot directory': '[hv01.corp.example_D] VMs/web01/',
    'Suspend directory': '[hv01.corp.example_D] VMs/web01/',
    Annotation: 'first line\r\nsecond line',
    Datacenter: 'corp.example',
    Cluster: 'hv01',
    Host: 'hv01.corp.example',
    'OS according to the configuration file': 'Microsoft Windows Server 2022 (64-bit)',
    'OS according to the VMware Tools': 'Microsoft Windows Server 2022 (64-bit)',
    'VM ID': `vm-${lower}`,
    'SMBIOS UUID': '0f0e0d0c-0000-4000-8000-00000000aaaa',
    'VM UUID': lower,
    'VI SDK Server type': 'Microsoft Hyper-V 10.0.20348 build-20348 (Windows Server 2022 Datacenter)',
    'VI SDK API Version': '10.0.20348.0',
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

describe('power', () => {
  test.each([
    [2, 'poweredOn'],
    [3, 'poweredOff'],
    [4, 'poweredOn'],
    [6, 'suspended'],
    [9, 'suspended'],
    [10, 'poweredOn'],
    [32768, 'suspended'],
    [32769, 'suspended'],
    [32770, 'poweredOn'],
    [32773, 'poweredOn'],
    [32774, 'poweredOn'],
    [32776, 'poweredOn'],
    [32777, 'poweredOn'],
    [32779, 'suspended'],
    [32785, 'poweredOn'],
    [32786, 'poweredOff'],
    [32789, 'suspended'],
    [1, 'poweredOff'],
  ])('EnabledState %i is %s', (state, expected) => {
    expect(rowOf({ system: { EnabledState: state } })).toMatchObject({ Powerstate: expected });
  });

  test('a paused VM is suspended to memory since its last change of state, a saved one to disk', () => {
    const since = { TimeOfLastStateChange: '2026-11-20T10:00:00.000000Z' };
    expect(rowOf({ system: { EnabledState: 9, ...since } })).toMatchObject({
      'Suspended To Memory': 'True',
      'Suspend time': new Date('2026-11-20T10:00:00Z'),
      PowerOn: null,
      'Guest state': 'notRunning',
      Heartbeat: 'gray',
    });
    expect(rowOf({ system: { EnabledState: 6, ...since } })).toMatchObject({ 'Suspended To Memory': 'False' });
  });

  test.each([
    [5, 'green'],
    [20, 'red'],
    [25, 'red'],
    [10, 'yellow'],
    [null, 'gray'],
  ])('HealthState %s is %s, and by itself no reason to call a VM inaccessible', (health, status) => {
    expect(rowOf({ system: { HealthState: health } })).toMatchObject({
      'Config status': status,
      'Connection state': 'connected',
    });
  });

  test.each([
    [20, 3, 'OffCritical', 'inaccessible'],
    [25, 9, 'PausedCritical', 'inaccessible'],
    [25, 32785, null, 'inaccessible'],
    [20, 32796, null, 'inaccessible'],
    [25, 32784, null, 'connected'],
    [25, 2, 'Critical services', 'connected'],
    [5, 3, 'OffCritical', 'connected'],
    [10, 32786, null, 'connected'],
    [null, 32786, null, 'connected'],
  ])('HealthState %s with EnabledState %i, said as %s, is %s', (HealthState, EnabledState, said, expected) => {
    const row = rowOf({ system: { HealthState, EnabledState, OtherEnabledState: said } });
    expect(row['Connection state']).toBe(expected);
  });

  test.each([
    [[2, 2], 'green', 'running'],
    [[2], 'green', 'running'],
    [[2, 32782], 'yellow', 'running'],
    [[3], 'yellow', 'notRunning'],
    [[7], 'red', 'notRunning'],
    [[13], 'red', 'notRunning'],
    [[12], 'gray', 'notRunning'],
  ])('heartbeat %j is %s and %s', (status, colour, state) => {
    const row = rowOf({}, {}, {});
    expect(row.Heartbeat).toBe('green');
    const host = hostFacts(hv01, {
      ...vm(id, 'web01'),
      heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: status }],
    });
    expect(rowFrom(vInfo, host)).toMatchObject({ Heartbeat: colour, 'Guest state': state });
  });

  test('a heartbeat service that is switched off is gray; one that could not be read is told by the summary', () => {
    const off = { ...vm(id, 'web01'), heartbeats: [{ SystemName: id, EnabledState: 3, OperationalStatus: [2] }] };
    expect(rowFrom(vInfo, hostFacts(hv01, off))).toMatchObject({ Heartbeat: 'gray' });
    const failed = without(hostFacts(hv01, vm(id, 'web01', { summary: { Heartbeat: 13 } })), 'heartbeats');
    expect(rowFrom(vInfo, failed)).toMatchObject({ Heartbeat: 'red', 'Guest state': 'notRunning' });
    expect(rowFrom(vInfo, without(failed, 'summaries'))).toMatchObject({ Heartbeat: null, 'Guest state': null });
  });

  test('"never" is no date', () => {
    const never = '1601-01-01T00:00:00.000000Z';
    expect(rowOf({ system: { InstallDate: never }, settings: { CreationTime: never } })).toMatchObject({
      'Creation date': null,
      'Change Version': null,
    });
    expect(rowOf({ settings: { CreationTime: never } })).toMatchObject({
      'Creation date': new Date('2025-01-02T03:04:05Z'),
    });
  });
});

describe('replicas', () => {
  test.each([
    [0, 'False'],
    [1, 'False'],
    [2, 'True'],
    [3, 'True'],
    [4, 'True'],
  ])('ReplicationMode %i: SRM Placeholder %s', (mode, expected) => {
    expect(rowOf({ system: { ReplicationMode: mode } })).toMatchObject({ 'SRM Placeholder': expected });
  });

  test('a failover in progress is told of replicating VMs only', () => {
    expect(rowOf({ system: { ReplicationMode: 2, ReplicationState: 12 } })['Vm Failover In Progress']).toBe('True');
    expect(rowOf({ system: { ReplicationMode: 2, ReplicationState: 3 } })['Vm Failover In Progress']).toBe('False');
    expect(rowOf({})['Vm Failover In Progress']).toBeNull();
  });
});

describe('generation and version', () => {
  test('generation 1 boots by BIOS, without secure boot', () => {
    const row = rowOf({ settings: { VirtualSystemSubType: 'Microsoft:Hyper-V:SubType:1', SecureBootEnabled: true } });
    expect(row).toMatchObject({ Firmware: 'bios', 'EFI Secure boot': 'False' });
  });

  test('a VM of a 2012 R2 host: version 5.0, an .xml in a relative folder, no change tracking', () => {
    const row = rowOf(
      {
        settings: {
          Version: '5.0',
          VirtualSystemSubType: null,
          SecureBootEnabled: null,
          ConfigurationFile: `Virtual Machines\\${id}.xml`,
          SuspendDataRoot: `Virtual Machines\\${id}`,
          CreationTime: '1601-01-01T00:00:00.000000Z',
        },
      },
      disk(id, 0, 'D:\\VMs\\web01\\web01.vhdx'),
    );
    expect(row).toMatchObject({
      Firmware: 'bios',
      'EFI Secure boot': 'False',
      'HW version': 5,
      CBT: 'FALSE',
      Path: `[hv01.corp.example_D] VMs/web01/Virtual Machines/${id}.xml`,
      'Suspend directory': `[hv01.corp.example_D] VMs/web01/Virtual Machines/${id}/`,
    });
  });

  test.each([
    ['6.2', ['a.vhdx'], 'FALSE'],
    ['8.0', ['a.vhdx'], 'TRUE'],
    ['10.0', ['a.vhdx', 'b.avhdx'], 'TRUE'],
    ['10.0', ['a.vhdx', 'b.vhd'], 'FALSE'],
    ['10.0', [], 'FALSE'],
    [null, ['a.vhdx'], null],
  ])('change tracking of version %s with %j: %s', (version, files, expected) => {
    const disks = files.map((file, lun) => disk(id, lun, `D:\\VMs\\${file}`));
    expect(rowOf({ settings: { Version: version } }, ...disks)).toMatchObject({ CBT: expected });
  });
});

describe('disks and adapters', () => {
  test('DVDs are no disks, disks passed through are', () => {
    const row = rowOf({}, disk(id, 0, 'D:\\VMs\\a.vhdx'), {
      resourceAllocations: [
        {
          InstanceID: `Microsoft:${id}\\5C5C0000-0000-4000-8000-000000000001\\0\\5\\D`,
          ResourceSubType: 'Microsoft:Hyper-V:Physical Disk Drive',
        },
        {
          InstanceID: `Microsoft:${id}\\5C5C0000-0000-4000-8000-000000000001\\0\\6\\D`,
          ResourceSubType: 'Microsoft:Hyper-V:Synthetic DVD Drive',
        },
        { InstanceID: 'Microsoft:Definition\\1F1F\\Default', ResourceSubType: 'Microsoft:Hyper-V:Physical Disk Drive' },
      ],
      storageAllocations: [
        {
          InstanceID: `Microsoft:${id}\\5C5C0000-0000-4000-8000-000000000001\\0\\6\\L`,
          ResourceSubType: 'Microsoft:Hyper-V:Virtual CD/DVD Disk',
        },
      ],
    });
    expect(row).toMatchObject({ Disks: 2, CBT: 'FALSE' });
  });

  test('a differencing disk without a checkpoint needs consolidation, one with a checkpoint does not', () => {
    const attached = disk(id, 0, 'D:\\VMs\\web01_5D0C.AVHDX');
    expect(rowOf({}, attached)).toMatchObject({ 'Consolidation Needed': 'True' });
    expect(rowOf({}, attached, checkpoint(guid(50), id))).toMatchObject({ 'Consolidation Needed': 'False' });
    const recovery = checkpoint(guid(50), id, 'Microsoft:Hyper-V:Snapshot:Recovery');
    expect(rowOf({}, attached, recovery)).toMatchObject({ 'Consolidation Needed': 'False' });
  });

  test('a VM without adapters has 0 NICs and no network; of ten adapters eight are named', () => {
    expect(rowOf({})).toMatchObject({ NICs: 0, 'Network #1': null, 'Primary IP Address': null });
    const ten = Array.from({ length: 10 }, (_, n) =>
      adapter(id, n + 1, { vlan: { OperationMode: 1, AccessVlanId: n + 1 } }),
    );
    expect(rowOf({}, ...ten)).toMatchObject({
      NICs: 10,
      'Network #1': 'vSwitch0 VLAN 1',
      'Network #8': 'vSwitch0 VLAN 8',
    });
  });

  test('a network stands under its adapter: one that is not plugged in leaves its column blank', () => {
    const row = rowOf({}, adapter(id, 1, { switchId: null }), adapter(id, 2));
    expect(row).toMatchObject({ 'Network #1': null, 'Network #2': 'vSwitch0' });
  });

  test('without addresses by adapter, Data Exchange tells the primary one', () => {
    const row = rowOf({}, guest(id, { NetworkAddressIPv4: '127.0.0.1;169.254.7.7;192.168.1.5;192.168.1.6' }));
    expect(row).toMatchObject({ 'Primary IP Address': '192.168.1.5' });
  });

  test('counts are blank, not 0, where the facts failed', () => {
    const host = hostFacts(hv01, vm(id, 'web01'), adapter(id, 1), disk(id, 0, 'D:\\a.vhdx'));
    expect(rowFrom(vInfo, without(host, 'emulatedAdapters'))).toMatchObject({ NICs: null, 'Network #1': null });
    expect(rowFrom(vInfo, without(host, 'storageAllocations'))).toMatchObject({
      Disks: null,
      CBT: null,
      'Consolidation Needed': null,
    });
    expect(coverageOf(without(host, 'storageAllocations'))).toMatchObject({
      status: 'error',
      failedFacts: ['storageAllocations: factFailed'],
      covered: [lower],
    });
  });
});

describe('names and text', () => {
  test.each([
    ['=HYPERLINK("http://evil")'],
    ['O\'Brien "prod", 100%\n_[x]'],
    ['Сервер 東京 🖥'],
    [`${'\\'.repeat(3)}Microsoft:${guid(9)}`],
  ])('a VM may be called %j', (name) => {
    const host = hostFacts(hv01, vm(id, name), adapter(id, 1));
    expect(rowFrom(vInfo, host).VM).toBe(name);
    expect(coverageOf(host)).toMatchObject({ covered: [lower], unjoined: [] });
  });

  test('two VMs of one name are two rows', () => {
    const host = hostFacts(hv01, vm(guid(1), 'web01'), vm(guid(2), 'web01', { processor: { VirtualQuantity: '4' } }));
    expect(rowsFrom(vInfo, host)).toMatchObject([
      { VM: 'web01', CPUs: 2, 'VM UUID': guid(1).toLowerCase() },
      { VM: 'web01', CPUs: 4, 'VM UUID': guid(2).toLowerCase() },
    ]);
  });

  test('no notes are no annotation', () => {
    expect(rowOf({ settings: { Notes: [''] } }).Annotation).toBeNull();
    expect(rowOf({ settings: { Notes: [] } }).Annotation).toBeNull();
  });

  test('a German host: captions and element names do not matter', () => {
    const host = hostFacts(
      hv01,
      vm(id, 'Neuer virtueller Computer', { settings: { ElementName: 'Neuer virtueller Computer' } }),
      adapter(id, 1),
    );
    const german = {
      ...host,
      facts: {
        ...host.facts,
        operatingSystem: {
          status: 'ok',
          properties: ['Caption', 'Version', 'BuildNumber'],
          rows: [['Microsoft Windows Server 2016 Standard ', '10.0.14393', '14393']],
        } as const,
      },
    };
    expect(rowFrom(vInfo, german)).toMatchObject({
      VM: 'Neuer virtueller Computer',
      NICs: 1,
      'VI SDK Server type': 'Microsoft Hyper-V 10.0.14393 build-14393 (Windows Server 2016 Standard)',
    });
  });

  test('a VM group is its folder, with an id that stays the same', () => {
    const collection = 'DEADBEEF-0000-4000-8000-000000000001';
    const groups: FactRows = {
      groups: [{ InstanceID: collection, ElementName: 'Production', CollectionID: collection }],
      groupMembers: [
        { Collection: { CollectionID: collection }, Member: { CreationClassName: 'Msvm_ComputerSystem', Name: id } },
      ],
    };
    expect(rowOf({}, groups)).toMatchObject({ Folder: '/corp.example/Production', 'Folder ID': 'group-v3735928559' });
  });
});

describe('hosts', () => {
  test('a workgroup host goes by its short name', () => {
    const host = hostFacts(
      { ...hv01, hostSystem: [{ Name: 'HV01', DNSHostName: 'HV01', Domain: 'WORKGROUP', PartOfDomain: false }] },
      vm(id, 'web01'),
    );
    expect(rowFrom(vInfo, host)).toMatchObject({
      Host: 'hv01',
      Cluster: 'hv01',
      Datacenter: 'Datacenter',
      'VI SDK Server': 'hv01',
    });
  });

  test('a host that does not tell its name goes by the one it was asked under', () => {
    const host = { ...without(hostFacts(hv01, vm(id, 'web01')), 'hostSystem'), host: 'HV01.corp.example' };
    expect(rowFrom(vInfo, host)).toMatchObject({ Host: 'hv01.corp.example', Cluster: 'hv01' });
    expect(rowFrom(vInfo, { ...host, host: '10.0.0.1' })).toMatchObject({ Host: '10.0.0.1', Cluster: '10.0.0.1' });
    expect(coverageOf(host)).toMatchObject({ status: 'error', failedFacts: ['hostSystem: factFailed'] });
  });

  test.each([
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '03000200-0400-0500-0006-000700080009',
    '00020003-0004-0005-0006-000700080009',
  ])("a vendor's default UUID %s is not the host's", (uuid) => {
    const row = rowFrom(vInfo, hostFacts({ ...hv01, hostProduct: [{ UUID: uuid }] }, vm(id, 'web01')));
    // UUIDv5 of hv01.corp.example in the DNS namespace.
    expect(row['VI SDK UUID']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  });
});

describe('clusters', () => {
  const cluster: FactRows = {
    clusters: [{ Name: 'CLU01', Fqdn: 'CLU01.corp.example' }],
    clusterIdentity: [{ ClusterInstanceID: 'C1A5C1A5-0000-4000-8000-000000000001' }],
    clusterResources: [
      {
        Name: 'Virtual Machine web01',
        Type: 'Virtual Machine',
        OwnerGroup: 'web01',
        PrivateProperties: { VmID: id.toLowerCase(), CheckHeartbeat: '1' },
      },
      { Name: 'Cluster IP Address', Type: 'IP Address', OwnerGroup: 'Cluster Group', PrivateProperties: {} },
    ],
    clusterGroups: [{ Name: 'WEB01', Priority: 3000, AntiAffinityClassNames: ['web tier'] }],
    clusterRules: [
      { Name: 'keep apart', RuleType: 4, Enabled: 1, Groups: ['web01', 'web02'] },
      { Name: 'keep together', RuleType: 2, Enabled: 1, Groups: ['web01', 'db01'] },
      { Name: 'not in force', RuleType: 1, Enabled: 0, Groups: ['web01'] },
      { Name: 'of others', RuleType: 1, Enabled: 1, Groups: ['db01'] },
    ],
    sharedVolumes: [{ Name: 'C:\\ClusterStorage\\Volume1' }],
  };

  test('a role of a cluster shows its protection, priority and rules', () => {
    const row = rowOf({ settings: { ConfigurationDataRoot: 'C:\\ClusterStorage\\Volume1\\web01' } }, cluster);
    expect(row).toMatchObject({
      Cluster: 'CLU01',
      'Resource pool': '/corp.example/CLU01/Resources',
      'DAS protection': 'True',
      'HA Restart Priority': 'high',
      'HA Isolation Response': 'none',
      'HA VM Monitoring': 'vmMonitoringOnly',
      'Cluster rule(s)': 'anti-affinity, affinity',
      'Cluster rule name(s)': 'keep apart, keep together, web tier',
      Path: `[CLU01_Volume1] web01/Virtual Machines/${id}.vmcx`,
      'VI SDK Server': 'clu01.corp.example',
      'VI SDK UUID': 'c1a5c1a5-0000-4000-8000-000000000001',
    });
  });

  test('a VM on a node that is no role of the cluster is not protected', () => {
    const other = hostFacts(hv01, cluster, vm(guid(2), 'local'));
    expect(rowFrom(vInfo, other)).toMatchObject({
      Cluster: 'CLU01',
      'DAS protection': 'False',
      'HA Restart Priority': null,
      'HA VM Monitoring': 'vmMonitoringDisabled',
    });
  });

  test.each([
    [0, 'disabled'],
    [1000, 'low'],
    [2000, 'medium'],
    [3000, 'high'],
  ])('group priority %i is %s', (priority, expected) => {
    const row = rowOf({}, { ...cluster, clusterGroups: [{ Name: 'web01', Priority: priority }] });
    expect(row).toMatchObject({ 'HA Restart Priority': expected });
  });

  test('without the id of the registry, the UUID is made from the name of the cluster, never from the node', () => {
    const host = without(hostFacts(hv01, cluster, vm(id, 'web01')), 'clusterIdentity', 'notAvailableByCim');
    const row = rowFrom(vInfo, host);
    expect(row['VI SDK UUID']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(coverageOf(host)).toMatchObject({ status: 'ok', missingFacts: ['clusterIdentity'] });
  });

  test('a node whose cluster is denied keeps its own name, and says nothing of protection', () => {
    const names = ['clusters', 'clusterResources', 'clusterGroups', 'clusterRules', 'sharedVolumes'] as const;
    const denied = names.reduce((host, name) => without(host, name, 'factDenied'), hostFacts(hv01, vm(id, 'web01')));
    expect(rowFrom(vInfo, denied)).toMatchObject({
      Cluster: 'hv01',
      'DAS protection': null,
      'HA VM Monitoring': null,
      'VI SDK Server': 'hv01.corp.example',
      'VI SDK UUID': null,
    });
    expect(coverageOf(denied)).toMatchObject({ status: 'error' });
    expect(coverageOf(denied).failedFacts).toContain('clusters: factDenied');
  });

  test('what the cluster would not tell is blank for a VM that may be a role of it', () => {
    const host = without(hostFacts(hv01, cluster, vm(id, 'web01')), 'clusterResources');
    expect(rowFrom(vInfo, host)).toMatchObject({
      Cluster: 'CLU01',
      'DAS protection': null,
      'HA VM Monitoring': null,
      'HA Restart Priority': null,
    });
  });
});

describe('coverage', () => {
  test('a VM without settings is an orphan: a row, but not covered', () => {
    const { virtualSystems: _, ...orphan } = vm(id, 'lost');
    const host = hostFacts(hv01, orphan, vm(guid(2), 'web02'));
    expect(rowsFrom(vInfo, host)[0]).toMatchObject({
      VM: 'lost',
      'Connection state': 'orphaned',
      CPUs: 2,
      Firmware: null,
      'HW version': null,
      Path: null,
      Annotation: null,
      'SMBIOS UUID': null,
      'OS according to the configuration file': 'Other (64-bit)',
    });
    expect(coverageOf(host)).toMatchObject({ rowCount: 2, covered: [guid(2).toLowerCase()], unjoined: [] });
  });

  test('where settings could not be read at all, a VM is not called an orphan', () => {
    const host = without(hostFacts(hv01, vm(id, 'web01')), 'virtualSystems');
    expect(rowFrom(vInfo, host)).toMatchObject({ 'Connection state': 'connected', CPUs: 2, Firmware: null });
    expect(coverageOf(host)).toMatchObject({
      status: 'error',
      failedFacts: ['virtualSystems: factFailed'],
      covered: [],
      unjoined: [],
      emptyFacts: [],
    });
  });

  test('planned VMs are not VMs, nor is one whose settings arrived after the host had listed its VMs: no failed join', () => {
    const { computerSystems: _, ...arrived } = together(
      vm(guid(61), 'arrived'),
      adapter(guid(61), 1, { vlan: { OperationMode: 1, AccessVlanId: 7 } }),
      disk(guid(61), 0, 'C:\\VMs\\arrived.vhdx'),
    );
    const host = hostFacts(hv01, vm(id, 'web01'), arrived, {
      virtualSystems: [
        {
          InstanceID: `Microsoft:${guid(60)}`,
          VirtualSystemIdentifier: guid(60),
          VirtualSystemType: 'Microsoft:Hyper-V:System:Planned',
        },
      ],
    });
    for (const collector of collectors.filter(({ perVm }) => perVm)) {
      expect(collector.collect(host, emptyFleet).coverage).toMatchObject({ covered: [lower], unjoined: [] });
    }
    expect(coverageOf(host).rowCount).toBe(1);
  });

  test('devices of a VM that came after all settings were read are not unjoined where the last list has the VM', () => {
    const {
      computerSystems: _,
      virtualSystems: __,
      ...arrived
    } = together(vm(guid(61), 'arrived'), adapter(guid(61), 1), disk(guid(61), 0, 'C:\\VMs\\arrived.vhdx'));
    const host = hostFacts(hv01, vm(id, 'web01'), arrived);
    const presentAfter = new Set([lower, guid(61).toLowerCase()]);
    // vSnapshot joins settings of virtual systems only.
    for (const collector of collectors.filter(({ perVm, tab }) => perVm && tab !== 'vSnapshot')) {
      expect(collector.collect(host, emptyFleet).coverage.unjoined).not.toEqual([]);
      expect(collector.collect({ ...host, presentAfter }, emptyFleet).coverage.unjoined).toEqual([]);
    }
  });

  test('settings of a strange key are unjoined, and a host whose settings all are has no settings', () => {
    const host = hostFacts(
      hv01,
      vm(id, 'web01', { settings: { InstanceID: 'Strange-1', VirtualSystemIdentifier: 'Strange-1' } }),
    );
    expect(coverageOf(host)).toMatchObject({
      covered: [],
      unjoined: ['virtualSystems: Strange-1'],
      emptyFacts: ['virtualSystems'],
    });
  });

  test('a host without VMs has no rows, and nothing is missing', () => {
    expect(coverageOf(hostFacts(hv01))).toEqual({
      tab: 'vInfo',
      status: 'ok',
      failedFacts: [],
      missingFacts: [],
      rowCount: 0,
      covered: [],
      unjoined: [],
      emptyFacts: [],
    });
  });

  test('a host that would not list its VMs has no rows, and that is an error', () => {
    const host = without(hostFacts(hv01, vm(id, 'web01')), 'computerSystems');
    expect(coverageOf(host)).toMatchObject({ status: 'error', rowCount: 0, covered: [] });
  });

  test('a switch has nothing to do with VMs: its ports are not unjoined settings of vInfo', () => {
    const host = hostFacts(hv01, vm(id, 'web01'), {
      portAllocations: [{ InstanceID: `Microsoft:${switchId}\\D0D0D0D0-0000-4000-8000-000000000001` }],
    });
    expect(coverageOf(host).unjoined).toEqual([]);
  });
});
