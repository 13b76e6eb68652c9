import type { Row } from '../facts/fact-table.ts';
import { sumOf } from './cell-values.ts';
import { machinesHere } from './host-figures.ts';
import { isNode } from './joins/cluster-nodes.ts';
import { knownRows } from './joins/facts.ts';
import { figuresOf, type Hardware, hardwareOf, totalsOf, type VmTotals } from './node-figures.ts';
import type { HostSource } from './per-host.ts';
import { isSpeaker } from './vm-columns.ts';

type NodeRow = Row<'clusterNodes'>;

/** A host of a compute resource. */
export interface ComputeNode {
  /** What its cluster says of it; undefined for a host that stands alone. */
  readonly row: NodeRow | undefined;
  /** What the host itself told; undefined where the run did not read it. */
  readonly told: (Hardware & VmTotals) | undefined;
}

/** What VMware calls a compute resource: a cluster, or a host that stands alone. */
export interface ComputeResource extends HostSource {
  /** Undefined: which hosts belong to it is not known. */
  readonly nodes: readonly ComputeNode[] | undefined;
}

/** What the host at hand tells of itself, for want of anything that the fleet knows. */
const ownFigures = ({ host, fleet, facts }: HostSource): Hardware & VmTotals => ({
  ...hardwareOf(host, facts),
  ...totalsOf(knownRows(facts, 'computerSystems') && machinesHere(host, fleet).map((vm) => figuresOf(vm, host))),
});

function nodesOf(source: HostSource): ComputeResource['nodes'] {
  const { host, fleet, facts } = source;
  const { cluster, identity } = host;
  if (cluster.kind === 'unknown') return undefined;
  if (cluster.kind === 'standalone') return [{ row: undefined, told: ownFigures(source) }];
  const read = fleet.nodes.get(cluster.fqdn) ?? [{ shortName: identity.shortName, ...ownFigures(source) }];
  const rows = knownRows(facts, 'clusterNodes');
  // A member has nodes: none listed means that they were not told.
  if (rows === undefined || rows.length === 0) return undefined;
  return rows.map((row) => ({ row, told: read.find(({ shortName }) => isNode(row, shortName)) }));
}

/** The compute resource that a host stands for: its cluster where it speaks for it, itself where it is alone. */
export const computeResourcesHere = (source: HostSource): readonly ComputeResource[] =>
  isSpeaker(source) ? [{ ...source, nodes: nodesOf(source) }] : [];

/** `MSCluster_Node.State` 0; a host that stands alone is up, or it could not have told. */
export const isUp = ({ row }: ComputeNode): boolean => row === undefined || row.State === 0;

/** All but a node that is down: nothing can run there. */
export const mayRunVms = ({ row }: ComputeNode): boolean => row?.State !== 1;

/** Any node, whatever its state. */
export const isAny = (): boolean => true;

/** A sum over nodes; null where a node of them was not read: a part must not pass for the whole. */
export function totalOf(
  { nodes }: ComputeResource,
  figure: keyof (Hardware & VmTotals),
  ofNodes: (node: ComputeNode) => boolean,
): number | null {
  return nodes === undefined ? null : sumOf(nodes.filter(ofNodes).map(({ told }) => told?.[figure]));
}
