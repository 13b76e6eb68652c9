import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import exceljs from 'exceljs';
import type { Cell, TabRow } from '../collectors/collector.ts';
import type { WorkbookLosses } from '../inventory/run-state.ts';
import { writeError } from '../stores/store-error.ts';
import { cellText, longestCellText } from './cell-text.ts';
import { rvtoolsTabs, type TabColumn, type Tabs } from './rvtools-tabs.ts';

export interface WorkbookContent {
  /** Rows of a tab, read once, tab after tab in RVTools' order; vMetaData is not asked for. */
  readonly rows: (tab: string) => AsyncIterable<TabRow>;
  /** Sees each tab's rows, vMetaData's too, on their way into their sheet, and passes every one on. */
  readonly watch?: (tab: string, rows: AsyncIterable<TabRow> | Iterable<TabRow>) => AsyncIterable<TabRow>;
  /** The run's start: what vMetaData and the file's properties tell. */
  readonly createdAt: Date;
  readonly exporterVersion: string;
  /** What vMetaData names as the server: the hosts that were asked. */
  readonly server: string;
  /** Default: RVTools' own. */
  readonly tabs?: Tabs;
}

/** What became of the rows; anything that Excel could not hold is counted. */
export interface WorkbookSummary extends WorkbookLosses {
  /** Data rows by tab, all 27 of them. */
  readonly rowCounts: Readonly<Record<string, number>>;
}

/** The RVTools version whose columns these are. */
const formatVersion = { major: 4.7, full: '4.7.1.4' };
const mostRows = 1_048_576;
const rowsPerTurn = 100;
const nothing = Buffer.alloc(0);
/** Readers drop blanks at the edges of a plain text; exceljs asks them to keep those of a rich one. */
const hasBlankAtEdge = (text: string): boolean => text.trim().length < text.length;
/** The one sheet that RVTools leaves unstyled, with neither frozen panes nor filter. */
const metaDataTab = 'vMetaData';

type Style = Partial<exceljs.Style>;
type Sheet = exceljs.Worksheet;

const font = { name: 'Verdana', size: 9 };
const headerStyle: Style = {
  font: { ...font, bold: true, color: { argb: 'FFFFFFFF' } },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FF000000' } },
  alignment: { horizontal: 'left' },
};

/**
 * Writes an RVTools workbook: all 27 sheets in their order, one after another, each row let go once it is written, no
 * faster than the target takes it. Date cells hold the UTC wall clock, for RVTools' dates have no zone. Rejects with
 * the target's error (a path's as a StoreError), or that of the rows; a file half written is removed then.
 */
export async function writeWorkbook(content: WorkbookContent, target: string | Writable): Promise<WorkbookSummary> {
  const out = typeof target === 'string' ? await fileStream(target) : target;
  const written = finished(out, { readable: false });
  const broken = new AbortController();
  written.catch((error: unknown) => broken.abort(error));
  const writer = new exceljs.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false });
  writer.creator = `hyperv-rvtools ${content.exporterVersion}`;
  writer.lastModifiedBy = writer.creator;
  writer.created = content.createdAt;
  writer.modified = content.createdAt;
  const tally = { cutTexts: 0, blankedValues: 0, omittedRows: 0 };
  const rowCounts: Record<string, number> = {};
  try {
    for (const [tab, columns] of content.tabs ?? rvtoolsTabs) {
      const given = tab === metaDataTab ? metaDataRows(content) : content.rows(tab);
      const rows = content.watch?.(tab, given) ?? given;
      rowCounts[tab] = await writeSheet(writer, { tab, columns, rows, tally, signal: broken.signal });
    }
    await Promise.race([writer.commit(), written]);
    await written;
  } catch (error) {
    const cause: unknown = broken.signal.aborted ? broken.signal.reason : error;
    out.destroy();
    if (typeof target !== 'string') throw cause;
    if (!out.closed) await once(out, 'close');
    await removeHalfWritten(target);
    throw writeError(basename(target), cause);
  }
  return { rowCounts, ...tally };
}

/** The stream of an open file: one that opens later could come into being after its removal. */
async function fileStream(path: string): Promise<Writable> {
  try {
    return (await open(path, 'w')).createWriteStream();
  } catch (error) {
    throw writeError(basename(path), error);
  }
}

/** Only a file is removed: a path may lead to a device or a pipe. */
async function removeHalfWritten(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) await rm(path, { force: true });
}

interface SheetContent {
  readonly tab: string;
  readonly columns: readonly TabColumn[];
  readonly rows: AsyncIterable<TabRow> | Iterable<TabRow>;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

type Tally = { -readonly [Count in keyof WorkbookLosses]: number };

async function writeSheet(
  writer: exceljs.stream.xlsx.WorkbookWriter,
  { tab, columns, rows, tally, signal }: SheetContent,
): Promise<number> {
  const styled = tab !== metaDataTab;
  const sheet = writer.addWorksheet(
    tab,
    styled ? { views: [{ state: 'frozen', xSplit: 1, ySplit: 1, topLeftCell: 'B2', activeCell: 'B2' }] } : {},
  );
  sheet.columns = columns.map((column) => ({ width: columnWidth(column) }));
  // One object per style: exceljs finds a style it has seen by the object's identity.
  const styles = columns.map(({ numberFormat }): Style => ({ numFmt: numberFormat, ...(styled ? { font } : {}) }));
  const headers = columns.map(({ name }) => name);
  writeRow(sheet, headers, styled ? headers.map(() => headerStyle) : []);

  let count = 0;
  for await (const row of rows) {
    if (count === 0) refuseUnknownColumns(tab, headers, row);
    count += 1;
    // The header takes one of a sheet's rows.
    if (count < mostRows) {
      const values = headers.map((name) => cellValue(row[name] ?? null, tally));
      writeRow(sheet, values, styles);
    }
    if (count % rowsPerTurn > 0) continue;
    await drained(sheet, signal);
    await nextTurn(undefined, { signal });
  }
  const rowCount = Math.min(count, mostRows - 1);
  tally.omittedRows += count - rowCount;
  if (styled) {
    sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: rowCount + 1, column: columns.length } };
  }
  sheet.commit();
  return rowCount;
}

function writeRow(sheet: Sheet, values: readonly Cell[], styles: readonly Style[]): void {
  const row = sheet.addRow([]);
  values.forEach((value, index) => {
    if (value === null) return;
    const cell = row.getCell(index + 1);
    cell.value = typeof value === 'string' && hasBlankAtEdge(value) ? { richText: [{ text: value }] } : value;
    const style = styles[index];
    if (style) cell.style = style;
  });
  row.commit();
}

/** The value as Excel can hold it. A text stays a text, whatever it begins with: its cell is typed. */
function cellValue(value: Cell, tally: Tally): Cell {
  if (value === null) return null;
  if (typeof value === 'string') {
    if (value.length > longestCellText) tally.cutTexts += 1;
    return cellText(value);
  }
  const holds = typeof value === 'number' ? Number.isFinite(value) : value.getUTCFullYear() >= 1900;
  if (!holds) tally.blankedValues += 1;
  return holds ? value : null;
}

/** A column that the tab has not got would be lost without a word: a bug of its collector. */
function refuseUnknownColumns(tab: string, headers: readonly string[], row: TabRow): void {
  const unknown = Object.keys(row).filter((name) => !headers.includes(name));
  if (unknown.length > 0) throw new Error(`${tab} has no column ${unknown.join(', ')}`);
}

/**
 * exceljs pushes on however slow its target is. The pipe behind a sheet's stream is one of an older library that tells
 * whether it is full only when it is written to: nothing is written, to hear it.
 */
async function drained(sheet: Sheet, signal: AbortSignal): Promise<void> {
  const { pipes } = (sheet as unknown as { readonly stream: { readonly pipes: readonly Writable[] } }).stream;
  for (const pipe of pipes) if (!pipe.write(nothing)) await once(pipe, 'drain', { signal });
}

/** Room for the header and its filter button; dates are wider than their headers. */
function columnWidth({ name, type }: TabColumn): number {
  const least = type.startsWith('datetime') ? 20 : 10;
  return Math.min(Math.max(name.length + 4, least), 40);
}

function metaDataRows({ createdAt, exporterVersion, server }: WorkbookContent): readonly TabRow[] {
  return [
    {
      'RVTools major version': formatVersion.major,
      'RVTools version': `${formatVersion.full} (hyperv-rvtools ${exporterVersion})`,
      'xlsx creation datetime': createdAt,
      Server: server,
    },
  ];
}
