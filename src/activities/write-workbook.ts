import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collector, Fleet } from '../collectors/collector.ts';
import { type RowSpool, withRowSpool } from '../exports/row-spool.ts';
import { writeWorkbook as writeSheets } from '../exports/workbook.ts';
import { inRun, workbookFileName } from '../inventory/file-names.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { RunFile } from '../inventory/run-state.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { StoreError } from '../stores/store-error.ts';
import { type FleetReference, fromFleetReference } from './fleet-reference.ts';
import { readRecord } from './host-records.ts';
import { readManifest } from './open-run.ts';
import { requestedCollectors, rowsOf } from './run-collectors.ts';

export interface WriteWorkbookInput {
  readonly runId: string;
  /** `given` of the hosts whose rows belong in the workbook, in their order. */
  readonly collected: readonly string[];
  readonly fleet: FleetReference;
}

/**
 * Writes the run's workbook: reads each host's record once, spools its rows to local files, then writes one sheet after
 * another from the spools. Comes back with one sentence where a disk failed. May be repeated.
 */
export async function writeWorkbook(input: WriteWorkbookInput, services: Services): Promise<Result<RunFile, string>> {
  const manifest = await readManifest(services.store, input.runId);
  const folder = await mkdtemp(join(services.temporaryFolder, 'hyperv-rvtools-workbook-'));
  try {
    return success(await writeThrough(folder, manifest, input, services));
  } catch (thrown) {
    if (thrown instanceof StoreError) return failure(thrown.message);
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function writeThrough(
  folder: string,
  manifest: Manifest,
  { runId, collected, fleet }: WriteWorkbookInput,
  { store, log }: Services,
): Promise<RunFile> {
  const collectors = requestedCollectors(manifest.options.only);
  const name = workbookFileName(manifest.startedAt);
  const path = join(folder, name);
  // The workbook of an interrupted start must not pass for this one's where this one cannot be written.
  await store.remove(inRun(runId, name));
  return withRowSpool(
    async (spool) => {
      const wholeFleet = fromFleetReference(fleet);
      for (const given of collected) {
        const stored = await readRecord(store, runId, given);
        if (!stored) continue;
        const { host, facts, collectedAt } = stored.record;
        await spoolRows(spool, collectors, { host: host.host, facts, collectedAt }, wholeFleet, (tab, reason) =>
          log({ event: 'collectorFailed', runId, host: given, tab, reason }),
        );
      }
      await writeSheets(
        {
          rows: (tab) => spool.rows(tab),
          createdAt: new Date(manifest.startedAt),
          exporterVersion: manifest.exporterVersion,
          server: [...new Set(manifest.hosts.map(({ host }) => host))].join(', '),
        },
        path,
      );
      await store.write(inRun(runId, name), createReadStream(path));
      return { name, size: (await stat(path)).size };
    },
    { folder },
  );
}

async function spoolRows(
  spool: RowSpool,
  collectors: readonly Collector[],
  host: Parameters<Collector['collect']>[0],
  fleet: Fleet,
  onFailure: (tab: string, reason: string) => void,
): Promise<void> {
  for (const collector of collectors) {
    const rows = rowsOf(collector, host, fleet);
    if (!rows.ok) {
      onFailure(collector.tab, rows.error);
      continue;
    }
    await spool.append(
      collector.tab,
      rows.value.map(({ cells }) => cells),
    );
  }
}
