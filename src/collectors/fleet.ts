import type { Fleet, FleetNode, HostFacts } from './collector.ts';
import { datastoreKey, datastoresOf, isShared, usesOf } from './joins/datastores.ts';
import { knownRows } from './joins/facts.ts';
import { type HostView, viewHost } from './joins/host-view.ts';
import { figuresOf, type Hardware, hardwareOf, totalsOf, type VmFigures } from './node-figures.ts';
import { type SharedDatastores, sharedDatastores } from './shared-datastores.ts';
import { fleetFolders, foldersSharedBy, noFolders, type SharedFolders } from './shared-folders.ts';
import { type MacUse, macsUsedBy, sharedMacs } from './shared-macs.ts';
import { type FleetSwitch, type SharedSwitches, sharedSwitches, switchesSharedBy } from './shared-switches.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { isReplica } from './vm-columns.ts';

/** What the fleet needs to know of one host; survives JSON, and stays small: the whole fleet's are held at once. */
export interface FleetMember {
  /** As in the column Host. */
  readonly fqdn: string;
  /** Null: standalone, or not known. */
  readonly cluster: { readonly fqdn: string; readonly instanceId: string | null } | null;
  /** True: root/MSCluster could not be read, so that the host stands under its own name; it may well be a node. */
  readonly clusterUnknown: boolean;
  /** The run that gathered its facts. */
  readonly runId?: string;
  /** True: it told which Windows it is. */
  readonly tellsSystem?: boolean;
  readonly datastores?: SharedDatastores;
  readonly folders?: SharedFolders;
  readonly macs?: readonly MacUse[];
  /** Only of a node of a cluster: what goes into the rows of the whole. */
  readonly node?: Hardware & {
    readonly shortName: string;
    /** False: its VMs are not known. */
    readonly tellsVms: boolean;
    /** Null: not known. */
    readonly switches: SharedSwitches | null;
  };
  readonly vms: readonly {
    readonly id: string;
    readonly running: boolean;
    readonly replica: boolean;
    /** Whether it is on the host's last list; undefined where that is not known. */
    readonly present?: boolean;
    /** Only of a VM on a node of a cluster. */
    readonly figures?: VmFigures;
  }[];
}

type Claim = FleetMember['vms'][number] & {
  readonly fqdn: string;
  readonly cluster: string | undefined;
  readonly runId: string;
};

/** A fleet of which nothing is known: enough for a host's coverage, and for a run of one host. */
export const emptyFleet: Fleet = {
  clusterUuids: new Map(),
  owners: new Map(),
  departed: new Map(),
  clusterSpeakers: new Map(),
  nodes: new Map(),
  switches: new Map(),
  datastores: new Map(),
  folders: noFolders,
  macs: new Map(),
  unseenVms: new Map(),
};

const nothingShared: SharedDatastores = { seen: [], used: [] };
const noFoldersShared: SharedFolders = { listed: [], used: [], knowsDisks: false };

function datastoresSharedBy(view: HostView, { facts }: HostFacts): SharedDatastores {
  const seen = datastoresOf(view, facts).filter(isShared);
  const names = new Set(seen.map(({ name }) => datastoreKey(name)));
  return {
    seen: seen.map(({ name, capacity }) => ({ name, sized: capacity !== null })),
    used: view.machines.flatMap((vm) =>
      usesOf(vm, view)
        .filter(({ name }) => names.has(datastoreKey(name)))
        .map((use) => ({ vmId: vm.id, running: vm.running, ...use })),
    ),
  };
}

const nodeOf = (view: HostView, { facts }: HostFacts): NonNullable<FleetMember['node']> => ({
  shortName: view.identity.shortName,
  tellsVms: knownRows(facts, 'computerSystems') !== undefined,
  switches: switchesSharedBy(view, facts),
  ...hardwareOf(view, facts),
});

/** Draws from a host's facts what other hosts' rows depend on. */
export function summarize(host: HostFacts): FleetMember {
  const view = viewHost(host);
  const { identity, cluster, machines } = view;
  const isMember = cluster.kind === 'member';
  return {
    fqdn: identity.fqdn,
    cluster: cluster.kind === 'member' ? { fqdn: cluster.fqdn, instanceId: cluster.instanceId } : null,
    clusterUnknown: cluster.kind === 'unknown',
    ...(host.runId === undefined ? {} : { runId: host.runId }),
    tellsSystem: identity.product.version !== null,
    datastores: datastoresSharedBy(view, host),
    folders: foldersSharedBy(view, host.facts),
    macs: macsUsedBy(view),
    ...(isMember && { node: nodeOf(view, host) }),
    vms: machines.map((vm) => ({
      id: vm.id,
      running: vm.running,
      replica: isReplica(vm),
      present: host.presentAfter?.has(vm.id),
      ...(isMember && { figures: figuresOf(vm, view) }),
    })),
  };
}

/** Lower is better: a running VM that is no replica comes before all others, a replica that is off last. */
const rankOf = ({ running, replica }: Claim): number => (replica ? 2 : 0) + (running ? 0 : 1);

function betterOf(one: Claim, other: Claim): Claim {
  const difference = rankOf(one) - rankOf(other);
  return difference < 0 || (difference === 0 && one.fqdn <= other.fqdn) ? one : other;
}

/** A host's VMs as it claims them. */
const claimsOf = ({ fqdn, cluster, runId = '', vms }: FleetMember): readonly Claim[] =>
  vms.map((vm) => ({ ...vm, fqdn, cluster: cluster?.fqdn, runId }));

/**
 * A VM that was read on one host and then moved to another has rows on both. Where one host's last list has it, it is
 * stale on every host whose last list has not. A replica lives beside its original, and never departs.
 * Where facts of several runs come together, a VM of a cluster is where the latest run found it.
 */
function departuresOf(hosts: readonly FleetMember[]): ReadonlyMap<string, ReadonlySet<string>> {
  const claims = hosts.flatMap(claimsOf).filter(({ replica }) => !replica);
  const arrivals = claims.filter(({ present }) => present === true);
  const arrived = new Set(arrivals.map(({ id }) => id));
  const latest = new Map<string, string>();
  for (const { id, cluster, runId } of arrivals) {
    const key = `${id} ${cluster}`;
    if (cluster !== undefined && runId > (latest.get(key) ?? '')) latest.set(key, runId);
  }
  const departed = new Map<string, Set<string>>();
  for (const { id, fqdn, cluster, runId, present } of claims) {
    const isOutdated = runId < (latest.get(`${id} ${cluster}`) ?? '');
    if (!(present === false && arrived.has(id)) && !isOutdated) continue;
    departed.set(id, (departed.get(id) ?? new Set()).add(fqdn));
  }
  return departed;
}

function ownersOf(
  hosts: readonly FleetMember[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string> {
  const best = new Map<string, Claim>();
  const contested = new Set<string>();
  for (const claim of hosts.flatMap(claimsOf)) {
    const { id, fqdn } = claim;
    if (departed.get(id)?.has(fqdn)) continue;
    const rival = best.get(id);
    if (rival !== undefined) contested.add(id);
    best.set(id, rival === undefined ? claim : betterOf(rival, claim));
  }
  return new Map([...contested].map((id) => [id, best.get(id)?.fqdn ?? '']));
}

/** The registry's id, from whichever node told it; else made from the cluster's name, so that all nodes agree. */
function clusterUuidsOf(hosts: readonly FleetMember[]): ReadonlyMap<string, string> {
  const uuids = new Map<string, string | null>();
  for (const { cluster } of hosts) {
    if (cluster !== null) uuids.set(cluster.fqdn, uuids.get(cluster.fqdn) ?? cluster.instanceId);
  }
  return new Map([...uuids].map(([fqdn, uuid]) => [fqdn, uuid ?? uuidV5(fqdn, dnsNamespace)]));
}

/** The first node by name among those that told which Windows they are, so that every order of hosts gives the same. */
function clusterSpeakersOf(hosts: readonly FleetMember[]): ReadonlyMap<string, string> {
  const speakers = new Map<string, FleetMember>();
  for (const host of hosts) {
    if (host.cluster === null) continue;
    const rival = speakers.get(host.cluster.fqdn);
    const rank = ({ tellsSystem, fqdn }: FleetMember): string => `${tellsSystem === true ? 0 : 1} ${fqdn}`;
    if (rival === undefined || rank(host) < rank(rival)) speakers.set(host.cluster.fqdn, host);
  }
  return new Map([...speakers].map(([cluster, { fqdn }]) => [cluster, fqdn]));
}

/** Nodes by their cluster. A VM that left a node is counted where it is now. */
function nodesOf(
  hosts: readonly FleetMember[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, readonly FleetNode[]> {
  const nodes = new Map<string, FleetNode[]>();
  for (const { fqdn, cluster, node, vms } of hosts) {
    if (cluster === null || node === undefined) continue;
    const { tellsVms, switches, ...told } = node;
    const here = vms.filter(({ id }) => !departed.get(id)?.has(fqdn));
    const totals = totalsOf(tellsVms ? here.flatMap(({ figures }) => figures ?? []) : undefined);
    const known = nodes.get(cluster.fqdn) ?? [];
    known.push({ fqdn, ...told, ...totals });
    nodes.set(cluster.fqdn, known);
  }
  return nodes;
}

/** The switches of each cluster that all its nodes that were read have. */
function switchesOf(
  hosts: readonly FleetMember[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, readonly FleetSwitch[]> {
  const members = new Map<string, { fqdn: string; switches: SharedSwitches | null }[]>();
  for (const { fqdn, cluster, node } of hosts) {
    if (cluster === null || node === undefined) continue;
    members.set(cluster.fqdn, [...(members.get(cluster.fqdn) ?? []), { fqdn, switches: node.switches }]);
  }
  return new Map([...members].map(([cluster, nodes]) => [cluster, sharedSwitches(nodes, departed)]));
}

/** Makes the index of a run from the summaries of all its hosts, in any order, and from what their clusters know. */
export function buildFleet(
  summaries: Iterable<FleetMember>,
  unseenVms: Fleet['unseenVms'] = emptyFleet.unseenVms,
): Fleet {
  const hosts = [...summaries];
  const departed = departuresOf(hosts);
  return {
    clusterUuids: clusterUuidsOf(hosts),
    owners: ownersOf(hosts, departed),
    departed,
    clusterSpeakers: clusterSpeakersOf(hosts),
    nodes: nodesOf(hosts, departed),
    switches: switchesOf(hosts, departed),
    datastores: sharedDatastores(
      hosts.map(({ fqdn, datastores = nothingShared }) => ({ fqdn, datastores })),
      departed,
    ),
    folders: fleetFolders(hosts.map(({ fqdn, folders = noFoldersShared }) => ({ fqdn, folders }))),
    macs: sharedMacs(
      hosts.map(({ fqdn, macs = [] }) => ({ fqdn, macs })),
      departed,
    ),
    unseenVms,
  };
}
