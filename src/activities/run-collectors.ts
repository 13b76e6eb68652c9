import type { CollectedRow, Collector, Fleet, HostFacts } from '../collectors/collector.ts';
import { collectorOf } from '../collectors/collectors.ts';
import { emptyFleet } from '../collectors/fleet.ts';
import { type FactName, factNames } from '../facts/fact-table.ts';
import { type CollectorOptions, defaultCollectorOptions } from '../inventory/collector-options.ts';
import type { CollectorCoverage } from '../inventory/host-record.ts';
import type { ExportOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';

/** The requested collectors; a tab that does not exist is a bug of whoever made the manifest. */
export function requestedCollectors(only: readonly string[]): readonly Collector[] {
  return only.map((tab) => {
    const collector = collectorOf(tab);
    if (!collector) throw new Error(`There is no collector for the tab "${tab}"`);
    return collector;
  });
}

/** How a run wants its rows made; a run of an earlier version has nothing to say of it. */
export const collectorOptionsOf = ({ unknownSize, health, extraColumns }: ExportOptions): CollectorOptions => ({
  unknownSize: unknownSize ?? defaultCollectorOptions.unknownSize,
  health: health ?? defaultCollectorOptions.health,
  ...(extraColumns ? { extraColumns } : {}),
});

/** Every fact that one of the collectors uses, in the order in which a host is asked. */
export function factsOf(collectors: readonly Collector[]): readonly FactName[] {
  const wanted = new Set(collectors.flatMap(({ requires, optional }) => [...requires, ...optional]));
  return factNames.filter((name) => wanted.has(name));
}

/** What each collector makes of one host's facts. */
export function coverageOf(collectors: readonly Collector[], host: HostFacts): readonly CollectorCoverage[] {
  return collectors.map((collector) => coverageOfOne(collector, host));
}

/**
 * The rows that a collector makes of one host's facts. One that throws is a bug, but the rows of all other hosts must
 * not go with these; its first look at the host (see {@link coverageOf}) has counted it as failed.
 */
export function rowsOf(collector: Collector, host: HostFacts, fleet: Fleet): Result<readonly CollectedRow[], string> {
  try {
    return success(collector.collect(host, fleet).rows);
  } catch (thrown) {
    return failure(reasonOf(thrown));
  }
}

/** A collector that throws is a bug, but one host's odd data must not cost what was collected: it counts as failed. */
function coverageOfOne(collector: Collector, host: HostFacts): CollectorCoverage {
  try {
    return collector.collect(host, emptyFleet).coverage;
  } catch (thrown) {
    return {
      tab: collector.tab,
      status: 'error',
      failedFacts: [`collector: ${reasonOf(thrown)}`],
      missingFacts: [],
      rowCount: 0,
      covered: [],
      unjoined: [],
      emptyFacts: [],
    };
  }
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
