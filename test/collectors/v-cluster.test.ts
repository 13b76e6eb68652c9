import { expect, test } from 'vitest';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vCluster } from '../../src/collectors/v-cluster.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { clusterOf, hostNamed } from './cluster-builder.ts';
import { type FactRows, guid, rowFrom, rowsFrom, without, withRows } from './facts-builder.ts';

const group = (name: string, traits: Partial<Row<'clusterGroups'>> = {}): FactRows => ({
  clusterGroups: [{ Name: name, GroupType: 111, FailoverThreshold: 4294967295, FailoverPeriod: 6, ...traits }],
});
const role = (n: number, checkHeartbeat: '0' | '1'): FactRows => ({
  clusterResources: [
    {
      Name: `Virtual Machine ${n}`,
      Type: 'Virtual Machine',
      State: 2,
      CoreResource: false,
      PrivateProperties: { VmID: guid(n), CheckHeartbeat: checkHeartbeat },
    },
  ],
});
const core = (state: number): FactRows => ({
  clusterResources: [{ Name: 'Cluster Name', Type: 'Network Name', State: state, CoreResource: true }],
});
/** The tab of a run that read these hosts. */
const rowsOf = (hosts: readonly ReturnType<typeof hostNamed>[]) => {
  const fleet = buildFleet(hosts.map(summarize));
  return hosts.flatMap((host) => rowsFrom(vCluster, host, fleet));
};

test('a cluster has one row with the sums of its nodes', () => {
  const common = [clusterOf({ HV01: {}, HV02: {} }), core(2), group('web01'), role(1, '1')];
  const rows = rowsOf([hostNamed('HV01', 65_536, ...common), hostNamed('HV02', 131_072, ...common)]);
  expect(rows).toEqual([
    {
      Name: 'CLU01',
      'Config status': 'green',
      OverallStatus: 'green',
      NumHosts: 2,
      numEffectiveHosts: 2,
      // Two nodes of four cores at 2,000 MHz.
      TotalCpu: 16_000,
      NumCpuCores: 8,
      NumCpuThreads: 16,
      'Effective Cpu': 16_000,
      TotalMemory: 196_608,
      'Effective Memory': 196_608,
      'Num VMotions': 0,
      'HA enabled': 'True',
      'Failover Level': 1,
      AdmissionControlEnabled: 'False',
      'Host monitoring': 'enabled',
      'HB Datastore Candidate Policy': null,
      'Isolation Response': 'none',
      'Restart Priority': 'medium',
      'Cluster Settings': 'True',
      // As many as there are nodes, less one.
      'Max Failures': 1,
      'Max Failure Window': 21_600,
      'Failure Interval': 30,
      'Min Up Time': 120,
      'VM Monitoring': 'vmMonitoringOnly',
      'DRS enabled': 'True',
      'DRS default VM behavior': 'fullyAutomated',
      'DRS vmotion rate': 1,
      'DPM enabled': 'False',
      'DPM default behavior': 'manual',
      'DPM Host Power Action Rate': 3,
      'Object ID': 'domain-cc1c1c1c1-0000-4000-8000-000000000001',
      'VI SDK Server': 'clu01.corp.example',
      'VI SDK UUID': 'c1c1c1c1-0000-4000-8000-000000000001',
    },
  ]);
});

test('a node that is paused counts for the cluster, but is not effective', () => {
  const common = [clusterOf({ HV01: {}, HV02: { State: 2 } }), core(2)];
  const rows = rowsOf([hostNamed('HV01', 65_536, ...common), hostNamed('HV02', 131_072, ...common)]);
  expect(rows).toMatchObject([
    {
      'Config status': 'yellow',
      NumHosts: 2,
      numEffectiveHosts: 1,
      TotalCpu: 16_000,
      'Effective Cpu': 8000,
      'Effective Memory': 65_536,
    },
  ]);
});

test('a node that was not read leaves the sums that it would be part of blank, not smaller', () => {
  const down = [clusterOf({ HV01: {}, HV02: { State: 1 } }), core(2)];
  expect(rowsOf([hostNamed('HV01', 65_536, ...down)])).toMatchObject([
    { OverallStatus: 'red', NumHosts: 2, TotalCpu: null, TotalMemory: null, 'Effective Cpu': 8000 },
  ]);
  const up = [clusterOf({ HV01: {}, HV02: {} }), core(2)];
  expect(rowsOf([hostNamed('HV01', 65_536, ...up)])).toMatchObject([
    { NumHosts: 2, numEffectiveHosts: 2, TotalCpu: null, 'Effective Cpu': null, 'Effective Memory': null },
  ]);
});

test('a node is found by its name, though the cluster cuts it at 15 characters', () => {
  const common = [clusterOf({ 'HV-FRANKFURT-01': {} }), core(2)];
  expect(rowsOf([hostNamed('HV-FRANKFURT-01B', 65_536, ...common)])).toMatchObject([{ TotalMemory: 65_536 }]);
});

test.each([
  [2, 'green'],
  [3, 'yellow'],
  [4, 'red'],
  [130, 'yellow'],
])('a cluster whose own resource is in the state %i is %s', (state, colour) => {
  const host = hostNamed('HV01', 65_536, clusterOf({ HV01: {} }), core(state));
  expect(rowFrom(vCluster, host)).toMatchObject({ 'Config status': colour, OverallStatus: colour });
});

test('how often a role may fail is told where all roles agree', () => {
  const withGroups = (...groups: FactRows[]) =>
    rowFrom(vCluster, hostNamed('HV01', 65_536, clusterOf({ HV01: {}, HV02: {}, HV03: {} }), ...groups));
  expect(withGroups(group('a', { FailoverThreshold: 2 }), group('b', { FailoverThreshold: 2 }))).toMatchObject({
    'Max Failures': 2,
  });
  expect(withGroups(group('a', { FailoverThreshold: 2, FailoverPeriod: 1 }), group('b'))).toMatchObject({
    'Max Failures': null,
    'Max Failure Window': null,
  });
  // Other groups are none of VMs.
  expect(withGroups(group('a'), group('Cluster Group', { GroupType: 1, FailoverPeriod: 1 }))).toMatchObject({
    'Max Failures': 2,
    'Max Failure Window': 21_600,
  });
  expect(withGroups()).toMatchObject({ 'Max Failures': null, 'Max Failure Window': null });
});

test('VMs are monitored where some role of the cluster checks the heartbeat, wherever it runs', () => {
  const withRoles = (...roles: FactRows[]) =>
    rowFrom(vCluster, hostNamed('HV01', 65_536, clusterOf({ HV01: {} }), ...roles))['VM Monitoring'];
  expect(withRoles(role(1, '0'), role(2, '1'))).toBe('vmMonitoringOnly');
  expect(withRoles(role(1, '0'))).toBe('vmMonitoringDisabled');
  expect(withRoles()).toBeNull();
});

test.each([
  [0, 'False', 'manual'],
  [1, 'True', 'partiallyAutomated'],
  [2, 'True', 'fullyAutomated'],
])('a balancer in mode %i is DRS: %s, %s', (mode, enabled, behaviour) => {
  const host = hostNamed('HV01', 65_536, clusterOf({ HV01: {} }, { AutoBalancerMode: mode, AutoBalancerLevel: 3 }));
  expect(rowFrom(vCluster, host)).toMatchObject({
    'DRS enabled': enabled,
    'DRS default VM behavior': behaviour,
    'DRS vmotion rate': 3,
  });
});

test('Windows Server 2012 R2 balances nothing, and has no setting for it; of a later one it is then not known', () => {
  const none = clusterOf({ HV01: {} }, { AutoBalancerMode: null, AutoBalancerLevel: null });
  const balancing = (version: string) =>
    rowFrom(vCluster, withRows(hostNamed('HV01', 65_536, none), 'operatingSystem', [{ Version: version }]))[
      'DRS enabled'
    ];
  expect(balancing('6.3.9600')).toBe('False');
  expect(balancing('10.0.20348')).toBeNull();
});

test('a host outside a cluster stands for itself, without what only a cluster does', () => {
  expect(rowsOf([hostNamed('HV01', 65_536)])).toMatchObject([
    {
      Name: 'hv01',
      'Config status': 'green',
      NumHosts: 1,
      numEffectiveHosts: 1,
      TotalCpu: 8000,
      NumCpuCores: 4,
      'Effective Memory': 65_536,
      'HA enabled': 'False',
      'Failover Level': 0,
      'Host monitoring': 'disabled',
      'VM Monitoring': 'vmMonitoringDisabled',
      'DRS enabled': 'False',
      'DRS default VM behavior': 'manual',
      'DRS vmotion rate': null,
      'Object ID': 'domain-c4c4c4544-0042-4a10-8058-b7c04f4d3132',
      'VI SDK Server': 'hv01.corp.example',
    },
  ]);
});

test('a host of which it is not known whether it is in a cluster has a row that claims nothing', () => {
  const host = without(hostNamed('HV01', 65_536), 'clusters', 'factDenied');
  expect(vCluster.collect(host, buildFleet([summarize(host)]))).toMatchObject({
    rows: [
      {
        cells: {
          Name: 'hv01',
          OverallStatus: 'gray',
          NumHosts: null,
          TotalCpu: null,
          'HA enabled': null,
          'DRS enabled': null,
          'VI SDK UUID': null,
        },
      },
    ],
    coverage: { status: 'error', failedFacts: ['clusters: factDenied'] },
  });
});
