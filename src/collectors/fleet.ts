import type { Fleet, FleetNode, HostFacts } from './collector.ts';
import { underRoot } from './datastore-path.ts';
import { datastoreKey, datastoresOf, isShared, usesOf } from './joins/datastores.ts';
import { knownRows } from './joins/facts.ts';
import { type HostView, type VirtualMachine, viewHost } from './joins/host-view.ts';
import { figuresOf, type Hardware, hardwareOf, totalsOf, type VmFigures } from './node-figures.ts';
import { type SharedDatastores, sharedDatastores } from './shared-datastores.ts';
import { fleetFolders, foldersSharedBy, noFolders, type SharedFolders, sharedMark } from './shared-folders.ts';
import { type MacUse, macsUsedBy, sharedMacs } from './shared-macs.ts';
import { type FleetSwitch, type SharedSwitches, sharedSwitches, switchesSharedBy } from './shared-switches.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { isReplica } from './vm-columns.ts';
import { departuresOf, ownersOf, type VmClaim, type VmsOfHost } from './vm-owners.ts';

/** What the fleet needs to know of one host; survives JSON, and stays small: the whole fleet's are held at once. */
export interface FleetMember extends VmsOfHost {
  /** Null: standalone, or not known. */
  readonly cluster: { readonly fqdn: string; readonly instanceId: string | null } | null;
  /** True: root/MSCluster could not be read, so that the host stands under its own name; it may well be a node. */
  readonly clusterUnknown: boolean;
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
  readonly vms: readonly (VmClaim & {
    /** Only of a VM on a node of a cluster. */
    readonly figures?: VmFigures;
  })[];
}

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

function homeOf({ settings }: VirtualMachine, view: HostView): Pick<VmClaim, 'home'> {
  const file = underRoot(settings?.ConfigurationDataRoot ?? null, settings?.ConfigurationFile ?? null);
  const home = file === null ? undefined : sharedMark(file, view);
  return home === undefined ? {} : { home };
}

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
    readAt: host.collectedAt,
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
      ...homeOf(vm, view),
      ...(isMember && { figures: figuresOf(vm, view) }),
    })),
  };
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
