import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import exceljs from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TabRow } from '../../src/collectors/collector.ts';
import { cellText } from '../../src/exports/cell-text.ts';
import { columnsOf, rvtoolsTabs } from '../../src/exports/rvtools-tabs.ts';
import { type WorkbookContent, writeWorkbook } from '../../src/exports/workbook.ts';
import { partsOf } from './zip-parts.ts';

const facts = JSON.parse(await readFile(new URL('../fixtures/rvtools-columns.json', import.meta.url), 'utf8'));
const sheetOrder: string[] = facts.meta.workbook.sheetOrder;
const createdAt = new Date('2026-11-23T02:00:00.000Z');

/** How each type of column is to be read from its cells: booleans and ids are texts. */
const cellTypes: Readonly<Record<string, exceljs.ValueType>> = {
  string: exceljs.ValueType.String,
  bool: exceljs.ValueType.String,
  int: exceljs.ValueType.Number,
  float: exceljs.ValueType.Number,
  datetime: exceljs.ValueType.Date,
  'datetime|Never': exceljs.ValueType.String,
};

/** A row with a value of each column's own type. */
function rowOf(tab: string, over: TabRow = {}): TabRow {
  const values = {
    string: 'text',
    bool: 'True',
    int: 1234567,
    float: 1.5,
    datetime: createdAt,
    'datetime|Never': 'Never',
  };
  return { ...Object.fromEntries(columnsOf(tab).map(({ name, type }) => [name, values[type]])), ...over };
}

const content = (rows: Readonly<Record<string, readonly TabRow[]>>): WorkbookContent => ({
  rows: async function* (tab) {
    yield* rows[tab] ?? [];
  },
  createdAt,
  exporterVersion: '0.1.0',
  server: 'hv1.corp.example',
});

async function written(rows: Readonly<Record<string, readonly TabRow[]>>) {
  const stream = new PassThrough();
  const [file, summary] = await Promise.all([buffer(stream), writeWorkbook(content(rows), stream)]);
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.load(file as unknown as exceljs.Buffer);
  return { workbook, summary, parts: partsOf(file) };
}

describe('the list of tabs', () => {
  it('has the sheets of a real RVTools export in their order', () => {
    expect([...rvtoolsTabs.keys()]).toEqual(sheetOrder);
    expect(rvtoolsTabs.size).toBe(27);
  });
  it('has each column with name, type and number format as recorded from a real export', () => {
    for (const tab of sheetOrder) {
      const recorded = facts.tabs[tab].columns.map(({ name, type, numberFormat }: Record<string, string>) => ({
        name,
        type,
        numberFormat,
      }));
      expect(columnsOf(tab)).toEqual(recorded);
    }
  });
});

describe('the workbook', () => {
  const names = [
    '=1+1',
    'O\'Brien, "x"',
    'Сервер',
    '日本語',
    '🚀',
    ' <&> ',
    'line\nbreak',
    'null\u0000bell\u0007',
    'half\uD83D',
  ];
  let book: Awaited<ReturnType<typeof written>>;
  beforeAll(async () => {
    const vInfo = names.map((VM) => rowOf('vInfo', { VM, Annotation: null }));
    const others = sheetOrder.filter((tab) => !['vInfo', 'vUSB', 'vMetaData'].includes(tab));
    book = await written({ vInfo, ...Object.fromEntries(others.map((tab) => [tab, [rowOf(tab)]])) });
  });
  const sheet = (tab: string) => {
    const found = book.workbook.getWorksheet(tab);
    if (!found) throw new Error(`no sheet ${tab}`);
    return found;
  };
  const xmlOf = (tab: string) => book.parts.get(`xl/worksheets/sheet${sheetOrder.indexOf(tab) + 1}.xml`) ?? '';
  const cell = (tab: string, column: string, row: number) =>
    sheet(tab).getCell(row, columnsOf(tab).findIndex(({ name }) => name === column) + 1);

  it('has all 27 sheets in order, each with its header row, also where it is empty', () => {
    expect(book.workbook.worksheets.map(({ name }) => name)).toEqual(sheetOrder);
    for (const tab of sheetOrder) {
      const header = (sheet(tab).getRow(1).values as unknown[]).slice(1);
      expect(header).toEqual(facts.tabs[tab].columns.map(({ name }: { name: string }) => name));
    }
    expect(sheet('vUSB').rowCount).toBe(1);
    expect(book.summary.rowCounts).toMatchObject({ vInfo: names.length, vUSB: 0, vMetaData: 1 });
  });

  it('is frozen at B2 and filtered over the whole range, but for vMetaData', () => {
    for (const tab of sheetOrder.filter((name) => name !== 'vMetaData')) {
      const last = sheet(tab).getRow(1).getCell(columnsOf(tab).length).address.replace(/\d+$/, '');
      expect(xmlOf(tab)).toMatch(/<pane xSplit="1" ySplit="1" topLeftCell="B2"[^>]*state="frozen"\/>/);
      expect(xmlOf(tab)).toContain(`<autoFilter ref="A1:${last}${sheet(tab).rowCount}"`);
    }
    expect(xmlOf('vMetaData')).not.toMatch(/<pane|<autoFilter/);
  });

  it('is in Verdana 9, its headers bold white on black and left', () => {
    const header = sheet('vInfo').getCell('A1');
    expect(header.font).toMatchObject({ name: 'Verdana', size: 9, bold: true, color: { argb: 'FFFFFFFF' } });
    expect(header.fill).toMatchObject({ pattern: 'solid', fgColor: { argb: 'FF000000' } });
    expect(header.alignment).toMatchObject({ horizontal: 'left' });
    expect(sheet('vInfo').getCell('A2').font).toMatchObject({ name: 'Verdana', size: 9 });
  });

  it.each(sheetOrder.filter((tab) => tab !== 'vUSB'))(
    'has in %s the cell types and number formats of a real export, column by column',
    (tab) => {
      const recorded: { name: string; type: string; numberFormat: string }[] = facts.tabs[tab].columns;
      for (const [index, { name, type, numberFormat }] of recorded.entries()) {
        const { numFmt, value, type: cellType } = sheet(tab).getCell(2, index + 1);
        if (value === null) continue;
        expect([name, numFmt ?? 'General']).toEqual([name, numberFormat]);
        expect([name, cellType]).toEqual([name, cellTypes[type]]);
      }
    },
  );

  it('keeps every text a text, whatever it begins with, and drops what a cell cannot hold', () => {
    const texts = names.map((_, index) => sheet('vInfo').getCell(index + 2, 1).text);
    expect(texts).toEqual([
      '=1+1',
      'O\'Brien, "x"',
      'Сервер',
      '日本語',
      '🚀',
      ' <&> ',
      'line\nbreak',
      'nullbell',
      'half',
    ]);
    expect(xmlOf('vInfo')).not.toContain('<f>');
    expect(xmlOf('vInfo')).toMatch(/<c r="A2"[^>]* t="str"><v>=1\+1<\/v>/);
  });

  it('has booleans as texts, whole numbers as numbers and blanks as no cell', () => {
    expect(cell('vInfo', 'Template', 2).value).toBe('True');
    expect(cell('vInfo', 'CPUs', 2).value).toBe(1234567);
    expect(cell('vInfo', 'Annotation', 2).value).toBeNull();
    expect(xmlOf('vInfo')).not.toContain('t="b"');
    expect(cell('vLicense', 'Expiration Date', 2).value).toBe('Never');
  });

  it('has dates as date cells of the UTC wall clock', () => {
    const created = cell('vInfo', 'Creation date', 2);
    expect(created.value).toEqual(createdAt);
    expect(created.numFmt).toBe('yyyy/mm/dd hh:mm:ss');
    // 2026-11-23 02:00 is day 46349 of Excel's calendar, wherever this runs.
    expect(xmlOf('vInfo')).toMatch(/<v>46349\.08333/);
  });

  it('tells in vMetaData, unstyled and in one row, which RVTools it follows and who made it', () => {
    expect((sheet('vMetaData').getRow(2).values as unknown[]).slice(1)).toEqual([
      4.7,
      '4.7.1.4 (hyperv-rvtools 0.1.0)',
      createdAt,
      'hv1.corp.example',
    ]);
    expect(sheet('vMetaData').rowCount).toBe(2);
    expect(sheet('vMetaData').getCell('A1').font?.name ?? 'Calibri').toBe('Calibri');
    expect(cell('vMetaData', 'xlsx creation datetime', 2).numFmt).toBe('m/d/yy h:mm');
  });

  it('gives every column a width', () => {
    expect(xmlOf('vInfo').match(/<col [^>]*width="/g)?.length).toBeGreaterThan(0);
    expect(sheet('vInfo').getColumn(1).width).toBeGreaterThanOrEqual(9);
  });
});

describe('what Excel cannot hold', () => {
  it('is cut, blanked and counted', async () => {
    const tooLong = `${'x'.repeat(32_766)}🚀`;
    const { workbook, summary } = await written({
      vInfo: [rowOf('vInfo', { VM: tooLong, CPUs: Number.NaN, 'Creation date': new Date('1601-01-01T00:00:00Z') })],
    });
    expect(workbook.getWorksheet('vInfo')?.getCell('A2').value).toBe('x'.repeat(32_766));
    expect(summary).toMatchObject({ cutTexts: 1, blankedValues: 2, omittedRows: 0 });
  });
  it('cuts at 32,767 characters and not before', () => {
    expect(cellText('x'.repeat(40_000))).toHaveLength(32_767);
    expect(cellText('x'.repeat(32_767))).toHaveLength(32_767);
    expect(cellText('\t\n\u007F\u0085\uFFFE\uFFFFé')).toBe('\t\né');
  });
  it('breaks lines as Excel does', () => {
    expect(cellText('one\r\ntwo\rthree\n')).toBe('one\ntwo\nthree\n');
  });
});

describe('writing the workbook', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workbook-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const endless: WorkbookContent = {
    ...content({}),
    rows: async function* () {
      for (;;) yield rowOf('vInfo');
    },
  };
  const noSpace = () =>
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

  it('goes into a file by its path', async () => {
    const path = join(folder, 'book.xlsx');
    await writeWorkbook(content({}), path);
    const workbook = new exceljs.Workbook();
    await workbook.xlsx.readFile(path);
    expect(workbook.worksheets).toHaveLength(27);
  });
  it('ends with the error of a disk that is full, instead of going on for ever', async () => {
    let taken = 0;
    const disk = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        done(taken > 100_000 ? noSpace() : null);
      },
    });
    await expect(writeWorkbook(endless, disk)).rejects.toThrow('ENOSPC');
  });
  it('ends when whoever reads it goes away', async () => {
    const reader = new PassThrough();
    reader.once('data', () => reader.destroy());
    await expect(writeWorkbook(endless, reader)).rejects.toThrow();
  });
  it('waits for a slow reader instead of filling the memory', async () => {
    let asked = 0;
    const counted: WorkbookContent = {
      ...content({}),
      rows: async function* () {
        for (;;) {
          asked += 1;
          // Random, so that it does not shrink to nothing when it is compressed.
          yield rowOf('vInfo', { Annotation: randomBytes(2_000).toString('hex') });
        }
      },
    };
    let taken: (() => void) | undefined;
    const stuck = new Writable({
      write: (_chunk, _encoding, done) => {
        taken = done;
      },
      highWaterMark: 1,
    });
    const writing = writeWorkbook(counted, stuck).catch(() => 'stopped');
    let before = -1;
    while (asked !== before || asked === 0) {
      before = asked;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(asked).toBeLessThan(5_000);
    // It goes on as soon as the reader does.
    while (asked === before) {
      const goOn = taken;
      taken = undefined;
      goOn?.();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    stuck.destroy();
    expect(await writing).toBe('stopped');
  });
  it('leaves no half file where the rows fail', async () => {
    const failing: WorkbookContent = {
      ...content({}),
      // biome-ignore lint/correctness/useYield: it fails before its first row
      rows: async function* () {
        throw new Error('the spool is gone');
      },
    };
    await expect(writeWorkbook(failing, join(folder, 'half.xlsx'))).rejects.toThrow('the spool is gone');
    expect(await readdir(folder)).not.toContain('half.xlsx');
  });
  it('names the file, not its path, where the folder does not take it', async () => {
    const refused = writeWorkbook(content({}), join(folder, 'no-such-folder', 'book.xlsx'));
    await expect(refused).rejects.toThrow(/^book\.xlsx could not be written \(ENOENT\)$/);
  });
  it('refuses a column that the tab has not got: its values would be lost without a word', async () => {
    await expect(written({ vInfo: [rowOf('vInfo', { Vm: 'typo' })] })).rejects.toThrow('vInfo has no column Vm');
  });
});
