import type { HostFacts } from '../../src/collectors/collector.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { type FactRows, hostFacts, hv01 } from './facts-builder.ts';

/** Names of the nodes of the cluster CLU01, with what it says of each. */
export type Nodes = Readonly<Record<string, Partial<Row<'clusterNodes'>>>>;

/** What every node of CLU01 tells of it. */
export const clusterOf = (nodes: Nodes, traits: Partial<Row<'clusters'>> = {}): FactRows => ({
  clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example', AutoBalancerMode: 2, AutoBalancerLevel: 1, ...traits }],
  clusterIdentity: [{ ClusterInstanceID: 'c1c1c1c1-0000-4000-8000-000000000001' }],
  clusterNodes: Object.entries(nodes).map(([Name, row]) => ({ Name, State: 0, ...row })),
});

/** A host like HV01 (4 cores and 8 threads at 2,000 MHz), of this name and memory in MiB. */
export function hostNamed(name: string, memory: number, ...parts: readonly FactRows[]): HostFacts {
  const { hostSystem, computerSystems, ...rest } = hv01;
  return hostFacts(
    rest,
    {
      hostSystem: [
        { ...hostSystem?.[0], Name: name, DNSHostName: name, TotalPhysicalMemory: String(memory * 1_048_576) },
      ],
      computerSystems: [{ ...computerSystems?.[0], Name: name, ElementName: name }],
    },
    ...parts,
  );
}
