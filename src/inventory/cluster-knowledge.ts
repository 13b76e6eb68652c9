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
  readonly items: ReadonlyMap<string, Item>;
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
  const { name, fqdn, nodes, vms, accessPoints } = answer;
  if (answer.membership !== 'member' || name === null || fqdn === null) return;
  const known = clusters.get(fqdn) ?? { name, fqdn };
  const vmsNow = vms?.map((vm) => [vm.id, { ...vm, at: witness.at }] as const);
  clusters.set(fqdn, {
    ...known,
    ...toldToo(
      'nodes',
      known.nodes,
      nodes?.map((node) => [nodeKey(node), node] as const),
      witness,
    ),
    ...toldToo('vms', known.vms, vmsNow, witness),
    ...toldToo(
      'accessPoints',
      known.accessPoints,
      accessPoints?.map((point) => [point, point] as const),
      witness,
    ),
  });
}

function toldToo<Part extends string, Item>(
  part: Part,
  before: Told<Item> | undefined,
  now: readonly (readonly [string, Item])[] | undefined,
  witness: ClusterWitness,
): { readonly [Key in Part]?: Told<Item> } {
  const told = now === undefined ? before : mergedTold(before, now, witness);
  return told === undefined ? {} : ({ [part]: told } as { [Key in Part]?: Told<Item> });
}

function mergedTold<Item>(
  before: Told<Item> | undefined,
  now: readonly (readonly [string, Item])[],
  { given, runId, at }: ClusterWitness,
): Told<Item> {
  if (before === undefined || before.runId < runId) return { runId, at, by: [given], items: new Map(now) };
  if (before.runId > runId) return before;
  const isNewer = at >= before.at;
  const items = new Map(isNewer ? [...before.items, ...now] : [...now, ...before.items]);
  return { runId, at: isNewer ? at : before.at, by: [...before.by, given], items };
}
