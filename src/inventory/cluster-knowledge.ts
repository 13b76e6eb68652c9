/** A VM that a cluster knows as a role of its own. */
export interface ClusterVm {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
  /** As the cluster spells it; null where it tells none. */
  readonly ownerNode: string | null;
}

/** What a host is to its cluster. `unknown`: it may be a node, but its cluster could not be read. */
export interface ClusterMember {
  readonly membership: 'member' | 'standalone' | 'unknown' | 'notAsked';
  /** Of a member only. The FQDN is lower-case. */
  readonly name: string | null;
  readonly fqdn: string | null;
  /** What of the cluster was asked and could not be read, each as `fact: code`. */
  readonly failedFacts: readonly string[];
}

/** What one host told of its cluster. Undefined parts: not asked, or not read. */
export interface ClusterAnswer extends ClusterMember {
  readonly nodes?: readonly string[];
  readonly vms?: readonly ClusterVm[];
  /** Names and addresses (lower-case) under which the cluster and its roles are reached, whichever node has them. */
  readonly accessPoints?: readonly string[];
}

/** Who told something, and when. */
export interface ClusterWitness {
  readonly given: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What nodes told of one thing, all in the latest run that did; `at`: the newest of their answers. */
export interface Told<Item> {
  readonly runId: string;
  readonly at: string;
  /** `given` of those who told. */
  readonly by: readonly string[];
  readonly items: Map<string, Item>;
}

export interface ClusterVmKnown extends ClusterVm {
  /** The newest answer that has it, ISO 8601, UTC. */
  readonly at: string;
}

/** A cluster as its nodes told of it, all answers of the run put together. */
export interface KnownCluster {
  readonly name: string;
  readonly fqdn: string;
  /** By {@link nodeKey}. */
  readonly nodes?: Told<string>;
  /** By VM id. */
  readonly vms?: Told<ClusterVmKnown>;
  readonly accessPoints?: Told<string>;
}

/** Clusters by FQDN. Every node tells the same of all others: only one copy is held, whatever number of nodes told. */
export type KnownClusters = ReadonlyMap<string, KnownCluster>;

/** Node names are NetBIOS names, cut at 15 characters; case does not matter, nor does a domain behind it. */
export const nodeKey = (name: string): string => (name.toLowerCase().split('.')[0] ?? '').slice(0, 15);

/**
 * Adds what a host told. Answers of nodes differ in time: the union of one run's counts, each VM with the owner of the
 * newest answer. What an earlier run told (its facts may be taken over) counts until a later run tells.
 */
export function learnCluster(
  clusters: Map<string, KnownCluster>,
  answer: ClusterAnswer,
  witness: ClusterWitness,
): void {
  const { name, fqdn } = answer;
  if (answer.membership !== 'member' || name === null || fqdn === null) return;
  const known = clusters.get(fqdn) ?? { name, fqdn };
  const nodes = toldToo(known.nodes, answer.nodes, witness, (all, node) => all.set(nodeKey(node), node));
  const accessPoints = toldToo(known.accessPoints, answer.accessPoints, witness, (all, point) => all.set(point, point));
  const vms = toldToo(known.vms, answer.vms, witness, (all, vm) => {
    const before = all.get(vm.id);
    if (before === undefined || before.at <= witness.at) all.set(vm.id, { ...vm, at: witness.at });
  });
  clusters.set(fqdn, {
    ...known,
    ...(nodes && { nodes }),
    ...(vms && { vms }),
    ...(accessPoints && { accessPoints }),
  });
}

/** Adds to what was told before: 64 nodes may tell of 8,000 VMs each, so nothing is copied. */
function toldToo<Given, Item>(
  before: Told<Item> | undefined,
  now: readonly Given[] | undefined,
  { given, runId, at }: ClusterWitness,
  put: (all: Map<string, Item>, item: Given) => void,
): Told<Item> | undefined {
  if (now === undefined || (before !== undefined && before.runId > runId)) return before;
  const same = before?.runId === runId ? before : undefined;
  const items = same?.items ?? new Map<string, Item>();
  for (const item of now) put(items, item);
  return { runId, at: same && same.at > at ? same.at : at, by: [...(same?.by ?? []), given], items };
}
