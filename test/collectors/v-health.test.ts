import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/collectors/collector.ts';
import { buildFleet, emptyFleet, summarize } from '../../src/collectors/fleet.ts';
import { vHealth } from '../../src/collectors/v-health.ts';
import {
  defaultCollectorOptions,
  defaultHealthLimits,
  type HealthLimits,
} from '../../src/inventory/collector-options.ts';
import {
  adapter,
  checkpoint,
  disk,
  dvd,
  type FactRows,
  guest,
  guid,
  hostFacts,
  hv01,
  integrationServices,
  passThrough,
  rowsFrom,
  scsi,
  vhd,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const gib = (n: number): string => String(n * 1024 ** 3);
const well = [vm(id, 'web01'), guest(id, { OSName: 'Windows Server 2022 Standard' })];
const withLimits = (host: HostFacts, health: Partial<HealthLimits>): HostFacts => ({
  ...host,
  options: { ...defaultCollectorOptions, health: { ...defaultHealthLimits, ...health } },
});
const findings = (host: HostFacts, fleet = emptyFleet) =>
  rowsFrom(vHealth, host, fleet).map((row) => [row.Name, row['Message type'], row.Message]);
const found = (...parts: readonly FactRows[]) => findings(hostFacts(hv01, ...parts));

test('a VM in good health on a host with room has nothing to say', () => {
  expect(found(...well)).toEqual([]);
});

test('a host that an earlier run has read is named with the time, since a workbook is passed on without its report', () => {
  const host = hostFacts(hv01, ...well);
  expect(findings({ ...host, sourceRun: '20261122T020000Z-aaaaaa' })).toEqual([
    [
      'hv01.corp.example',
      'Inventory',
      'What is shown of this host was read on 2026-11-23 12:00 UTC, by the earlier run 20261122T020000Z-aaaaaa.',
    ],
  ]);
});

describe('checkpoints, as of 2026-11-23', () => {
  const taken = (kind: string, CreationTime: string) =>
    checkpoint(guid(11), id, `Microsoft:Hyper-V:Snapshot:${kind}`, { ElementName: 'Before', CreationTime });

  test('one older than a week is named with its age', () => {
    expect(found(...well, taken('Realized', '2026-11-13T12:00:00.000000Z'))).toEqual([
      ['web01', 'Snapshot', 'The checkpoint "Before" is 10 days old.'],
    ]);
    expect(found(...well, taken('Realized', '2026-11-17T12:00:00.000000Z'))).toEqual([]);
  });

  test('one of a backup should be gone after a day', () => {
    expect(found(...well, taken('Recovery', '2026-11-22T11:00:00.000000Z'))).toEqual([
      ['web01', 'Snapshot', 'The checkpoint of a backup has been left for 1 day.'],
    ]);
  });

  test('the limits are options', () => {
    const host = hostFacts(hv01, ...well, taken('Realized', '2026-11-13T12:00:00.000000Z'));
    expect(findings(withLimits(host, { checkpointDays: 11 }))).toEqual([]);
    expect(findings(withLimits(host, { checkpointDays: 10 }))).toHaveLength(1);
  });

  test('recovery points of a replica and checkpoints without a time are not named', () => {
    expect(found(...well, taken('Replica:Standard', '2026-01-01T00:00:00.000000Z'))).toEqual([]);
    expect(found(...well, taken('Realized', '1601-01-01T00:00:00.000000Z'))).toEqual([]);
  });
});

describe('storage', () => {
  test('a differencing file without a checkpoint waits for its merge', () => {
    const path = 'D:\\a_1.avhdx';
    expect(found(...well, disk(id, 0, path), vhd(path))).toEqual([
      ['web01', 'Consolidation', `${path} is attached, though the VM has no checkpoint: a merge did not happen.`],
    ]);
  });

  test('a file that is missing or damaged is named', () => {
    const path = 'D:\\a.vhdx';
    expect(found(...well, disk(id, 0, path), vhd(path, { error: 'fileMissing' }))).toEqual([
      ['web01', 'Storage', `${path} is missing.`],
    ]);
    expect(found(...well, disk(id, 0, path), vhd(path, { error: 'fileDamaged' }))).toEqual([
      ['web01', 'Storage', `${path} is damaged, or no virtual disk.`],
    ]);
  });

  test.each([
    ['fileLocked', 'is held open by somebody'],
    ['fileDenied', 'may not be read by the account'],
    ['doubleHop', 'lies on another machine, which does not take the account from the host'],
    ['fileUnreachable', 'lies on a machine or share that the host does not reach'],
    ['fileTimedOut', 'was not read by the host in time'],
    ['fileNotAsked', 'was not asked for, because the time for the host was over'],
    ['fileFailed', 'could not be read'],
  ])('why the size of a disk is blank is said: %s', (error, why) => {
    const path = '\\\\fs01\\vms\\a.vhdx';
    const said = [['web01', 'Storage', `${path} ${why}, so that its size is not known.`]];
    expect(found(...well, disk(id, 0, path), vhd(path, { error }))).toEqual(said);
    expect(found(...well, disk(id, 0, path), vhd(path, { stateError: error }))).toEqual(said);
  });

  test('a disk without a file is named', () => {
    expect(found(...well, disk(id, 0, ''))).toEqual([
      ['web01', 'Storage', 'A disk names no file, so that its size is not known.'],
    ]);
  });

  test('a missing parent is named as well', () => {
    const [leaf, base] = ['D:\\a_1.vhdx', 'D:\\Gold.vhdx'];
    const files = [vhd(leaf, { parent: base }), vhd(base, { error: 'fileMissing' })];
    expect(found(...well, disk(id, 0, leaf), ...files)).toEqual([['web01', 'Storage', `${base} is missing.`]]);
  });

  test('a file of two VMs that nothing shares is named for both', () => {
    const path = 'D:\\a.vhdx';
    const other = [vm(guid(2), 'web02'), guest(guid(2), { OSName: 'x' }), disk(guid(2), 0, path)];
    const message = 'd:\\a.vhdx is attached to 2 VMs without being shared.';
    expect(found(...well, disk(id, 0, path), vhd(path), ...other)).toEqual([
      ['web01', 'Storage', message],
      ['web02', 'Storage', message],
    ]);
  });

  test('a disk passed through that the host has not is named, unless the host could not tell its disks', () => {
    const host = hostFacts(hv01, ...well, passThrough(scsi(id, 0), 0, 7));
    expect(findings(host)).toEqual([
      ['web01', 'Storage', 'A disk that is passed through is not among the disks of the host.'],
    ]);
    expect(findings(without(host, 'hostDisks'))).toEqual([]);
  });

  test('a volume with less than a tenth free is named', () => {
    const { volumes: _, ...rest } = hv01;
    const volume = (free: number): FactRows => ({
      volumes: [{ DeviceID: '\\\\?\\Volume{d}\\', Name: 'D:\\', Capacity: gib(100), FreeSpace: gib(free) }],
    });
    expect(findings(hostFacts(rest, volume(9), ...well))).toEqual([
      ['hv01.corp.example_D', 'Storage', 'Only 9 % of the volume is free.'],
    ]);
    expect(findings(hostFacts(rest, volume(10), ...well))).toEqual([]);
    expect(findings(withLimits(hostFacts(rest, volume(10), ...well), { freePercent: 20 }))).toHaveLength(1);
  });
});

describe('the state of a VM', () => {
  test('a critical one is named', () => {
    const broken = vm(id, 'web01', { system: { EnabledState: 3, OtherEnabledState: 'OffCritical', HealthState: 25 } });
    expect(found(broken)).toEqual([
      ['web01', 'VM state', 'The VM is in a critical state: it cannot reach its configuration or storage.'],
    ]);
  });

  test('one without settings is named', () => {
    const { virtualSystems: _, ...orphan } = vm(id, 'web01', { system: { EnabledState: 3 } });
    expect(found(orphan)).toEqual([['web01', 'VM state', 'The host lists the VM, but has no settings of it.']]);
  });

  test('integration services that are off are named; guest services are off by default', () => {
    const off = vm(id, 'web01', { services: integrationServices(id, ['shutdownServices', 'guestFileServices']) });
    expect(found(off, guest(id, { OSName: 'x' }))).toEqual([
      ['web01', 'VM Tools', 'Integration services are switched off: Shutdown.'],
    ]);
  });

  test('a running guest without integration services is named, one that is off is not', () => {
    const silent = (system: Parameters<typeof vm>[2]) => {
      const { heartbeats: _, ...rest } = vm(id, 'web01', system);
      return found(rest, { heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: [12] }] }, guest(id, {}));
    };
    expect(silent({})).toEqual([['web01', 'VM Tools', 'The guest runs without integration services.']]);
    expect(silent({ system: { EnabledState: 3 } })).toEqual([]);
  });

  test('an image left in the drive of a running VM is named, in the words of RVTools', () => {
    expect(found(...well, dvd(scsi(id, 0), 1, 'D:\\setup.iso'))).toEqual([
      ['web01', 'CDROM', 'VM has a CDROM device connected!'],
    ]);
    expect(found(...well, dvd(scsi(id, 0), 1))).toEqual([]);
  });

  test.each([
    [2, 'Replication is late.'],
    [3, 'Replication is in a critical state.'],
  ])('replication health %d: %s', (ReplicationHealth, message) => {
    const replicated = vm(id, 'web01', { system: { ReplicationMode: 1, ReplicationHealth } });
    expect(found(replicated, guest(id, { OSName: 'x' }))).toEqual([['web01', 'Replication', message]]);
  });

  test('a configuration version older than what the host makes is named', () => {
    const old = vm(id, 'web01', { settings: { Version: '8.0' } });
    expect(found(old, guest(id, { OSName: 'x' }))).toEqual([
      ['web01', 'Configuration', 'Configuration version 8.0 is older than the 10.0 that the host makes.'],
    ]);
  });
});

describe('what several VMs have in common', () => {
  const other = [vm(guid(2), 'web02'), guest(guid(2), { OSName: 'x' })];

  test('a MAC address of two VMs is named for both; zeros and two adapters of one VM are none', () => {
    const nic = (vmId: string, mac: string) => adapter(vmId, 1, { mac });
    expect(found(...well, ...other, nic(id, '00155D0A1B2C'), nic(guid(2), '00155d0a1b2c'))).toEqual([
      ['web01', 'Network', 'The MAC address 00:15:5d:0a:1b:2c is also that of web02.'],
      ['web02', 'Network', 'The MAC address 00:15:5d:0a:1b:2c is also that of web01.'],
    ]);
    expect(found(...well, ...other, nic(id, '000000000000'), nic(guid(2), '000000000000'))).toEqual([]);
    expect(found(...well, nic(id, '00155D0A1B2C'), adapter(id, 2, { mac: '00155D0A1B2C' }))).toEqual([]);
  });

  test('a MAC address that VMs of two hosts have is named for both, with the other host', () => {
    const on = (name: string, vmId: string, vmName: string) => ({
      ...hostFacts(
        { ...hv01, hostSystem: [{ Name: name, DNSHostName: name, Domain: 'corp.example', PartOfDomain: true }] },
        vm(vmId, vmName),
        guest(vmId, { OSName: 'x' }),
        adapter(vmId, 1, { mac: '00155D0A1B2C' }),
      ),
      presentAfter: new Set([vmId.toLowerCase()]),
    });
    const hosts = [on('hv1', id, 'web01'), on('hv2', guid(2), 'web02')];
    const fleet = buildFleet(hosts.map(summarize));
    const message = 'The MAC address 00:15:5d:0a:1b:2c is also that of';
    expect(hosts.map((host) => findings(host, fleet))).toEqual([
      [['web01', 'Network', `${message} web02 on hv2.corp.example.`]],
      [['web02', 'Network', `${message} web01 on hv1.corp.example.`]],
    ]);
    // A copy of the VM under its own id, and one that left for the other host, are no conflict.
    const copies = [on('hv1', id, 'web01'), on('hv2', id, 'web01')];
    const left = [{ ...on('hv1', id, 'web01'), presentAfter: new Set<string>() }, on('hv2', id, 'web01')];
    for (const pair of [copies, left]) expect(buildFleet(pair.map(summarize)).macs.size).toBe(0);
  });

  test('an id that a VM on another host keeps is named where it is a copy', () => {
    const first = hostFacts(hv01, ...well);
    const { hostSystem, ...rest } = hv01;
    const second = hostFacts(
      rest,
      { hostSystem: [{ ...hostSystem?.[0], Name: 'HV02', DNSHostName: 'HV02' }] },
      vm(id, 'copy', { system: { EnabledState: 3 } }),
    );
    const fleet = buildFleet([first, second].map(summarize));
    expect(findings(first, fleet)).toEqual([]);
    expect(findings(second, fleet)).toEqual([
      ['copy', 'Configuration', `The VM has the id of a VM on hv01.corp.example: ${id.toLowerCase()}.`],
    ]);
  });
});

describe('the host', () => {
  // 4 cores; each VM has 2 processors and 4,096 MiB.
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => [
      vm(guid(n + 1), `vm${n + 1}`),
      guest(guid(n + 1), { OSName: 'x' }),
    ]).flat();

  test('more than four processors a core are too many', () => {
    expect(found(...many(8))).toEqual([]);
    expect(found(...many(9))).toEqual([
      ['hv01.corp.example', 'Performance tip', 'Running VMs have 18 virtual processors on 4 cores: 4.5 a core.'],
    ]);
  });

  test('memory promised beyond that of the host is named, with the limits of dynamic memory', () => {
    const { hostSystem, ...rest } = hv01;
    const small: FactRows = { hostSystem: [{ ...hostSystem?.[0], TotalPhysicalMemory: gib(8) }] };
    const greedy = vm(id, 'web01', { memory: { DynamicMemoryEnabled: true, Limit: '12288', VirtualQuantity: '1024' } });
    expect(findings(hostFacts(rest, small, greedy, guest(id, { OSName: 'x' })))).toEqual([
      ['hv01.corp.example', 'Performance tip', "Running VMs may take 12288 MiB, 150 % of the host's memory."],
    ]);
    expect(findings(hostFacts(rest, small, ...well))).toEqual([]);
  });

  test('an adapter of a team without a link is named, an unused plug is not', () => {
    const nics: FactRows = {
      netAdapters: ['A', 'B', 'C'].map((Name, n) => ({
        Name,
        DeviceID: `{${guid(n)}}`,
        HardwareInterface: true,
        Virtual: false,
        MediaConnectState: Name === 'A' ? 1 : 2,
      })),
      lbfoTeams: [{ Name: 'Team1' }],
      lbfoMembers: [
        { Name: 'A', Team: 'Team1', AdministrativeMode: 0 },
        { Name: 'B', Team: 'Team1', AdministrativeMode: 0 },
      ],
    };
    expect(found(nics)).toEqual([['hv01.corp.example', 'Network', 'The network adapter B of a team has no link.']]);
  });

  test('a node that is down is named once for its cluster', () => {
    const { hostSystem, ...rest } = hv01;
    const node = (name: string) =>
      hostFacts(rest, {
        hostSystem: [{ ...hostSystem?.[0], Name: name, DNSHostName: name }],
        clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example' }],
        clusterNodes: [
          { Name: 'HV01', State: 0 },
          { Name: 'HV03', State: 1 },
        ],
      });
    const nodes = [node('HV01'), node('HV02')];
    const fleet = buildFleet(nodes.map(summarize));
    expect(nodes.flatMap((each) => findings(each, fleet))).toEqual([
      ['clu01.corp.example', 'Cluster', 'The node HV03 is down.'],
    ]);
  });
});

test('what a failed fact would have told is no finding, and the collector says that it failed', () => {
  const host = without(hostFacts(hv01, ...well, disk(id, 0, 'D:\\a.vhdx')), 'diskSettings');
  expect(findings(host)).toEqual([]);
  expect(vHealth.collect(host, emptyFleet).coverage).toMatchObject({
    status: 'error',
    failedFacts: ['diskSettings: factFailed'],
  });
});
