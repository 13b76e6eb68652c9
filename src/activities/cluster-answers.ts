import { clusterAnswer } from '../collectors/cluster-answer.ts';
import type { HostFacts } from '../collectors/collector.ts';
import {
  type ClusterAnswer,
  type ClusterMember,
  type KnownCluster,
  learnCluster,
} from '../inventory/cluster-knowledge.ts';
import type { HostRecord } from '../inventory/host-record.ts';
import { hostFactsOf } from './host-records.ts';

/** Adds what a host told of its cluster to what others did; what stays with the host is small. */
export function learnClusterOf(
  { host: { given }, runId, collectedAt: at }: HostRecord,
  facts: HostFacts,
  clusters: Map<string, KnownCluster>,
): ClusterMember {
  const answer = answerOf(facts);
  learnCluster(clusters, answer, { given, runId, at });
  const { membership, name, fqdn, failedFacts } = answer;
  return { membership, name, fqdn, failedFacts };
}

/** One host's odd facts must not take the report of all others along: its cluster is not known then. */
function answerOf(facts: HostFacts): ClusterAnswer {
  try {
    return clusterAnswer(facts);
  } catch {
    return { membership: 'unknown', name: null, fqdn: null, failedFacts: ['clusters: unreadable'] };
  }
}

/** True: the host is a node of a cluster, or may be one. */
export function mayBeNode(record: HostRecord): boolean {
  const { membership } = answerOf(hostFactsOf(record));
  return membership === 'member' || membership === 'unknown';
}
