import { numberOf } from '../cell-values.ts';
import { coresOf, machinesHere } from '../host-figures.ts';
import { datastoreKey, datastoresOf, isShared } from '../joins/datastores.ts';
import { factProblem, knownRows } from '../joins/facts.ts';
import { isLinkDown, isPhysical, joinHostAdapters } from '../joins/host-adapters.ts';
import type { HostSource } from '../per-host.ts';
import type { Finding } from './finding.ts';

const inUseHere = (source: HostSource) => machinesHere(source.host, source.fleet).filter(({ running }) => running);

function processors(source: HostSource): readonly Finding[] {
  const { host, facts } = source;
  const cores = coresOf(facts);
  const counts = inUseHere(source).map((vm) => numberOf(vm.processor?.VirtualQuantity) ?? 0);
  const promised = counts.reduce((sum, count) => sum + count, 0);
  const { vcpusPerCore } = host.options.health;
  if (!cores || promised / cores <= vcpusPerCore) return [];
  const message = `Running VMs have ${promised} virtual processors on ${cores} cores: ${(promised / cores).toFixed(1)} a core.`;
  return [{ name: host.identity.fqdn, message, type: 'Performance tip' }];
}

/** What running VMs may take: the limit of dynamic memory, else all of it. */
function memory(source: HostSource): readonly Finding[] {
  const { host, facts } = source;
  const total = numberOf(knownRows(facts, 'hostSystem')?.[0]?.TotalPhysicalMemory);
  const promised = inUseHere(source).reduce((sum, { memory: settings }) => {
    const most = settings?.DynamicMemoryEnabled ? settings.Limit : settings?.VirtualQuantity;
    return sum + (numberOf(most) ?? 0);
  }, 0);
  if (!total) return [];
  const percent = (promised * 1_048_576 * 100) / total;
  if (percent <= host.options.health.memoryPercent) return [];
  const message = `Running VMs may take ${promised} MiB, ${Math.floor(percent)} % of the host's memory.`;
  return [{ name: host.identity.fqdn, message, type: 'Performance tip' }];
}

/** Volumes that several hosts see are named by the one that speaks for them. */
function fullVolumes({ host, fleet, facts }: HostSource): readonly Finding[] {
  return datastoresOf(host, facts).flatMap((datastore): readonly Finding[] => {
    const { name, capacity, free } = datastore;
    const speaker = isShared(datastore) ? fleet.datastores.get(datastoreKey(name))?.speaker : undefined;
    if (speaker !== undefined && speaker !== host.identity.fqdn) return [];
    if (!capacity || free === null) return [];
    const percent = (free / capacity) * 100;
    if (percent >= host.options.health.freePercent) return [];
    return [{ name, message: `Only ${Math.floor(percent)} % of the volume is free.`, type: 'Storage' }];
  });
}

/** A plug that was never used is no fault: only an adapter that a team or switch counts on is named. */
function linksDown({ host, facts }: HostSource): readonly Finding[] {
  const adapters = joinHostAdapters(facts);
  if (adapters === undefined) return [];
  const members = new Set([
    ...adapters.teams.flatMap((team) => team.members.map(({ name }) => name)),
    ...(knownRows(facts, 'switchTeamMembers') ?? []).map(({ Name }) => Name ?? ''),
  ]);
  return adapters.all
    .filter((adapter) => isPhysical(adapter) && members.has(adapter.name) && isLinkDown(adapter) === true)
    .map(({ name }) => ({
      name: host.identity.fqdn,
      message: `The network adapter ${name} of a team has no link.`,
      type: 'Network',
    }));
}

/** Every node tells the same of its cluster: the FQDN of that, from the one that speaks for it. */
function clusterSpokenFor({ host, fleet }: HostSource): string | undefined {
  if (host.cluster.kind !== 'member') return undefined;
  const speaker = fleet.clusterSpeakers.get(host.cluster.fqdn);
  return speaker === undefined || speaker === host.identity.fqdn ? host.cluster.fqdn : undefined;
}

function nodesDown(source: HostSource): readonly Finding[] {
  const name = clusterSpokenFor(source);
  if (name === undefined) return [];
  return (knownRows(source.facts, 'clusterNodes') ?? [])
    .filter(({ State }) => State === 1)
    .map(({ Name }) => ({ name, message: `The node ${Name} is down.`, type: 'Cluster' }));
}

/** They have no row of their own anywhere: nothing but this is known of them. */
function unseenVms(source: HostSource): readonly Finding[] {
  const cluster = clusterSpokenFor(source);
  const vms = cluster === undefined ? [] : (source.fleet.unseenVms.get(cluster) ?? []);
  return vms.map(({ name, ownerNode }) => {
    const node = ownerNode === null ? '' : ` on the node ${ownerNode}`;
    return { name, message: `The cluster ${cluster} knows the VM${node}, but no host showed it.`, type: 'Cluster' };
  });
}

/** A blank has its reason here, since it is no failure: the host answered, and would not say. */
function storageDenied({ host, facts }: HostSource): readonly Finding[] {
  const denied = (['initiatorPorts', 'hostDisks', 'multipathPolicies'] as const).filter(
    (name) => factProblem(facts, name) === 'factDenied',
  );
  const places = [
    ...(denied.some((name) => name !== 'multipathPolicies') ? ['root/Microsoft/Windows/Storage'] : []),
    ...(denied.includes('multipathPolicies') ? ['root/WMI'] : []),
  ];
  if (places.length === 0) return [];
  const message = `The account may not read ${places.join(' and ')}: what vHBA and vMultiPath would tell of the storage network and of the host's disks is missing there.`;
  return [{ name: host.identity.fqdn, message, type: 'Configuration' }];
}

/** A workbook is passed on without its report: whoever reads it shall know what is not of its own night. */
function readEarlier({ host, given: { sourceRun, collectedAt } }: HostSource): readonly Finding[] {
  if (sourceRun === undefined) return [];
  const readAt = `${collectedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const message = `What is shown of this host was read on ${readAt}, by the earlier run ${sourceRun}.`;
  return [{ name: host.identity.fqdn, message, type: 'Inventory' }];
}

/** Everything to be said of a host, its volumes and its cluster. */
export const hostFindings = (source: HostSource): readonly Finding[] => [
  ...readEarlier(source),
  ...processors(source),
  ...memory(source),
  ...fullVolumes(source),
  ...linksDown(source),
  ...nodesDown(source),
  ...unseenVms(source),
  ...storageDenied(source),
];
