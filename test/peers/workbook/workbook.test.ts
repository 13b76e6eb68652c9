import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell, TabRow } from '../../../src/collectors/collector.ts';
import { columnsOf, rvtoolsTabs } from '../../../src/exports/rvtools-tabs.ts';
import { writeWorkbook } from '../../../src/exports/workbook.ts';
import { filledTabs, hostileRows } from './hostile-rows.ts';

// Two readers that share no code with what wrote the workbook: Debian's python3-openpyxl and libreoffice-calc-nogui.
const run = promisify(execFile);
const python = '/usr/bin/python3';
const hasOpenpyxl = spawnSync(python, ['-c', 'import openpyxl']).status === 0;
const hasLibreOffice = spawnSync('soffice', ['--version']).status === 0;
if (!hasOpenpyxl) console.warn('openpyxl is not installed (python3-openpyxl): it does not read our workbook');
if (!hasLibreOffice)
  console.warn('LibreOffice is not installed (libreoffice-calc-nogui): it does not read our workbook');

const tabs = [...rvtoolsTabs.keys()];
const createdAt = new Date('2026-11-23T02:00:00.000Z');
const metaData: TabRow = {
  'RVTools major version': 4.7,
  'RVTools version': '4.7.1.4 (hyperv-rvtools 0.1.0)',
  'xlsx creation datetime': createdAt,
  Server: 'hv1.corp.example',
};
const rowsOf = (tab: string): readonly TabRow[] => {
  if (tab === 'vMetaData') return [metaData];
  return filledTabs.includes(tab) ? hostileRows(tab) : [];
};
const cellsOf = (tab: string): readonly (readonly Cell[])[] =>
  rowsOf(tab).map((row) => columnsOf(tab).map(({ name }) => row[name] ?? null));
const headersOf = (tab: string): readonly string[] => columnsOf(tab).map(({ name }) => name);

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbook-peers-'));
  path = join(folder, 'book.xlsx');
  const rows = async function* (tab: string) {
    yield* rowsOf(tab);
  };
  await writeWorkbook({ rows, createdAt, exporterVersion: '0.1.0', server: 'hv1.corp.example' }, path);
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 3 }));

test.runIf(process.env.CI === 'true')('both readers are there where everything has to be checked', () => {
  expect({ hasOpenpyxl, hasLibreOffice }).toEqual({ hasOpenpyxl: true, hasLibreOffice: true });
});

interface ReadSheet {
  readonly title: string;
  readonly freeze: string | null;
  readonly filter: string | null;
  readonly dimensions: string;
  readonly header_font: readonly unknown[];
  readonly header_fill: string | null;
  readonly rows: readonly (readonly unknown[])[];
  readonly types: readonly (readonly string[])[];
  readonly formats: readonly (readonly string[])[];
  readonly fonts: readonly (readonly unknown[])[][];
}

describe.runIf(hasOpenpyxl)('openpyxl', () => {
  let sheets: readonly ReadSheet[];
  const sheetOf = (tab: string): ReadSheet => {
    const found = sheets.find(({ title }) => title === tab);
    if (!found) throw new Error(`openpyxl finds no sheet ${tab}`);
    return found;
  };
  beforeAll(async () => {
    const script = fileURLToPath(new URL('./read_workbook.py', import.meta.url));
    const { stdout } = await run(python, [script, path], { maxBuffer: 256 * 1024 * 1024 });
    sheets = JSON.parse(stdout);
  });

  test('finds the 27 sheets in order', () => {
    expect(sheets.map(({ title }) => title)).toEqual(tabs);
  });

  test.each(tabs)('reads in %s the headers and values that were written', (tab) => {
    const asRead = (cell: Cell): unknown => (cell instanceof Date ? { date: cell.toISOString().slice(0, 19) } : cell);
    const [headers, ...rows] = sheetOf(tab).rows;
    expect(headers).toEqual(headersOf(tab));
    expect(rows).toEqual(cellsOf(tab).map((row) => row.map(asRead)));
  });

  test.each(filledTabs)('reads in %s the types, formats and fonts of RVTools', (tab) => {
    const [types = [], formats = [], fonts = []] = [
      sheetOf(tab).types[0],
      sheetOf(tab).formats[0],
      sheetOf(tab).fonts[0],
    ];
    const [first = []] = cellsOf(tab);
    const typeOf = (cell: Cell): string => (cell instanceof Date ? 'd' : typeof cell === 'number' ? 'n' : 's');
    for (const [index, { name, numberFormat }] of columnsOf(tab).entries()) {
      const cell = first[index] ?? null;
      if (cell === null) continue;
      // A text stays a text also where it begins like a formula.
      expect([name, types[index], formats[index], fonts[index]]).toEqual([
        name,
        typeOf(cell),
        numberFormat,
        ['Verdana', 9],
      ]);
    }
  });

  test('finds the headers white on black, frozen at B2, and the filter over the whole range', () => {
    for (const tab of tabs.filter((name) => name !== 'vMetaData')) {
      const { freeze, filter, dimensions, header_font, header_fill } = sheetOf(tab);
      expect([tab, freeze, filter]).toEqual([tab, 'B2', dimensions]);
      expect([header_font, header_fill]).toEqual([['Verdana', 9, true, 'FFFFFFFF'], 'FF000000']);
    }
    expect([sheetOf('vMetaData').freeze, sheetOf('vMetaData').filter]).toEqual([null, null]);
  });
});

describe.runIf(hasLibreOffice)('LibreOffice', () => {
  beforeAll(async () => {
    // UTF-8, texts in quotes, each sheet into a file of its own.
    const asCsv = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1';
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    await run('soffice', [profile, '--headless', '--convert-to', asCsv, '--outdir', folder, path], {
      timeout: 110_000,
    });
  });

  /** As LibreOffice writes a cell's own value in its default locale. */
  const asValue = (cell: Cell): string => {
    if (!(cell instanceof Date)) return String(cell ?? '');
    const iso = cell.toISOString();
    return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
  };

  test.each(tabs)('reads in %s the headers and values that were written', async (tab) => {
    const text = await readFile(join(folder, `book-${tab}.csv`), 'utf8');
    const [headers, ...rows]: string[][] = parse(text, { relax_column_count: true });
    expect(headers).toEqual(headersOf(tab));
    expect(rows).toEqual(cellsOf(tab).map((row) => row.map(asValue)));
  });
});
