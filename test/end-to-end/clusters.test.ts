import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import schema from '../../src/exports/report.schema.json' with { type: 'json' };
import type { RunReport } from '../../src/inventory/report.ts';
import type { Behaviour } from '../../src/simulator/behaviour.ts';
import type { CimInstance } from '../../src/simulator/cim-repository.ts';
import { buildFleet, type FleetPlan } from '../../src/simulator/fleet.ts';
import type { RunningFleet, RunningHost } from '../../src/simulator/server/running-fleet.ts';
import { changedFleet } from './changed-fleet.ts';
import { exporter, hostList, reportIn, runningFleet, servedFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { namingSettings } from './named-hosts.ts';
import { workbookRows } from './workbook-rows.ts';

const validate = addFormats.default(new Ajv2020({ strict: false })).compile(schema);

/** One cluster of so many nodes; its VMs are roles of it, but for those that are not highly available. */
const cluster = (personalities: FleetPlan['personalities'] & readonly unknown[], vms = 4): FleetPlan => ({
  hosts: personalities.length,
  seed: 11,
  vmsExactly: vms,
  clusterSizes: [personalities.length],
  personalities,
});

/** Ids of the VMs that are roles of the host's cluster, by the model. */
const rolesOf = ({ host }: RunningHost): readonly string[] =>
  (host.machine?.vms ?? []).filter(({ highlyAvailable }) => highlyAvailable !== null).map(({ id }) => id.toLowerCase());

const clusterNameOf = (fleet: RunningFleet): string => fleet.hosts[0]?.host.cluster ?? '';

const fqdnOf = (fleet: RunningFleet): string => fleet.hosts[0]?.host.machine?.cluster?.fqdn ?? '';

async function missingRows(folder: string): Promise<readonly Record<string, string>[]> {
  const text = await readFile(join(folder, 'out', 'missing_vms_by_host.csv'), 'utf8');
  return parse(text, { columns: true, bom: true });
}

const idsOf = ({ known_not_collected }: RunReport): readonly string[] =>
  known_not_collected.map(({ vm_id }) => vm_id).toSorted();

describe('VMs of a cluster node that is not in the host list', () => {
  it('are named by the nodes that are, in report, CSV and summary; and the run is not well', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy', 'healthy']));
    const [one, two, left] = fleet.hosts as [RunningHost, RunningHost, RunningHost];
    expect(rolesOf(left).length).toBeGreaterThan(0);

    const { code, stdout } = await exporter(['--hosts', `${one.given},${two.given}`, ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(3);
    const report = await reportIn(folder);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.hosts.map(({ final_status }) => final_status)).toEqual(['Inventory OK', 'Inventory OK']);
    expect(idsOf(report)).toEqual(rolesOf(left).toSorted());
    const names = new Map((left.host.machine?.vms ?? []).map(({ id, name }) => [id.toLowerCase(), name]));
    for (const vm of report.known_not_collected) {
      expect(vm).toMatchObject({
        cluster: clusterNameOf(fleet),
        vm_name: names.get(vm.vm_id),
        owner_node: left.host.name,
        owner_host: null,
        reason: 'nodeNotListed',
      });
    }
    expect(report.cluster_nodes_not_listed).toEqual([
      { cluster: clusterNameOf(fleet), cluster_fqdn: fqdnOf(fleet), node: left.host.name, perhaps: [] },
    ]);
    expect(report.totals.vms.known_not_collected).toBe(rolesOf(left).length);
    expect(report.totals.clusters).toEqual({ told_of: 1, nodes_not_listed: 1, unread_by_hosts: 0 });
    expect(await missingRows(folder)).toEqual(
      report.known_not_collected.map(({ vm_id, vm_name }) => {
        return { host: left.host.name, vm_id, vm_name, missing_in: 'knownNotCollected', reason: 'nodeNotListed' };
      }),
    );
    expect(stdout).toContain(`VMs that a cluster knows, but no host showed: ${rolesOf(left).length}`);
    expect(stdout).toContain(`${left.host.name} of ${clusterNameOf(fleet)}`);
    const retry = await readFile(join(folder, 'out', 'targets_retry_hosts.txt'), 'utf8');
    expect(retry).toContain(`# Not listed: ${left.host.name}, a node of cluster ${clusterNameOf(fleet)}.`);
    const health = await workbookRows(join(folder, 'out'), 'vHealth');
    const told = health.filter(({ Message }) => `${Message}`.endsWith('but no host showed it.'));
    expect(told.map(({ Name }) => Name).toSorted()).toEqual(
      report.known_not_collected.map(({ vm_name }) => vm_name).toSorted(),
    );
    // No row is made up of what the cluster alone knows.
    const rows = await workbookRows(join(folder, 'out'), 'vInfo');
    expect(rows).toHaveLength(one.host.vms.length + two.host.vms.length);
  });

  it('are named again by export, from what is stored', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy']));
    await exporter(['--hosts', fleet.hosts[0]?.given ?? '', ...shortWaits], { workingFolder: folder });
    const before = await reportIn(folder);
    expect(before.known_not_collected.length).toBeGreaterThan(0);
    await fleet.close();

    const { code } = await exporter(['export', '--run', before.run_id], { workingFolder: folder });

    expect(code).toBe(3);
    const { known_not_collected, cluster_nodes_not_listed, totals } = await reportIn(folder);
    expect({ known_not_collected, cluster_nodes_not_listed, totals }).toEqual({
      known_not_collected: before.known_not_collected,
      cluster_nodes_not_listed: before.cluster_nodes_not_listed,
      totals: before.totals,
    });
  });

  it('are nobody in a dry run, and not known where no collector asks for them', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy']));
    const given = fleet.hosts[0]?.given ?? '';

    const dry = await exporter(['--hosts', given, '--dry-run', ...shortWaits], { workingFolder: folder });
    expect([dry.code, (await reportIn(folder)).known_not_collected]).toEqual([0, []]);

    const narrow = await exporter(['--hosts', given, '--only', 'vSwitch', ...shortWaits], { workingFolder: folder });
    const { clusters, known_not_collected } = await reportIn(folder);
    expect([narrow.code, known_not_collected]).toEqual([0, []]);
    // Not asked is not none.
    expect(clusters).toMatchObject([{ name: clusterNameOf(fleet), nodes: null, vm_count: null, told_by: [given] }]);
  });
});

describe('a node that is listed', () => {
  it('and does not answer has its VMs named by the others, under its entry of the list', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy', 'dead']));
    const environment = await namingSettings(fleet);
    const dead = fleet.hosts[2] as RunningHost;

    const { code } = await exporter(
      ['--hosts', fleet.hosts.map(({ host }) => host.fqdn).join(','), ...shortWaits, '--retry-after', 'none'],
      { workingFolder: folder, environment },
    );

    expect(code).toBe(3);
    const report = await reportIn(folder);
    expect(report.hosts.map(({ final_status }) => final_status)).toEqual([
      'Inventory OK',
      'Inventory OK',
      'Inventory Error',
    ]);
    expect(idsOf(report)).toEqual(rolesOf(dead).toSorted());
    for (const vm of report.known_not_collected) {
      expect(vm).toMatchObject({
        owner_node: dead.host.name,
        owner_host: dead.host.fqdn,
        reason: 'nodeNotRead',
      });
    }
    expect(report.cluster_nodes_not_listed).toEqual([]);
    expect(new Set((await missingRows(folder)).map(({ host }) => host))).toEqual(new Set([dead.host.fqdn]));
  });

  it('by an address that nobody answers at may be the one that no name of the list fits', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'dead']));

    await exporter(
      ['--hosts', fleet.hosts.map(({ given }) => given).join(','), ...shortWaits, '--retry-after', 'none'],
      { workingFolder: folder },
    );

    const [, dead] = fleet.hosts;
    const report = await reportIn(folder);
    expect(new Set(report.known_not_collected.map(({ reason }) => reason))).toEqual(new Set(['nodeNotRead']));
    expect(report.cluster_nodes_not_listed).toEqual([
      { cluster: clusterNameOf(fleet), cluster_fqdn: fqdnOf(fleet), node: dead?.host.name, perhaps: [dead?.given] },
    ]);
  });
});

it.each(['fqdn', 'address'] as const)(
  'the %s of a cluster in the host list is told, with the node that it led to',
  async (kind) => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy']));
    const [one, two] = fleet.hosts as [RunningHost, RunningHost];
    const given = one.host.machine?.cluster?.[kind] ?? '';
    const environment = await namingSettings(fleet, { [given]: one });

    const { code, stdout } = await exporter(['--hosts', given, ...shortWaits], { workingFolder: folder, environment });

    expect(code).toBe(3);
    const report = await reportIn(folder);
    expect(report.cluster_names_given).toEqual([
      { given, cluster: clusterNameOf(fleet), reached: one.host.machine?.dnsHostName },
    ]);
    expect(report.cluster_nodes_not_listed.map(({ node }) => node)).toEqual([two.host.name]);
    expect(stdout).toContain(`${given} of ${clusterNameOf(fleet)}, led to ${one.host.machine?.dnsHostName}`);
  },
);

describe('a VM that moves behind the run, from a node that is still to be read to one that was', () => {
  const plan: FleetPlan = { ...cluster(['healthy', 'healthy', 'vmMoves']), vmsMove: 'behindTheRun' };

  it('is found by asking its owner once more, and appears once, there', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(plan);
    const [to, bystander, from] = fleet.hosts as [RunningHost, RunningHost, RunningHost];

    const { code } = await exporter(['--hosts', hostList(fleet), '--concurrency', '1', ...shortWaits], {
      workingFolder: folder,
    });

    const report = await reportIn(folder);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect([code, report.known_not_collected]).toEqual([0, []]);
    const collections = report.hosts.map(({ attempts }) => attempts.filter(({ stage }) => stage === 'collect').length);
    expect(collections).toEqual([2, 1, 1]);
    expect(report.totals.vms).toMatchObject({ in_baselines: 12, with_gaps: 0, known_not_collected: 0 });
    const rows = await workbookRows(join(folder, 'out'), 'vInfo');
    const everyVm = fleet.hosts.flatMap(({ host }) => host.vms.map(({ name }) => name));
    expect(rows.map(({ VM }) => VM).toSorted()).toEqual(everyVm.toSorted());
    const onHost = (host: RunningHost): number => rows.filter(({ Host }) => Host === host.host.fqdn).length;
    expect([to, bystander, from].map(onHost)).toEqual([5, 4, 3]);
  });

  it('is named where its owner is lost by then, and what that had shown stays', async () => {
    const folder = await temporaryFolder();
    const { hosts, ...simulated } = buildFleet(plan);
    // It is lost as soon as a second shell is wanted.
    const behaviour: Partial<Behaviour> = {
      troubles: [{ at: 'Create', after: 1, trouble: { reset: 'beforeTaken' } }],
    };
    const fleet = await servedFleet({
      ...simulated,
      hosts: hosts.map((host, index) => (index === 0 ? { ...host, behaviour } : host)),
    });
    const [to] = fleet.hosts as [RunningHost];

    const { code } = await exporter(['--hosts', hostList(fleet), '--concurrency', '1', ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(3);
    const report = await reportIn(folder);
    expect(report.known_not_collected).toMatchObject([{ owner_host: to.given, reason: 'notShownByNode' }]);
    expect(report.hosts[0]).toMatchObject({
      final_status: 'Inventory Partial',
      complete: true,
      reasons: [{ code: 'knownNotCollected' }],
    });
    const collections = report.hosts.map(({ attempts }) => attempts.filter(({ stage }) => stage === 'collect'));
    expect(collections.map((attempts) => attempts.map(({ outcome }) => outcome))).toEqual([
      ['ok', 'failed'],
      ['ok'],
      ['ok'],
    ]);
    expect(await workbookRows(join(folder, 'out'), 'vInfo')).toHaveLength(4 + 4 + 3);
  });
});

/** The same resource of a cluster, but for another VM. */
function ofDeletedVm(instance: CimInstance, id: string, deleted: string): CimInstance {
  const bag = instance.values.PrivateProperties;
  const embedded = typeof bag === 'object' && bag !== null && 'embedded' in bag ? bag.embedded : undefined;
  if (embedded?.properties.VmID !== id.toLowerCase()) return instance;
  const PrivateProperties = { embedded: { ...embedded, properties: { ...embedded.properties, VmID: deleted } } };
  return { ...instance, values: { ...instance.values, PrivateProperties } };
}

it('a role that a deleted VM left behind is named, and costs its host one more list, not another collection', async () => {
  const folder = await temporaryFolder();
  const simulated = buildFleet(cluster(['healthy', 'healthy']));
  const role = simulated.hosts[0]?.machine?.vms.find(({ highlyAvailable }) => highlyAvailable !== null);
  const deleted = 'de1e7ed0-0000-4000-8000-000000000001';
  const fleet = await servedFleet(
    changedFleet(simulated, (instance) => ofDeletedVm(instance, role?.id ?? '', deleted)),
  );

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  const { hosts, known_not_collected } = await reportIn(folder);
  expect(code).toBe(3);
  expect(known_not_collected).toMatchObject([
    { vm_id: deleted, vm_name: role?.name, owner_host: hosts[0]?.given, reason: 'notShownByNode' },
  ]);
  const collections = hosts.map(({ attempts }) => attempts.filter(({ stage }) => stage === 'collect'));
  expect(collections.map((attempts) => attempts.length)).toEqual([2, 1]);
  const [first, second] = collections[0] ?? [];
  expect(second?.outcome).toBe('ok');
  expect(second?.requests).toBeLessThan(first?.requests ?? 0);
});

describe('facts of several runs together', () => {
  it('--retry-of takes over what was known, and names no VM any more once its node was read', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet(cluster(['healthy', 'healthy', 'intermittent']));
    const environment = await namingSettings(fleet);
    const names = fleet.hosts.map(({ host }) => host.fqdn).join(',');
    await exporter(['--hosts', names, ...shortWaits, '--retry-after', 'none'], { workingFolder: folder, environment });
    const first = await reportIn(folder);
    const late = fleet.hosts[2] as RunningHost;
    expect(first.hosts.map(({ complete }) => complete)).toEqual([true, true, false]);

    const { code } = await exporter(['--retry-of', first.run_id, ...shortWaits], {
      workingFolder: folder,
      environment,
    });

    const report = await reportIn(folder);
    expect([code, report.known_not_collected]).toEqual([0, []]);
    expect(report.hosts.map(({ source_run }) => source_run)).toEqual([first.run_id, first.run_id, null]);
    expect(report.clusters.map(({ told_by }) => told_by)).toEqual([[late.host.fqdn]]);
  });

  it('--resume does not ask an owner a second time once more', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ ...cluster(['healthy', 'healthy', 'vmMoves']), vmsMove: 'behindTheRun' });
    await exporter(['--hosts', hostList(fleet), '--concurrency', '1', ...shortWaits], { workingFolder: folder });
    const first = await reportIn(folder);
    const asked = fleet.hosts.map(({ counters }) => counters.requests);

    await exporter(['--resume', first.run_id, ...shortWaits], { workingFolder: folder });

    const { hosts, known_not_collected } = await reportIn(folder);
    expect(fleet.hosts.map(({ counters }) => counters.requests)).toEqual(asked);
    expect(known_not_collected).toEqual([]);
    expect(hosts.map(({ final_status }) => final_status)).toEqual(first.hosts.map(({ final_status }) => final_status));
  });
});
