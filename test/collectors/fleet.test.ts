import { expect, test } from 'vitest';
import type { HostFacts } from '../../src/collectors/collector.ts';
import { buildFleet, emptyFleet, type FleetMember, summarize } from '../../src/collectors/fleet.ts';
import { dnsNamespace, uuidV5 } from '../../src/collectors/uuid-v5.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { collectedAt, type FactRows, guid, hostFacts, hv01, rowFrom, vm, without } from './facts-builder.ts';

const id = guid(1);
const lower = id.toLowerCase();
const hostNamed = (name: string, uuid: string, ...parts: FactRows[]) =>
  hostFacts(
    {
      ...hv01,
      hostSystem: [{ Name: name, DNSHostName: name, Domain: 'corp.example', PartOfDomain: true }],
      hostProduct: [{ UUID: uuid }],
    },
    ...parts,
  );
const uuidOf = (n: number) => `4c4c4544-0000-4000-8000-${String(n).padStart(12, '0')}`;
const clusterOf = (name: string): FactRows => ({ clusters: [{ Name: name, Fqdn: `${name}.corp.example` }] });
const off = { system: { EnabledState: 3 } };
const replica = { system: { EnabledState: 3, ReplicationMode: 2 } };

test('a UUID of a name is the one of RFC 9562', () => {
  expect(uuidV5('www.example.com', dnsNamespace)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a VM and its replica: the VM keeps its id, the replica gets one of its host', () => {
  // The replica's host comes first by name, so that name alone would choose it.
  const primary = hostNamed('HV02', uuidOf(2), vm(id, 'web01', { system: { ReplicationMode: 1 } }));
  const copy = hostNamed('HV01', uuidOf(1), vm(id, 'web01', replica));
  const fleet = buildFleet([copy, primary].map(summarize));
  expect(rowFrom(vInfo, primary, fleet)).toMatchObject({ 'VM ID': `vm-${lower}`, 'VM UUID': lower });
  const derived = uuidV5(lower, uuidOf(1));
  expect(rowFrom(vInfo, copy, fleet)).toMatchObject({
    'VM ID': `vm-${derived}`,
    'VM UUID': derived,
    'SRM Placeholder': 'True',
  });
  expect(vInfo.collect(copy, fleet)).toMatchObject({ coverage: { covered: [lower] } });
});

test('of two copies of a VM the running one keeps the id, else the one on the first host by name', () => {
  const on = hostNamed('HV09', uuidOf(9), vm(id, 'web01'));
  const one = hostNamed('HV01', uuidOf(1), vm(id, 'web01', off));
  const two = hostNamed('HV02', uuidOf(2), vm(id, 'web01', off));
  expect(buildFleet([one, on, two].map(summarize)).owners).toEqual(new Map([[lower, 'hv09.corp.example']]));
  expect(buildFleet([two, one].map(summarize)).owners).toEqual(new Map([[lower, 'hv01.corp.example']]));
});

test('a VM that moved during the run has one row, on the host whose last list has it, under its own id', () => {
  const left = { ...hostNamed('HV01', uuidOf(1), vm(id, 'web01')), presentAfter: new Set<string>() };
  const now = { ...hostNamed('HV02', uuidOf(2), vm(id, 'web01')), presentAfter: new Set([lower]) };
  const fleet = buildFleet([left, now].map(summarize));
  expect(vInfo.collect(left, fleet)).toMatchObject({ rows: [], coverage: { covered: [lower] } });
  expect(rowFrom(vInfo, now, fleet)).toMatchObject({ 'VM UUID': lower, Host: 'hv02.corp.example' });
});

test.each([
  ['a cluster shared volume', 'C:\\ClusterStorage\\Volume1\\web01', true],
  ['a share', '\\\\fs01\\vms\\web01', true],
  ['a volume of each host, where it may be a copy', 'D:\\VMs\\web01', false],
])('a VM that moved between the readings of two hosts has one row, if it lies on %s', (_, folder, isOne) => {
  const shared = { sharedVolumes: [{ Name: 'C:\\ClusterStorage\\Volume1' }] };
  const home = { ConfigurationDataRoot: folder, ConfigurationFile: 'Virtual Machines\\1.vmcx' };
  const on = (name: string, n: number, readAt: string, present: readonly string[] | undefined, state = 2) => ({
    ...hostNamed(
      name,
      uuidOf(n),
      clusterOf('CLU01'),
      shared,
      vm(id, 'web01', { settings: home, system: { EnabledState: state } }),
    ),
    collectedAt: readAt,
    ...(present ? { presentAfter: new Set(present) } : {}),
  });
  // The first by name was read first: name alone would choose it.
  const before = on('HV01', 1, '2026-11-23T12:00:00.000Z', [lower]);
  const after = on('HV02', 2, '2026-11-23T12:05:00.000Z', [lower]);
  const rowsOn = (hosts: readonly HostFacts[]) => {
    const fleet = buildFleet(hosts.map(summarize));
    return hosts.map((host) => vInfo.collect(host, fleet).rows.length);
  };
  expect(rowsOn([before, after])).toEqual(isOne ? [0, 1] : [1, 1]);
  expect(rowsOn([after, before])).toEqual(isOne ? [1, 0] : [1, 1]);
  // A host that dropped out, and may have lost the VM since, gives way to one that has it for certain.
  const droppedOut = on('HV02', 2, '2026-11-23T12:05:00.000Z', undefined);
  expect(rowsOn([before, droppedOut])).toEqual(isOne ? [1, 0] : [1, 1]);
  // So does a node that still lists, as off, what another one has taken over.
  const leftover = on('HV02', 2, '2026-11-23T12:05:00.000Z', [lower], 3);
  expect(rowsOn([before, leftover])).toEqual(isOne ? [1, 0] : [1, 1]);
  // But what a later run read counts more than what ran in an earlier one.
  const lastNight = { ...before, runId: '20261122T020000Z-aaaaaa' };
  expect(rowsOn([lastNight, { ...leftover, runId: '20261123T020000Z-bbbbbb' }])).toEqual([0, 1]);
  // Read at the very same moment, nobody knows: none is left out.
  expect(rowsOn([before, { ...after, collectedAt: before.collectedAt }])).toEqual([1, 1]);
});

test('where facts of two runs come together, a VM of a cluster has one row, where the later run found it', () => {
  const member = (name: string, runId: string): FleetMember => ({
    fqdn: `${name}.corp.example`,
    cluster: { fqdn: 'hvcl.corp.example', instanceId: null },
    clusterUnknown: false,
    runId,
    vms: [{ id: lower, running: true, replica: false, present: true }],
  });
  const earlier = member('hv01', '20261122T020000Z-aaaaaa');
  const later = member('hv02', '20261123T020000Z-bbbbbb');
  expect(buildFleet([earlier, later]).departed).toEqual(new Map([[lower, new Set(['hv01.corp.example'])]]));
  // Of two machines that share no cluster both may well have it: a copy has the id of its original.
  const elsewhere = { ...later, cluster: null };
  expect(buildFleet([earlier, elsewhere])).toMatchObject({
    departed: new Map(),
    owners: new Map([[lower, 'hv01.corp.example']]),
  });
});

test('a VM that left for a host nobody read keeps its row where it was last seen', () => {
  const left = { ...hostNamed('HV01', uuidOf(1), vm(id, 'web01')), presentAfter: new Set<string>() };
  const copy = { ...hostNamed('HV02', uuidOf(2), vm(id, 'web01', replica)), presentAfter: new Set([lower]) };
  const fleet = buildFleet([left, copy].map(summarize));
  expect(vInfo.collect(left, fleet).rows).toHaveLength(1);
});

test('ids that are not shared need no owner', () => {
  const hosts = [hostNamed('HV01', uuidOf(1), vm(id, 'web01')), hostNamed('HV02', uuidOf(2), vm(guid(2), 'web02'))];
  expect(buildFleet(hosts.map(summarize)).owners.size).toBe(0);
  expect(rowFrom(vInfo, hostNamed('HV01', uuidOf(1), vm(id, 'web01')), emptyFleet)['VM UUID']).toBe(lower);
});

test('two copies on hosts without a UUID of their own still get different ids', () => {
  const none = '00000000-0000-0000-0000-000000000000';
  const hosts = ['HV01', 'HV02', 'HV03'].map((name) => hostNamed(name, none, vm(id, 'web01')));
  const fleet = buildFleet(hosts.map(summarize));
  expect(new Set(hosts.map((host) => rowFrom(vInfo, host, fleet)['VM UUID'])).size).toBe(3);
});

test('all nodes of a cluster share one UUID, whichever of them could tell it', () => {
  const cluster: FactRows = { clusters: [{ Name: 'CLU01', Fqdn: 'CLU01.corp.example' }] };
  const identity: FactRows = { clusterIdentity: [{ ClusterInstanceID: 'C1A5C1A5-0000-4000-8000-000000000001' }] };
  const byCim = without(hostNamed('HV01', uuidOf(1), cluster, vm(id, 'web01')), 'clusterIdentity', 'notAvailableByCim');
  const byScript = hostNamed('HV02', uuidOf(2), cluster, identity, vm(guid(2), 'web02'));
  const fleet = buildFleet([byCim, byScript].map(summarize));
  expect(fleet.clusterUuids).toEqual(new Map([['clu01.corp.example', 'c1a5c1a5-0000-4000-8000-000000000001']]));
  for (const host of [byCim, byScript]) {
    expect(rowFrom(vInfo, host, fleet)['VI SDK UUID']).toBe('c1a5c1a5-0000-4000-8000-000000000001');
  }
  expect(buildFleet([summarize(byCim)]).clusterUuids).toEqual(
    new Map([['clu01.corp.example', uuidV5('clu01.corp.example', dnsNamespace)]]),
  );
});

test('a summary says of a host who it is, where it belongs and which VMs it has, and survives JSON', () => {
  const summary = summarize(hostNamed('HV01', uuidOf(1), vm(id, 'web01'), vm(guid(2), 'copy', replica)));
  expect(summary).toEqual({
    fqdn: 'hv01.corp.example',
    cluster: null,
    clusterUnknown: false,
    tellsSystem: true,
    readAt: collectedAt,
    datastores: { seen: [], used: [] },
    folders: { listed: [], used: [], knowsDisks: true },
    macs: [],
    vms: [
      { id: lower, running: true, replica: false },
      { id: guid(2).toLowerCase(), running: false, replica: true },
    ],
  });
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
});

test('a node whose cluster is denied is of an unknown cluster, never standalone', () => {
  const denied = without(hostNamed('HV01', uuidOf(1), vm(id, 'web01')), 'clusters', 'factDenied');
  expect(summarize(denied)).toMatchObject({ cluster: null, clusterUnknown: true });
  // No rows, though the registry says that a cluster runs here.
  const empty = hostNamed('HV01', uuidOf(1), {
    clusters: [],
    clusterIdentity: [{ ClusterInstanceID: 'C1A5C1A5-0000-4000-8000-000000000001' }],
  });
  expect(summarize(empty)).toMatchObject({ cluster: null, clusterUnknown: true });
  expect(summarize(hostNamed('HV01', uuidOf(1), { clusters: [] }))).toMatchObject({ clusterUnknown: false });
});
