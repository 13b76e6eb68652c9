import { isIP } from 'node:net';
import { type KnownCluster, nodeKey } from './cluster-knowledge.ts';
import type { HostEntry } from './host-entry.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import type { HostIdentity } from './preflight.ts';

/** An entry of the host list, and what the run found there. */
export interface ListedHost {
  readonly host: HostEntry;
  readonly identity: HostIdentity;
  /** Undefined: nothing was kept of it. */
  readonly summary?: HostSummaryForReport;
}

/** The entry is an address, and nobody knows what machine it stands for. */
export const isUnknownAddress = ({ host, identity }: ListedHost): boolean =>
  identity.computerName === null && isIP(host.host) !== 0;

/** What a host calls itself; where that is not known, the names it was asked under. */
function namesOf({ host, identity }: ListedHost): readonly string[] {
  if (identity.computerName !== null) return [identity.computerName];
  return [host.host, ...(host.serverName === undefined ? [] : [host.serverName])].filter((name) => isIP(name) === 0);
}

const domainOf = (name: string): string | null => {
  const dot = name.indexOf('.');
  return dot < 0 || isIP(name) !== 0 ? null : name.slice(dot + 1).toLowerCase();
};

/** Sites give their hosts the same short names: only a domain tells them apart. One that is not known fits all. */
function areRelated(one: string | null, other: string | null): boolean {
  if (one === null || other === null || one === other) return true;
  return one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

const isOfDomain = ({ host, identity }: ListedHost, { fqdn }: KnownCluster): boolean =>
  areRelated(identity.domain?.toLowerCase() ?? domainOf(host.host), domainOf(fqdn));

/** What speaks for a host's being a node: its own word, or the cluster's list, which has its name. */
export function isNodeOf(listed: ListedHost, cluster: KnownCluster): boolean {
  const own = listed.summary?.cluster;
  if (own?.membership === 'member') return own.fqdn === cluster.fqdn;
  // One whose cluster service is stopped passes for a standalone host.
  return isOfDomain(listed, cluster) && namesOf(listed).some((name) => cluster.nodes?.items.has(nodeKey(name)));
}

/** A host may be a node for all that is known: neither it nor the cluster tells. */
export function mayBeNodeOf({ summary }: ListedHost, { nodes }: KnownCluster): boolean {
  const membership = summary?.cluster?.membership ?? 'notAsked';
  return nodes === undefined && (membership === 'unknown' || membership === 'notAsked');
}

/** The entry of the host list that is a node of a cluster; one that was read before one that was not. */
export function hostOfNode(node: string, cluster: KnownCluster, hosts: readonly ListedHost[]): ListedHost | undefined {
  const candidates = hosts.filter((listed) => {
    const own = listed.summary?.cluster;
    const isElsewhere = own?.membership === 'member' && own.fqdn !== cluster.fqdn;
    return (
      !isElsewhere && isOfDomain(listed, cluster) && namesOf(listed).some((name) => nodeKey(name) === nodeKey(node))
    );
  });
  return candidates.find(({ summary }) => summary !== undefined) ?? candidates[0];
}

/** True: the entry is a name or an address of the cluster or of one of its roles, behind which any node may stand. */
export function isAccessPoint(listed: ListedHost, cluster: KnownCluster): boolean {
  const asked = listed.host.host.toLowerCase();
  const points = cluster.accessPoints?.items;
  if (points === undefined || cluster.nodes?.items.has(nodeKey(asked))) return false;
  // Another site's host may bear the name of a cluster as its own.
  const { computerName } = listed.identity;
  if (computerName !== null && isIP(asked) === 0 && nodeKey(computerName) === nodeKey(asked)) return false;
  if (points.has(asked)) return true;
  const [label = ''] = asked.split('.');
  return isIP(asked) === 0 && points.has(label) && areRelated(domainOf(asked), domainOf(cluster.fqdn));
}
