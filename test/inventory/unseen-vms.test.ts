import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/inventory/build-report.ts';
import { isAccessPoint, type ListedHost } from '../../src/inventory/cluster-hosts.ts';
import { type ClusterAnswer, type KnownCluster, learnCluster } from '../../src/inventory/cluster-knowledge.ts';
import { type HostSummaryForReport, summarizeRecord } from '../../src/inventory/host-summary.ts';
import { unseenVms } from '../../src/inventory/unseen-vms.ts';
import { entry, identityOf, manifest, preflight, record, vm, vmId } from './records.ts';

interface Node {
  readonly shows?: readonly number[];
  /** What it showed at first, where that was more. */
  readonly showedFirst?: readonly number[];
  /** VM number → owner. Null: it could not tell. */
  readonly tells?: Readonly<Record<number, string>> | null;
  readonly nodes?: readonly string[] | null;
  readonly cluster?: string | null;
  readonly membership?: ClusterAnswer['membership'];
  readonly runId?: string;
  readonly at?: string;
  readonly replicas?: readonly number[];
  /** Not in the run's hands: unreachable. */
  readonly unread?: boolean;
  readonly domain?: string;
}

/** Clusters as the hosts tell of them, and the hosts. */
function told(hosts: Readonly<Record<string, Node>>) {
  const clusters = new Map<string, KnownCluster>();
  const listed = Object.entries(hosts).map(([given, node]): ListedHost => {
    const unknown = { fqdn: null, computerName: null, domain: null, smbiosUuid: null };
    const identity = node.unread ? unknown : identityOf(given, node.domain ? { domain: node.domain } : {});
    if (node.unread) return { host: entry(given), identity };
    const { cluster = 'CL1', runId = 'run1', at = '2026-11-23T02:00:00.000Z' } = node;
    const membership = node.membership ?? (cluster === null ? 'standalone' : 'member');
    const answer: ClusterAnswer = {
      membership,
      name: membership === 'member' ? cluster : null,
      fqdn: membership === 'member' && cluster !== null ? `${cluster.toLowerCase()}.corp.example` : null,
      failedFacts: [],
      accessPoints: [`${cluster}`.toLowerCase()],
      ...(node.nodes === null ? {} : { nodes: node.nodes ?? ['HV1', 'HV2', 'HV3'] }),
      ...(node.tells
        ? { vms: Object.entries(node.tells).map(([n, ownerNode]) => ({ id: vmId(+n), name: `vm${n}`, ownerNode })) }
        : {}),
    };
    learnCluster(clusters, answer, { given, runId, at });
    const { name, fqdn, failedFacts } = answer;
    const shows = (node.shows ?? []).map((n) => vm(n));
    const before = (node.showedFirst ?? node.shows ?? []).map((n) => vm(n));
    const summary: HostSummaryForReport = {
      ...summarizeRecord({ ...record(given, { before, after: shows, found: before }), identity, runId }),
      replicas: (node.replicas ?? []).map(vmId),
      cluster: { membership, name, fqdn, failedFacts },
    };
    return { host: entry(given), identity, summary };
  });
  return { clusters, listed };
}

function unseen(hosts: Readonly<Record<string, Node>>): readonly string[] {
  const { clusters, listed } = told(hosts);
  return unseenVms(clusters, listed).map(({ vm: { name, ownerNode }, owner, leftFrom }) => {
    return `${name} on ${ownerNode}=${owner?.host.given ?? 'nobody'}${leftFrom ? `, left ${leftFrom}` : ''}`;
  });
}

describe('a VM that a cluster knows', () => {
  it('is seen where any node shows it, whoever owns it by then', () => {
    expect(unseen({ hv1: { shows: [1], tells: { 1: 'HV2' } }, hv2: { shows: [], tells: { 1: 'HV2' } } })).toEqual([]);
  });

  it('is unseen once, whatever number of nodes know it', () => {
    const tells = { 1: 'HV3' };
    expect(unseen({ hv1: { tells }, hv2: { tells } })).toEqual(['vm1 on HV3=nobody']);
  });

  it('counts for all nodes together, each with the owner of the newest answer', () => {
    expect(
      unseen({
        hv2: { tells: { 1: 'HV1', 2: 'HV2' }, at: '2026-11-23T02:05:00.000Z' },
        hv1: { tells: { 1: 'HV2', 3: 'HV1' }, at: '2026-11-23T02:01:00.000Z' },
      }).toSorted(),
    ).toEqual(['vm1 on HV1=hv1', 'vm2 on HV2=hv2', 'vm3 on HV1=hv1']);
  });

  it('is with the owner of the newest answer that has it, in whatever order they come', () => {
    const at = (minute: number): string => `2026-11-23T02:0${minute}:00.000Z`;
    expect(
      unseen({
        hv1: { tells: { 1: 'HV1' }, at: at(1) },
        hv2: { tells: {}, at: at(3) },
        hv3: { tells: { 1: 'HV3' }, at: at(2) },
      }),
    ).toEqual(['vm1 on HV3=hv3']);
  });

  it('is where the latest run found it: what an earlier one told is over, but what its records show is seen', () => {
    expect(
      unseen({
        hv1: { shows: [1], tells: { 1: 'HV1', 2: 'HV2', 3: 'HV2' }, runId: 'run1', at: '2026-11-24T00:00:00.000Z' },
        hv2: { shows: [2], tells: { 1: 'HV1', 2: 'HV2', 4: 'HV3' }, runId: 'run2' },
      }),
    ).toEqual(['vm4 on HV3=nobody']);
  });

  it('is known from an earlier run where the latest could not tell', () => {
    expect(unseen({ hv1: { tells: { 1: 'HV3' }, runId: 'run1' }, hv2: { tells: null, runId: 'run2' } })).toEqual([
      'vm1 on HV3=nobody',
    ]);
  });

  it('is not seen in a copy or a replica on a host of another cluster, or on one that stands alone', () => {
    const elsewhere = { cluster: 'CL2', nodes: ['HX1'], tells: { 1: 'HX1' } };
    expect(unseen({ hv1: { tells: { 1: 'HV3' } }, hx1: { ...elsewhere, shows: [1], replicas: [1] } })).toEqual([
      'vm1 on HV3=nobody',
    ]);
    expect(unseen({ hv1: { tells: { 1: 'HV3' } }, alone: { cluster: null, shows: [1] } })).toEqual([
      'vm1 on HV3=nobody',
    ]);
  });

  it('may have moved out of the cluster where the newest answer has lost it', () => {
    expect(
      unseen({
        hv1: { tells: { 1: 'HV1' }, at: '2026-11-23T02:01:00.000Z' },
        hv2: { tells: {}, at: '2026-11-23T02:02:00.000Z' },
        alone: { cluster: null, shows: [1] },
      }),
    ).toEqual([]);
  });

  it('is seen as a replica where the replica is the role', () => {
    expect(unseen({ hv1: { shows: [1], replicas: [1], tells: { 1: 'HV1' } } })).toEqual([]);
  });

  it('is seen on a node whose own cluster facts failed, and on one whose cluster service is stopped', () => {
    const tells = { 1: 'HV2', 2: 'HV3' };
    expect(
      unseen({
        hv1: { tells },
        hv2: { membership: 'unknown', shows: [1] },
        hv3: { membership: 'standalone', shows: [2] },
      }),
    ).toEqual([]);
  });

  it('has left the node that lost it during the run', () => {
    expect(unseen({ hv1: { showedFirst: [1], shows: [], tells: { 1: 'HV2' } }, hv2: {} })).toEqual([
      'vm1 on HV2=hv2, left hv1',
    ]);
  });

  it('is on no host of the same short name in another domain', () => {
    const foreign = { 'hv3.fabrikam.example': { unread: true } };
    expect(unseen({ hv1: { tells: { 1: 'HV3' } }, ...foreign })).toEqual(['vm1 on HV3=nobody']);
    expect(unseen({ hv1: { tells: { 1: 'HV3' } }, 'hv3.mgmt.corp.example': { unread: true } })).toEqual([
      'vm1 on HV3=hv3.mgmt.corp.example',
    ]);
  });

  it('is on a node whose name the cluster cuts at 15 characters', () => {
    const long = 'hv-frankfurt-0001';
    const nodes = ['HV1', 'HV-FRANKFURT-00'];
    expect(unseen({ hv1: { tells: { 1: 'HV-FRANKFURT-00' }, nodes }, [long]: { nodes, tells: {} } })).toEqual([
      `vm1 on HV-FRANKFURT-00=${long}`,
    ]);
  });
});

describe('an entry of the host list', () => {
  it('is the name of a cluster only where no host bears that name itself', () => {
    const reached = (computerName: string) => {
      const { clusters, listed } = told({ hv1: {} });
      const cluster = clusters.get('cl1.corp.example');
      const asked: ListedHost = { host: entry('CL1'), identity: identityOf('hv2', { computerName }) };
      return cluster && [...listed, asked].map((host) => isAccessPoint(host, cluster));
    };
    expect(reached('HV2')).toEqual([false, true]);
    expect(reached('CL1')).toEqual([false, false]);
  });
});

describe('the report', () => {
  const reportOf = (hosts: Readonly<Record<string, Node>>) => {
    const { clusters, listed } = told(hosts);
    return buildReport({
      manifest: manifest(Object.keys(hosts)),
      finishedAt: '2026-11-23T02:10:00.000Z',
      cancelled: false,
      preflights: listed.map(({ host }) => preflight(host.given)),
      summaries: listed.flatMap(({ summary }) => summary ?? []),
      clusters,
      outcomes: [],
    });
  };

  it('makes a host Partial, and not Empty, that its cluster says has a VM', () => {
    const { hosts, known_not_collected } = reportOf({ hv1: { shows: [], tells: { 1: 'HV1' } } });
    expect(hosts[0]).toMatchObject({
      final_status: 'Inventory Partial',
      reasons: [{ code: 'knownNotCollected', message: "VMs that are here by the cluster's word were not shown: vm1." }],
    });
    expect(known_not_collected).toMatchObject([{ owner_host: 'hv1', reason: 'notShownByNode' }]);
  });

  it('names a VM once: as a gap of the node that lost it, or as known to the cluster', () => {
    const { hosts, known_not_collected } = reportOf({
      hv1: { showedFirst: [1, 2], shows: [2], tells: { 1: 'HV3', 2: 'HV1' } },
    });
    expect(hosts[0]?.gaps).toMatchObject([{ vm_name: 'vm1', reason: 'leftDuringRun' }]);
    expect(known_not_collected).toEqual([]);
  });

  it('says of each host whose cluster could not be read that it is not known, which is not "none"', () => {
    const { hosts, totals } = reportOf({ hv1: { membership: 'unknown' }, alone: { cluster: null } });
    expect(hosts.map(({ cluster }) => cluster?.membership)).toEqual(['unknown', 'standalone']);
    expect(totals.clusters.told_of).toBe(0);
  });
});
