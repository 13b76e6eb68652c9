import { hostOfNode, isNodeOf, type ListedHost, mayBeNodeOf } from './cluster-hosts.ts';
import type { ClusterVmKnown, KnownCluster, KnownClusters } from './cluster-knowledge.ts';
import { coveredByHosts } from './coverage.ts';
import type { HostSummaryForReport } from './host-summary.ts';

/** A VM that a cluster knows, but that is not on any node's list by now. */
export interface UnseenVm {
  readonly cluster: KnownCluster;
  readonly vm: ClusterVmKnown;
  /** The owner's entry of the host list; undefined: it is not listed. */
  readonly owner: ListedHost | undefined;
  /** `given` of the node that had it on its list, or among its facts, and then lost it; undefined: nobody showed it. */
  readonly leftFrom: string | undefined;
}

/**
 * The VMs that clusters know and that no node shows. `hosts`: the entries of the list without second mentions. A VM
 * that another site's host shows under the same id (a copy, a replica) is no proof that this one was seen; only where
 * the newest answer of its cluster has lost it, it may have moved out of the cluster.
 */
export function unseenVms(clusters: KnownClusters, hosts: readonly ListedHost[]): readonly UnseenVm[] {
  if (clusters.size === 0) return [];
  const anywhere = coveredByHosts(hosts.flatMap(({ summary }) => summary ?? []));
  return [...clusters.values()].flatMap((cluster) => {
    const shown = shownBy(cluster, hosts);
    const ownerOf = hostsByNode(cluster, hosts);
    return [...(cluster.vms?.items.values() ?? [])].flatMap((vm): UnseenVm[] => {
      const where = shown.get(vm.id);
      if (where === 'here' || (vm.at !== cluster.vms?.at && anywhere.has(vm.id))) return [];
      return [{ cluster, vm, owner: ownerOf(vm.ownerNode), leftFrom: where?.leftFrom }];
    });
  });
}

/** Looks each node up once: a node that is gone may own hundreds of VMs. */
function hostsByNode(
  cluster: KnownCluster,
  hosts: readonly ListedHost[],
): (node: string | null) => ListedHost | undefined {
  const known = new Map<string, ListedHost | undefined>();
  return (node) => {
    if (node === null) return undefined;
    if (!known.has(node)) known.set(node, hostOfNode(node, cluster, hosts));
    return known.get(node);
  };
}

type Shown = 'here' | { readonly leftFrom: string };

/** What a cluster's nodes show: VM id → still there, or gone from the node that had it. */
function shownBy(cluster: KnownCluster, hosts: readonly ListedHost[]): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Shown>();
  for (const listed of hosts) {
    const { summary } = listed;
    if (summary === undefined) continue;
    const isNode = isNodeOf(listed, cluster);
    if (!isNode && !mayBeNodeOf(listed, cluster)) continue;
    const replicas = new Set(isNode ? [] : summary.replicas);
    for (const [id, isHere] of listOf(summary)) {
      if (replicas.has(id) || shown.get(id) === 'here') continue;
      shown.set(id, isHere ? 'here' : { leftFrom: summary.host.given });
    }
  }
  return shown;
}

/** Every VM of a host's lists and facts: true where it is still there, as far as the host told. */
function listOf(summary: HostSummaryForReport): readonly (readonly [string, boolean])[] {
  const isLastKnown = summary.baselineAfterAt !== null;
  return [
    ...summary.expected.map(({ id, inAfter }) => [id, inAfter || !isLastKnown] as const),
    ...summary.unexpected.map(({ id }) => [id, !isLastKnown] as const),
  ];
}
