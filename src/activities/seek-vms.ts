import type { ListedHost } from '../inventory/cluster-hosts.ts';
import type { KnownCluster } from '../inventory/cluster-knowledge.ts';
import { coveredByHosts } from '../inventory/coverage.ts';
import { summarizeRecord } from '../inventory/host-summary.ts';
import { lateArrivals } from '../inventory/late-arrivals.ts';
import { unseenVms } from '../inventory/unseen-vms.ts';
import type { Services } from '../services.ts';
import { learnClusterOf } from './cluster-answers.ts';
import { hostFactsOf, readRecord } from './host-records.ts';

export interface SeekVmsInput {
  readonly runId: string;
  /** `given` of the hosts that left a record, and may be nodes of a cluster. */
  readonly nodes: readonly string[];
  /** `given` of those that were asked once more already. */
  readonly asked: readonly string[];
}

export interface SoughtVms {
  /** `given` of the hosts to ask once more, in the order of the nodes. */
  readonly owners: readonly string[];
}

/**
 * Finds the hosts that own VMs which their cluster knows, but no node shows: such a VM may have moved behind the run's
 * back, from a node that was read later to one that had been read before. A node that lists such a VM at its end, but
 * was read too early to show it, is found as well. Only a host that this run has read itself, and once, is worth
 * another look. One record is held at a time.
 */
export async function seekVms({ runId, nodes, asked }: SeekVmsInput, services: Services): Promise<SoughtVms> {
  if (await services.isCancelled(runId)) return { owners: [] };
  const clusters = new Map<string, KnownCluster>();
  const hosts: ListedHost[] = [];
  const askable = new Set<string>();
  for (const given of nodes) {
    const record = (await readRecord(services.store, runId, given))?.record;
    if (!record) continue;
    const { host, identity } = record;
    const cluster = learnClusterOf(record, hostFactsOf(record), clusters);
    hosts.push({ host, identity, summary: { ...summarizeRecord(record), cluster } });
    const isOurs = record.runId === runId && record.complete && !record.askedAgain;
    if (isOurs && !asked.includes(given)) askable.add(given);
  }
  const owners = new Set([
    ...unseenVms(clusters, hosts).flatMap(({ owner, leftFrom }) => {
      const given = owner?.host.given;
      return given === undefined || given === leftFrom ? [] : [given];
    }),
    ...hostsOfLateArrivals(hosts),
  ]);
  return { owners: nodes.filter((given) => owners.has(given) && askable.has(given)) };
}

/** `given` of the hosts that a VM has arrived at which no host has shown. */
function hostsOfLateArrivals(hosts: readonly ListedHost[]): readonly string[] {
  const summaries = hosts.flatMap(({ summary }) => summary ?? []);
  const shown = coveredByHosts(summaries);
  return summaries
    .filter((summary) => lateArrivals(summary).some((id) => !shown.has(id)))
    .map(({ host: { given } }) => given);
}
