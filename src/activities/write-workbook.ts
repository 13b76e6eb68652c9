import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collector, Fleet } from '../collectors/collector.ts';
import { ReadersCheck } from '../exports/readers/readers-check.ts';
import { type RowSpool, withRowSpool } from '../exports/row-spool.ts';
import { rvtoolsTabs, tabsFor } from '../exports/rvtools-tabs.ts';
import { alsoAsCsv, type TabCsvFile } from '../exports/tab-csv.ts';
import { writeWorkbook as writeSheets } from '../exports/workbook.ts';
import { zipOf } from '../exports/zip.ts';
import { inRun, runFiles, tabCsvName, tabCsvZipName, workbookFileName } from '../inventory/file-names.ts';
import type { ReaderFindings, ReadersReport } from '../inventory/reader-findings.ts';
import type { ExportOptions, Manifest, RunOptions } from '../inventory/run-options.ts';
import type { RunFile, WorkbookLosses } from '../inventory/run-state.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import type { Store } from '../stores/store.ts';
import { StoreError } from '../stores/store-error.ts';
import { type FleetReference, fromFleetReference } from './fleet-reference.ts';
import { readToldGuests } from './guest-files.ts';
import { hostFactsOf, readRecord } from './host-records.ts';
import { readManifest } from './open-run.ts';
import { collectorOptionsOf, requestedCollectors, rowsOf } from './run-collectors.ts';

export interface WriteWorkbookInput {
  readonly runId: string;
  /** `given` of the hosts whose rows belong in the workbook, in their order. */
  readonly collected: readonly string[];
  readonly fleet: FleetReference;
  /** Instead of the manifest's own, where the files are made again. */
  readonly options?: ExportOptions & Pick<RunOptions, 'only'>;
}

export interface WrittenWorkbook {
  readonly files: readonly RunFile[];
  readonly losses: WorkbookLosses;
}

/**
 * Writes the run's workbook, and the tabs' CSVs where they were asked for: reads each host's record once, spools its
 * rows to local files, then writes one sheet after another from the spools. Comes back with one sentence where a disk
 * failed; the run has none of these files then. May be repeated.
 */
export async function writeWorkbook(
  input: WriteWorkbookInput,
  services: Services,
): Promise<Result<WrittenWorkbook, string>> {
  const stored = await readManifest(services.store, input.runId);
  const manifest: Manifest = { ...stored, options: { ...stored.options, ...input.options } };
  const folder = await mkdtemp(join(services.temporaryFolder, 'hyperv-rvtools-workbook-'));
  try {
    return success(await writeThrough(folder, manifest, input, services));
  } catch (thrown) {
    // What was kept before the failure belongs to no set: nobody shall take it for one.
    await removeExports(manifest, services.store).catch(() => undefined);
    // What passes is worth another try of all of it.
    if (thrown instanceof StoreError && !thrown.passing) return failure(thrown.message);
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function writeThrough(
  folder: string,
  manifest: Manifest,
  input: WriteWorkbookInput,
  services: Services,
): Promise<WrittenWorkbook> {
  const { runId, startedAt, exporterVersion, hosts, options } = manifest;
  const name = workbookFileName(startedAt);
  const path = join(folder, name);
  const csvFiles: TabCsvFile[] = [];
  const check = new ReadersCheck();
  const tabs = tabsFor(options);
  // Files of an interrupted start must not pass for this one's where this one cannot be written.
  await removeExports(manifest, services.store);
  const { cutTexts, blankedValues, omittedRows } = await withRowSpool(
    async (spool) => {
      await spoolHosts(spool, manifest, input, services);
      return await writeSheets(
        {
          rows: (tab) => spool.rows(tab),
          watch: (tab, rows) => {
            const watched = check.watch(tab, rows);
            return options.csvTabs ? alsoAsCsv(tab, watched, { folder, tabs }, (file) => csvFiles.push(file)) : watched;
          },
          createdAt: new Date(startedAt),
          exporterVersion,
          tabs,
          server: [...new Set(hosts.map(({ host }) => host))].join(', '),
        },
        path,
      );
    },
    { folder, tabs },
  );
  const files = [{ name, path, size: (await stat(path)).size }, ...csvFiles];
  for (const file of files) await services.store.write(inRun(runId, file.name), createReadStream(file.path));
  const zip = csvFiles.length > 0 ? [await writeZip(manifest, csvFiles, services.store)] : [];
  const findings = await writeFindings(runId, check.end(), services.store);
  return {
    files: [...files.map(({ name, size }) => ({ name, size })), ...zip, findings],
    losses: { cutTexts, blankedValues, omittedRows },
  };
}

/** All of a run's files that this activity makes, whatever was asked for the last time. */
async function removeExports({ runId, startedAt }: Manifest, store: Store): Promise<void> {
  const tabs = [...rvtoolsTabs.keys()].map(tabCsvName);
  const names = [workbookFileName(startedAt), tabCsvZipName(startedAt), ...tabs, runFiles.readerFindings];
  for (const name of names) await store.remove(inRun(runId, name));
}

async function writeFindings(runId: string, readers: readonly ReaderFindings[], store: Store): Promise<RunFile> {
  const report: ReadersReport = { schema_version: 1, run_id: runId, readers };
  const content = JSON.stringify(report, null, 2);
  await store.write(inRun(runId, runFiles.readerFindings), content);
  return { name: runFiles.readerFindings, size: Buffer.byteLength(content) };
}

async function writeZip({ runId, startedAt }: Manifest, files: readonly TabCsvFile[], store: Store): Promise<RunFile> {
  const name = tabCsvZipName(startedAt);
  let size = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of zipOf(files, { modifiedAt: new Date(startedAt) })) {
      size += chunk.length;
      yield chunk;
    }
  }
  await store.write(inRun(runId, name), counted());
  return { name, size };
}

/** Reads each host's record once; only one host's facts are held at a time. */
async function spoolHosts(
  spool: RowSpool,
  { options }: Manifest,
  { runId, collected, fleet }: WriteWorkbookInput,
  { store, log }: Services,
): Promise<void> {
  const collectors = requestedCollectors(options.only);
  const wholeFleet = fromFleetReference(fleet);
  const told = await readToldGuests(store, runId);
  const datacenter = options.datacenter ? { datacenter: options.datacenter } : {};
  for (const given of collected) {
    const stored = await readRecord(store, runId, given);
    if (!stored) continue;
    const guests = new Map((told.get(given) ?? []).map((guest) => [guest.vmId, guest]));
    const sourceRun = stored.record.runId === runId ? {} : { sourceRun: stored.record.runId };
    const words = { guests, ...datacenter, ...sourceRun };
    const host = { ...hostFactsOf(stored.record, words), options: collectorOptionsOf(options) };
    await spoolRows(spool, collectors, host, wholeFleet, (tab, reason) =>
      log({ event: 'collectorFailed', runId, host: given, tab, reason }),
    );
  }
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
