import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { numberOf, textOf } from '../cell-values.ts';
import { knownRows } from './facts.ts';
import { guidOf } from './instance-id.ts';

/** Whether a host is a node of a cluster. `unknown`: the cluster's namespace could not be read; never "standalone". */
export type ClusterMembership =
  | { readonly kind: 'standalone' }
  | { readonly kind: 'unknown'; readonly instanceId: string | null }
  | {
      readonly kind: 'member';
      readonly name: string;
      /** Lower-case. */
      readonly fqdn: string;
      /** `ClusterInstanceID` of the registry, lower-case; null where it was not read. */
      readonly instanceId: string | null;
    };

/** A VM as a role of a cluster. Undefined members: the fact is missing. */
export interface ClusterRole {
  readonly priority: number | null | undefined;
  readonly checkHeartbeat: boolean | null;
  readonly rules: readonly ClusterRule[] | undefined;
}

export interface ClusterRule {
  readonly kind: 'affinity' | 'anti-affinity';
  readonly name: string;
}

/** The roles of a cluster by VM id; undefined where the cluster's resources are not known. */
export type ClusterRoles = ReadonlyMap<string, ClusterRole> | undefined;

/** Names of groups are compared without case. */
export const groupKey = (name: string | null): string => name?.toLowerCase() ?? '';

/** A value of an embedded property bag, whatever the case of its name. */
export function propertyOf(bag: Readonly<Record<string, string>> | null, property: string): string | undefined {
  return Object.entries(bag ?? {}).find(([name]) => name.toLowerCase() === property.toLowerCase())?.[1];
}

/** Tells whether the host is in a cluster, and in which. `domain` completes a cluster's name that has no FQDN. */
export function clusterMembership(facts: FactOutcomes, domain: string | null): ClusterMembership {
  const clusters = knownRows(facts, 'clusters');
  const instanceId = guidOf(knownRows(facts, 'clusterIdentity')?.[0]?.ClusterInstanceID) ?? null;
  const name = textOf(clusters?.[0]?.Name);
  if (name !== null) {
    const fqdn = textOf(clusters?.[0]?.Fqdn) ?? (domain ? `${name}.${domain}` : name);
    return { kind: 'member', name, fqdn: fqdn.toLowerCase(), instanceId };
  }
  // The registry's cluster hive is there only while the cluster service runs.
  return clusters === undefined || instanceId !== null ? { kind: 'unknown', instanceId } : { kind: 'standalone' };
}

/**
 * Rules in force by group. `MSCluster_AffinityRule.RuleType`: 1 same fault domain, 2 same node, 3 different fault
 * domain, 4 different node.
 */
function affinityRules(rules: readonly Row<'clusterRules'>[]): ReadonlyMap<string, readonly ClusterRule[]> {
  const byGroup = new Map<string, ClusterRule[]>();
  for (const { Name, RuleType, Groups } of rules.filter((rule) => rule.Enabled !== 0)) {
    if (!Name) continue;
    const rule: ClusterRule = { kind: RuleType === 1 || RuleType === 2 ? 'affinity' : 'anti-affinity', name: Name };
    for (const group of Groups) byGroup.set(groupKey(group), [...(byGroup.get(groupKey(group)) ?? []), rule]);
  }
  return byGroup;
}

/** Groups with an anti-affinity class name in common are kept apart. */
const classRules = (group: Row<'clusterGroups'> | undefined): readonly ClusterRule[] =>
  (group?.AntiAffinityClassNames ?? []).filter(Boolean).map((name) => ({ kind: 'anti-affinity', name }));

/** Joins cluster resources to VMs by the private property VmID, their groups by OwnerGroup, rules by group. */
export function clusterRoles(facts: FactOutcomes): ClusterRoles {
  const resources = knownRows(facts, 'clusterResources');
  if (resources === undefined) return undefined;
  const groupRows = knownRows(facts, 'clusterGroups');
  const groups = groupRows && new Map(groupRows.map((row) => [groupKey(row.Name), row]));
  const ruleRows = knownRows(facts, 'clusterRules');
  const rules = ruleRows && affinityRules(ruleRows);
  const roles = new Map<string, ClusterRole>();
  for (const resource of resources.filter((row) => row.Type === 'Virtual Machine')) {
    const vmId = guidOf(propertyOf(resource.PrivateProperties, 'VmID'));
    if (vmId === undefined) continue;
    const owner = groupKey(resource.OwnerGroup);
    const group = groups?.get(owner);
    const heartbeat = propertyOf(resource.PrivateProperties, 'CheckHeartbeat');
    roles.set(vmId, {
      priority: groups && numberOf(group?.Priority),
      checkHeartbeat: heartbeat === undefined ? null : /^(?:1|true)$/i.test(heartbeat),
      rules: groups && rules && [...(rules.get(owner) ?? []), ...classRules(group)],
    });
  }
  return roles;
}
