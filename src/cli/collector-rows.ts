import { hostFactsOf, readRecord } from '../activities/host-records.ts';
import { requestedCollectors } from '../activities/run-collectors.ts';
import type { HostFacts, TabRow } from '../collectors/collector.ts';
import { buildFleet, type FleetMember, summarize } from '../collectors/fleet.ts';
import type { Store } from '../stores/store.ts';

export interface RowsRequest {
  readonly runs: Store;
  readonly runId: string;
  /** `given` of the hosts whose rows are wanted, in their order. */
  readonly hosts: readonly string[];
  /** Collectors by tab name. */
  readonly tabs: readonly string[];
}

/** The rows that a run's collectors make of what its hosts gave, by tab. Hosts are read one at a time. */
export async function collectorRows(request: RowsRequest): Promise<ReadonlyMap<string, readonly TabRow[]>> {
  const summaries: FleetMember[] = [];
  for await (const host of factsOfHosts(request)) summaries.push(summarize(host));
  const fleet = buildFleet(summaries);
  const rows = new Map<string, TabRow[]>(request.tabs.map((tab) => [tab, []]));
  for await (const host of factsOfHosts(request)) {
    for (const collector of requestedCollectors(request.tabs)) {
      rows.get(collector.tab)?.push(...collector.collect(host, fleet).rows.map(({ cells }) => cells));
    }
  }
  return rows;
}

async function* factsOfHosts({ runs, runId, hosts }: RowsRequest): AsyncIterable<HostFacts> {
  for (const given of hosts) {
    const stored = await readRecord(runs, runId, given);
    if (stored) yield hostFactsOf(stored.record);
  }
}
