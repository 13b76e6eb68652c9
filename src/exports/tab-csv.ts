import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Cell, TabRow } from '../collectors/collector.ts';
import { tabCsvName } from '../inventory/file-names.ts';
import { writeError } from '../stores/store-error.ts';
import { byteOrderMark, type CsvValue, csvLines } from './csv.ts';
import { columnsOf, rvtoolsTabs, type Tabs } from './rvtools-tabs.ts';

/** A tab's CSV on local disk. */
export interface TabCsvFile {
  /** As RVTools names it: `RVTools_tabvInfo.csv`. */
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

const rowsPerPiece = 100;

/**
 * Passes a tab's rows on as they come and writes each to the tab's CSV in `folder`, no faster than the disk takes them;
 * `onWritten` gets the file once the last row was passed on. Throws a StoreError where the disk fails.
 */
export async function* alsoAsCsv(
  tab: string,
  rows: AsyncIterable<TabRow> | Iterable<TabRow>,
  { folder, tabs = rvtoolsTabs }: { readonly folder: string; readonly tabs?: Tabs },
  onWritten: (file: TabCsvFile) => void,
): AsyncIterable<TabRow> {
  const name = tabCsvName(tab);
  const path = join(folder, name);
  const headers = columnsOf(tab, tabs).map((column) => column.name);
  const out = createWriteStream(path, { encoding: 'utf8', mode: 0o600 });
  const failed = new AbortController();
  out.on('error', (error) => failed.abort(error));
  try {
    let piece: CsvValue[][] = [];
    await write(out, `${byteOrderMark}${csvLines([headers])}`, failed.signal);
    for await (const row of rows) {
      piece.push(headers.map((header) => csvValue(row[header] ?? null)));
      if (piece.length >= rowsPerPiece) {
        await write(out, csvLines(piece), failed.signal);
        piece = [];
      }
      yield row;
    }
    if (piece.length > 0) await write(out, csvLines(piece), failed.signal);
    out.end();
    await finished(out);
    onWritten({ name, path, size: (await stat(path)).size });
  } catch (error) {
    throw writeError(name, failed.signal.aborted ? failed.signal.reason : error);
  } finally {
    if (!out.closed) {
      out.destroy();
      await once(out, 'close');
    }
  }
}

async function write(out: WriteStream, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!out.write(text)) await once(out, 'drain', { signal });
}

/** Dates as RVTools shows them; a number or date that is none is blank, as in the workbook. */
function csvValue(cell: Cell): CsvValue {
  if (cell instanceof Date) {
    if (Number.isNaN(cell.getTime())) return null;
    const iso = cell.toISOString();
    return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)}`;
  }
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell;
}
