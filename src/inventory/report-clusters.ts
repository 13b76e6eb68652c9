import { hostOfNode, isAccessPoint, isUnknownAddress, type ListedHost } from './cluster-hosts.ts';
import type { KnownCluster, KnownClusters } from './cluster-knowledge.ts';
import type { FinalStatus } from './final-status.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import type { UnseenVm } from './unseen-vms.ts';

/** What a host told of its cluster. */
export interface ReportHostCluster {
  /** `unknown`: it could not be read, and that is not "standalone"; `notAsked`: no collector of the run asks for it. */
  readonly membership: 'member' | 'standalone' | 'unknown' | 'notAsked';
  readonly name: string | null;
  readonly fqdn: string | null;
  readonly failed_facts: readonly string[];
}

/** A cluster that at least one host of the run told of. */
export interface ReportCluster {
  readonly name: string;
  readonly fqdn: string;
  /** Null: no node told which nodes there are. */
  readonly nodes:
    | readonly {
        readonly name: string;
        /** Its entry of the host list, as given; null: it is not listed. */
        readonly host: string | null;
      }[]
    | null;
  /** VMs that are its roles; null: no node told. */
  readonly vm_count: number | null;
  /** As given: the nodes whose word this is. */
  readonly told_by: readonly string[];
}

/** A VM that a cluster knows, but no host of the run showed. */
export interface ReportKnownVm {
  readonly cluster: string;
  /** Sites may name their clusters alike. */
  readonly cluster_fqdn: string;
  readonly vm_id: string;
  readonly vm_name: string;
  readonly owner_node: string | null;
  /** The owner's entry of the host list, as given; null: it is not listed, or not known. */
  readonly owner_host: string | null;
  readonly reason: 'nodeNotListed' | 'nodeNotRead' | 'notShownByNode' | 'ownerUnknown';
}

export interface ReportUnlistedNode {
  readonly cluster: string;
  readonly cluster_fqdn: string;
  readonly node: string;
  /** Entries of the list, as given, that may be it: addresses that nobody answered at. */
  readonly perhaps: readonly string[];
}

/** An entry of the host list that is no host: whichever node has the name at the moment answers. */
export interface ReportAccessPoint {
  readonly given: string;
  readonly cluster: string;
  /** The computer that answered; null: none did. */
  readonly reached: string | null;
}

export interface ReportClusters {
  readonly clusters: readonly ReportCluster[];
  readonly known_not_collected: readonly ReportKnownVm[];
  readonly cluster_nodes_not_listed: readonly ReportUnlistedNode[];
  readonly cluster_names_given: readonly ReportAccessPoint[];
}

/** What a host's row of the report says of its cluster. */
export function reportHostCluster({ cluster }: HostSummaryForReport): ReportHostCluster {
  const { membership, name, fqdn, failedFacts } = cluster ?? {
    membership: 'notAsked',
    name: null,
    fqdn: null,
    failedFacts: [],
  };
  return { membership, name, fqdn, failed_facts: failedFacts };
}

/**
 * What the run's clusters tell of themselves, their nodes and the entries of the host list. `listed`: all entries;
 * `machines`: those that are no second mention of a machine.
 */
export function reportClusters(
  clusters: KnownClusters,
  { listed, machines }: { readonly listed: readonly ListedHost[]; readonly machines: readonly ListedHost[] },
): Omit<ReportClusters, 'known_not_collected'> {
  const known = [...clusters.values()].toSorted((one, other) => (one.fqdn < other.fqdn ? -1 : 1));
  const perhaps = machines.filter(isUnknownAddress).map(({ host }) => host.given);
  const reported = known.map((cluster) => reportCluster(cluster, machines));
  return {
    clusters: reported,
    cluster_nodes_not_listed: reported.flatMap(({ name, fqdn, nodes }) =>
      (nodes ?? [])
        .filter(({ host }) => host === null)
        .map((node) => ({ cluster: name, cluster_fqdn: fqdn, node: node.name, perhaps })),
    ),
    cluster_names_given: known.flatMap((cluster) =>
      listed
        .filter((entry) => isAccessPoint(entry, cluster))
        .map(({ host, identity }) => ({ given: host.given, cluster: cluster.name, reached: identity.computerName })),
    ),
  };
}

function reportCluster(cluster: KnownCluster, hosts: readonly ListedHost[]): ReportCluster {
  const { name, fqdn, nodes, vms, accessPoints } = cluster;
  return {
    name,
    fqdn,
    nodes: nodes
      ? [...nodes.items.values()].map((node) => {
          return { name: node, host: hostOfNode(node, cluster, hosts)?.host.given ?? null };
        })
      : null,
    vm_count: vms?.items.size ?? null,
    told_by: [...new Set([nodes, vms, accessPoints].flatMap((told) => told?.by ?? []))],
  };
}

/** `statusOf` tells the final status of an entry, by `given`. */
export function reportKnownVms(
  unseen: readonly UnseenVm[],
  machines: readonly ListedHost[],
  statusOf: (given: string) => FinalStatus | undefined,
): readonly ReportKnownVm[] {
  const mayBeListed = machines.some(isUnknownAddress);
  return unseen.map(({ cluster, vm, owner }) => ({
    cluster: cluster.name,
    cluster_fqdn: cluster.fqdn,
    vm_id: vm.id,
    vm_name: vm.name,
    owner_node: vm.ownerNode,
    owner_host: owner?.host.given ?? null,
    reason: reasonOf({ vm, owner }, mayBeListed, statusOf),
  }));
}

function reasonOf(
  { vm, owner }: Pick<UnseenVm, 'vm' | 'owner'>,
  mayBeListed: boolean,
  statusOf: (given: string) => FinalStatus | undefined,
): ReportKnownVm['reason'] {
  if (vm.ownerNode === null) return 'ownerUnknown';
  // An address that nobody answered at may be that node: not read it is in any case.
  if (owner === undefined) return mayBeListed ? 'nodeNotRead' : 'nodeNotListed';
  return statusOf(owner.host.given) === 'Inventory Error' ? 'nodeNotRead' : 'notShownByNode';
}
