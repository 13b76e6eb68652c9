import { type ComputeResource, computeResourcesHere } from './compute-resources.ts';
import { empty } from './empty-column.ts';
import { type HostSource, hostColumnFacts } from './per-host.ts';
import { type FleetSwitch, sharedSwitches, switchesSharedBy } from './shared-switches.ts';
import { switchFacts, uplinkFacts } from './switch-columns.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import type { Columns } from './vm-columns.ts';

/** A switch of a cluster. */
export interface DistributedSwitch extends ComputeResource {
  readonly shared: FleetSwitch;
  /** False: some node was not read, so that what is counted over all of them is not known. */
  readonly isWhole: boolean;
}

/** The facts that the switches of clusters are made from. */
export const distributedSwitchFacts = {
  requires: [...switchFacts, 'clusters', 'clusterNodes'],
  optional: [...hostColumnFacts.filter((name) => name !== 'clusters'), 'operatingSystem', ...uplinkFacts],
} as const;

/**
 * Hyper-V has no switch that spans hosts: what comes next to it is a way out that all nodes of a cluster have under one
 * name, so that a VM finds its network on each of them. Only nodes that were read can tell whether they have it.
 */
export const distributedSwitchesHere = (source: HostSource): readonly DistributedSwitch[] =>
  computeResourcesHere(source).flatMap((resource) => {
    const { host, fleet, facts, nodes } = resource;
    const { cluster, identity } = host;
    if (cluster.kind !== 'member' || nodes === undefined || nodes.length < 2) return [];
    const switches =
      fleet.switches.get(cluster.fqdn) ??
      sharedSwitches([{ fqdn: identity.fqdn, switches: switchesSharedBy(host, facts) }], fleet.departed);
    const isWhole = nodes.every(({ told }) => told !== undefined);
    return switches.map((shared) => ({ ...resource, shared, isWhole }));
  });

/** A GUID of what bears this name in a cluster: the same in every run. */
export const idInCluster = ({ host: { cluster } }: ComputeResource, name: string): string =>
  uuidV5(`${cluster.kind === 'member' ? cluster.fqdn : ''}/${name}`.toLowerCase(), dnsNamespace);

const noShaping = empty('Hyper-V limits the bandwidth of adapters, not of a switch or port group');

/** How VMware shapes the traffic of a switch and of its port groups. */
export const unshapedColumns = {
  'In Traffic Shaping': noShaping,
  'In Avg': noShaping,
  'In Peak': noShaping,
  'In Burst': noShaping,
  'Out Traffic Shaping': noShaping,
  'Out Avg': noShaping,
  'Out Peak': noShaping,
  'Out Burst': noShaping,
} satisfies Columns<DistributedSwitch>;
