import type { Row } from '../facts/fact-table.ts';
import { numberOf, trueOrFalse } from './cell-values.ts';
import { type ComputeResource, computeResourcesHere, isAny, isUp, totalOf } from './compute-resources.ts';
import { empty } from './empty-column.ts';
import { healthColour, tellsOfItself } from './host-figures.ts';
import { clusterRoles } from './joins/cluster.ts';
import { colourOfNode } from './joins/cluster-nodes.ts';
import { type Colour, worstColour } from './joins/colours.ts';
import { knownRows } from './joins/facts.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { clusterOf, sdkColumns, sdkUuidOf } from './vm-columns.ts';

/** `MSCluster_Resource.State`: 2 online, 4 failed; all others are on their way, stopped or not known. */
function colourOfResource({ State }: Row<'clusterResources'>): Colour {
  if (State === 2) return 'green';
  return State === 4 ? 'red' : 'yellow';
}

/** The worst of its nodes and of what the cluster itself needs; of a host alone what Hyper-V says of it. */
function statusOf({ host: { cluster }, facts, nodes }: ComputeResource): Colour {
  if (cluster.kind === 'standalone') return healthColour(facts);
  const resources = knownRows(facts, 'clusterResources');
  if (nodes === undefined || resources === undefined) return 'gray';
  const core = resources.filter(({ CoreResource }) => CoreResource === true);
  return worstColour([...nodes.flatMap(({ row }) => (row ? [colourOfNode(row)] : [])), ...core.map(colourOfResource)]);
}

/** Null where it is not known whether the host is in a cluster. */
const isCluster = ({ host }: ComputeResource): boolean | null =>
  host.cluster.kind === 'unknown' ? null : host.cluster.kind === 'member';

/** A cell of a cluster, and what stands there for a host alone; null where it is not known which of them it is. */
function ofKind<Value>(
  resource: ComputeResource,
  { cluster, alone }: { readonly cluster: Value; readonly alone: Value },
): Value | null {
  const clustered = isCluster(resource);
  return clustered === null ? null : clustered ? cluster : alone;
}

const clusterRow = ({ facts }: ComputeResource) => knownRows(facts, 'clusters')?.[0];

/** The cluster's groups of VMs (`GroupType` 111). */
const rolesOf = ({ facts }: ComputeResource) =>
  (knownRows(facts, 'clusterGroups') ?? []).filter(({ GroupType }) => GroupType === 111);

/** The value that all of them agree in: a cluster has no setting of its own for what each role may have another of. */
function agreed<Value>(values: readonly Value[]): Value | null {
  const [first, ...others] = new Set(values);
  return first === undefined || others.length > 0 ? null : first;
}

/** `FailoverThreshold` where the cluster reckons it from its nodes: one less than there are. */
const byNodes = 4_294_967_295;

function maxFailures(resource: ComputeResource): number | null {
  const threshold = agreed(rolesOf(resource).map(({ FailoverThreshold }) => FailoverThreshold));
  if (threshold !== byNodes) return threshold;
  return resource.nodes === undefined ? null : resource.nodes.length - 1;
}

/** Seconds; `FailoverPeriod` is in hours. */
function failureWindow(resource: ComputeResource): number | null {
  const hours = agreed(rolesOf(resource).map(({ FailoverPeriod }) => FailoverPeriod));
  return hours === null ? null : hours * 3600;
}

/** Whether some role is restarted for want of a heartbeat. */
function vmMonitoring(resource: ComputeResource): string | null {
  if (isCluster(resource) === false) return 'vmMonitoringDisabled';
  const roles = [...(clusterRoles(resource.facts)?.values() ?? [])].flatMap((role) => role.checkHeartbeat ?? []);
  if (roles.length === 0) return null;
  return roles.some(Boolean) ? 'vmMonitoringOnly' : 'vmMonitoringDisabled';
}

/** `MSCluster_Cluster.AutoBalancerMode`: 0 off, 1 when a node joins, 2 always. Before 2016 there is none. */
function balancerMode(resource: ComputeResource): number | null {
  const clustered = isCluster(resource);
  if (clustered !== true) return clustered === null ? null : 0;
  const mode = clusterRow(resource)?.AutoBalancerMode ?? null;
  const major = numberOf(resource.host.identity.product.version?.split('.')[0]);
  return mode === null && major !== null && major < 10 ? 0 : mode;
}

const behaviours = ['manual', 'partiallyAutomated', 'fullyAutomated'];

const idOf = (resource: ComputeResource): string =>
  sdkUuidOf(resource) ?? uuidV5(resource.host.identity.fqdn, dnsNamespace);

/**
 * vCluster: one row per cluster, and, since it stands in their column Cluster, one per host outside a cluster. Memory in
 * MiB, processors in MHz; what is effective is that of the nodes that are up.
 */
export const vCluster = hostCollector<ComputeResource>({
  tab: 'vCluster',
  requires: ['hostSystem', 'hostProcessors', 'clusters'],
  optional: [
    ...hostColumnFacts.filter((name) => name !== 'hostSystem' && name !== 'clusters'),
    'operatingSystem',
    'computerSystems',
    'clusterNodes',
    'clusterGroups',
    'clusterResources',
  ],
  subjects: (source) => (tellsOfItself(source.facts) ? computeResourcesHere(source) : []),
  columns: {
    Name: ({ host }) => clusterOf(host),
    'Config status': statusOf,
    OverallStatus: statusOf,
    NumHosts: ({ nodes }) => nodes?.length ?? null,
    numEffectiveHosts: ({ nodes }) => nodes?.filter(isUp).length ?? null,
    TotalCpu: (resource) => totalOf(resource, 'cpu', isAny),
    NumCpuCores: (resource) => totalOf(resource, 'cores', isAny),
    NumCpuThreads: (resource) => totalOf(resource, 'threads', isAny),
    'Effective Cpu': (resource) => totalOf(resource, 'cpu', isUp),
    TotalMemory: (resource) => totalOf(resource, 'memory', isAny),
    'Effective Memory': (resource) => totalOf(resource, 'memory', isUp),
    'Num VMotions': () => 0,
    'HA enabled': (resource) => trueOrFalse(isCluster(resource)),
    'Failover Level': (resource) => ofKind(resource, { cluster: 1, alone: 0 }),
    AdmissionControlEnabled: () => 'False',
    'Host monitoring': (resource) => ofKind(resource, { cluster: 'enabled', alone: 'disabled' }),
    'HB Datastore Candidate Policy': empty('the witness of a Hyper-V cluster is no choice of datastores'),
    'Isolation Response': () => 'none',
    'Restart Priority': () => 'medium',
    'Cluster Settings': () => 'True',
    'Max Failures': maxFailures,
    'Max Failure Window': failureWindow,
    'Failure Interval': () => 30,
    'Min Up Time': () => 120,
    'VM Monitoring': vmMonitoring,
    'DRS enabled': (resource) => {
      const mode = balancerMode(resource);
      return trueOrFalse(mode === null ? null : mode !== 0);
    },
    'DRS default VM behavior': (resource) => behaviours[balancerMode(resource) ?? -1] ?? null,
    'DRS vmotion rate': (resource) => clusterRow(resource)?.AutoBalancerLevel ?? null,
    'DPM enabled': () => 'False',
    'DPM default behavior': () => 'manual',
    'DPM Host Power Action Rate': () => 3,
    'Object ID': (resource) => `domain-c${idOf(resource)}`,
    ...sdkColumns,
  },
});
