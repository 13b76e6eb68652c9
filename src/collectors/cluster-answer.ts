import type { FactOutcomes } from '../facts/fact.ts';
import type { FactName, Row } from '../facts/fact-table.ts';
import type { ClusterAnswer, ClusterVm } from '../inventory/cluster-knowledge.ts';
import { textOf } from './cell-values.ts';
import type { HostFacts } from './collector.ts';
import { clusterMembership, groupKey, propertyOf } from './joins/cluster.ts';
import { factProblem, knownRows } from './joins/facts.ts';
import { hostIdentity } from './joins/host-identity.ts';
import { guidOf } from './joins/instance-id.ts';

type Resource = Row<'clusterResources'>;

const answeringFacts = ['clusters', 'clusterNodes', 'clusterResources'] as const satisfies readonly FactName[];

/**
 * Resources of a clustered VM, the one that names its owner best first. A VM that is off or has failed may be known by
 * its configuration only.
 */
const vmResources: readonly string[] = ['Virtual Machine', 'Virtual Machine Configuration'];

/** What a host's facts tell of its cluster, beyond what its own rows need. */
export function clusterAnswer(host: HostFacts): ClusterAnswer {
  const { facts } = host;
  const asked = (name: FactName): boolean => facts[name] !== undefined;
  const nobody = { name: null, fqdn: null };
  if (!asked('clusters')) return { membership: 'notAsked', ...nobody, failedFacts: [] };
  const cluster = clusterMembership(facts, hostIdentity(host).domain);
  const resources = knownRows(facts, 'clusterResources');
  const failedFacts = [
    ...answeringFacts.filter(asked).flatMap((name) => problemOf(facts, name)),
    ...(resources && hasNamelessVm(resources) ? ['clusterResources: vmIdMissing'] : []),
  ];
  // Its registry tells of a cluster that its namespace does not show.
  const isHidden = cluster.kind === 'unknown' && failedFacts.length === 0;
  if (cluster.kind !== 'member') {
    return { membership: cluster.kind, ...nobody, failedFacts: isHidden ? ['clusters: absent'] : failedFacts };
  }
  const { name, fqdn } = cluster;
  return {
    membership: 'member',
    name,
    fqdn,
    failedFacts,
    ...(asked('clusterNodes') && {
      nodes: knownRows(facts, 'clusterNodes')?.flatMap(({ Name }) => textOf(Name) ?? []),
    }),
    ...(asked('clusterResources') && { vms: resources && vmsOf(resources) }),
    accessPoints: [...new Set([name.toLowerCase(), fqdn, ...(resources ?? []).flatMap(accessPointOf)])],
  };
}

function problemOf(facts: FactOutcomes, name: FactName): readonly string[] {
  const problem = factProblem(facts, name);
  return problem === undefined ? [] : [`${name}: ${problem}`];
}

const vmIdOf = ({ PrivateProperties }: Resource): string | undefined => guidOf(propertyOf(PrivateProperties, 'VmID'));

/** A VM of which neither resource tells the id cannot be looked for among the hosts' VMs. */
function hasNamelessVm(resources: readonly Resource[]): boolean {
  const ofVms = resources.filter(({ Type }) => vmResources.includes(Type ?? ''));
  const told = new Set(ofVms.filter((row) => vmIdOf(row) !== undefined).map((row) => groupKey(row.OwnerGroup)));
  return ofVms.some((row) => vmIdOf(row) === undefined && !told.has(groupKey(row.OwnerGroup)));
}

/** A group bears its VM's name; where it holds several VMs, their resources tell them apart. */
function vmsOf(resources: readonly Resource[]): readonly ClusterVm[] {
  const vms = new Map<string, Resource>();
  for (const type of vmResources) {
    for (const row of resources) {
      const id = row.Type === type ? vmIdOf(row) : undefined;
      if (id !== undefined && !vms.has(id)) vms.set(id, row);
    }
  }
  const inGroup = new Map<string, number>();
  for (const { OwnerGroup } of vms.values()) {
    inGroup.set(groupKey(OwnerGroup), (inGroup.get(groupKey(OwnerGroup)) ?? 0) + 1);
  }
  return [...vms].map(([id, { Name, OwnerGroup, OwnerNode }]) => {
    const group = inGroup.get(groupKey(OwnerGroup)) === 1 ? textOf(OwnerGroup) : null;
    return { id, name: group ?? textOf(Name) ?? '', ownerNode: textOf(OwnerNode) };
  });
}

/** Private properties of the resources that the cluster and its roles are reached by. */
const accessPointProperties: Readonly<Record<string, string>> = {
  'Network Name': 'Name',
  'Distributed Network Name': 'Name',
  'IP Address': 'Address',
  'IPv6 Address': 'Address',
};

function accessPointOf({ Type, PrivateProperties }: Resource): readonly string[] {
  const property = accessPointProperties[Type ?? ''];
  const point = property === undefined ? undefined : propertyOf(PrivateProperties, property)?.trim().toLowerCase();
  return point ? [point] : [];
}
