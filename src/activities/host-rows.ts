import { type PackedRows, packRows } from '../exports/row-spool.ts';
import { tabsFor } from '../exports/rvtools-tabs.ts';
import type { ToldGuest } from '../inventory/guests.ts';
import type { ExportOptions, RunOptions } from '../inventory/run-options.ts';
import { type FleetReference, fromFleetReference } from './fleet-reference.ts';
import { hostFactsOf, unpackRecord } from './host-records.ts';
import { collectorOptionsOf, requestedCollectors, rowsOf } from './run-collectors.ts';

/** What the rows of all hosts have in common; survives the way to another thread. */
export interface RowsRequest {
  /** The run whose workbook is made. */
  readonly runId: string;
  readonly options: ExportOptions & Pick<RunOptions, 'only'>;
  readonly fleet: FleetReference;
}

/** One host whose rows are wanted. */
export interface RowsSource {
  readonly given: string;
  /** The host's record, as the store keeps it. */
  readonly content: Uint8Array;
  readonly guests: readonly ToldGuest[];
}

/** A host's rows by tab, in the order of the collectors. */
export interface HostRows {
  readonly tabs: readonly (readonly [tab: string, rows: PackedRows])[];
  /** Collectors that threw: bugs, each with what it said. */
  readonly failures: readonly { readonly tab: string; readonly reason: string }[];
}

/** Makes hosts' rows from their records. One of which the record is spoilt has none: its report says so already. */
export type MakeRows = (source: RowsSource) => Promise<HostRows>;

/** The maker for one run: what does not depend on the host is made ready once. */
export function rowsMaker({ runId, options, fleet }: RowsRequest): MakeRows {
  const collectors = requestedCollectors(options.only);
  const wholeFleet = fromFleetReference(fleet);
  const tabs = tabsFor(options);
  const datacenter = options.datacenter ? { datacenter: options.datacenter } : {};
  return async ({ given, content, guests }) => {
    const record = await unpackRecord(content, given);
    if (!record) return { tabs: [], failures: [] };
    const words = {
      guests: new Map(guests.map((guest) => [guest.vmId, guest])),
      ...datacenter,
      ...(record.runId === runId ? {} : { sourceRun: record.runId }),
    };
    const host = { ...hostFactsOf(record, words), options: collectorOptionsOf(options) };
    const made = collectors.map((collector) => ({ tab: collector.tab, rows: rowsOf(collector, host, wholeFleet) }));
    return {
      tabs: made.flatMap(({ tab, rows }): HostRows['tabs'] =>
        rows.ok
          ? [
              [
                tab,
                packRows(
                  tab,
                  rows.value.map(({ cells }) => cells),
                  tabs,
                ),
              ],
            ]
          : [],
      ),
      failures: made.flatMap(({ tab, rows }) => (rows.ok ? [] : [{ tab, reason: rows.error }])),
    };
  };
}
