import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { nodeKey } from '../../inventory/cluster-knowledge.ts';
import type { Colour } from './colours.ts';
import { knownRows } from './facts.ts';
import type { HostView } from './host-view.ts';

/** `MSCluster_Node.State`: 0 up, 1 down, 2 paused, 3 joining; anything else is not known. */
export function colourOfNode({ State }: Row<'clusterNodes'>): Colour {
  if (State === 0) return 'green';
  if (State === 1) return 'red';
  return State === 2 || State === 3 ? 'yellow' : 'gray';
}

/** Paused by its administrator, or being emptied of its roles (`NodeDrainStatus` 1 and 2). */
export const isInMaintenance = ({ State, NodeDrainStatus }: Row<'clusterNodes'>): boolean =>
  State === 2 || NodeDrainStatus === 1 || NodeDrainStatus === 2;

/** Kept out of the cluster after it failed too often: bit 2 of `StatusInformation` (bit 1: isolated). */
export const isQuarantined = ({ StatusInformation }: Row<'clusterNodes'>): boolean =>
  ((StatusInformation ?? 0) & 2) !== 0;

/** True: the row is that of the host with this short name. */
export const isNode = ({ Name }: Row<'clusterNodes'>, shortName: string): boolean =>
  nodeKey(Name ?? '') === nodeKey(shortName);

/** What its cluster says of a host; undefined outside a cluster, and where the cluster does not tell. */
export function nodeOf({ identity }: HostView, facts: FactOutcomes): Row<'clusterNodes'> | undefined {
  return knownRows(facts, 'clusterNodes')?.find((row) => isNode(row, identity.shortName));
}
