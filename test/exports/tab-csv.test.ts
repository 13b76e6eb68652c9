import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TabRow } from '../../src/collectors/collector.ts';
import { columnsOf } from '../../src/exports/rvtools-tabs.ts';
import { alsoAsCsv, type TabCsvFile } from '../../src/exports/tab-csv.ts';
import { zipOf } from '../../src/exports/zip.ts';
import { partsOf } from './zip-parts.ts';

const row = (over: TabRow): TabRow => ({
  ...Object.fromEntries(columnsOf('vInfo').map(({ name }) => [name, null])),
  ...over,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tab-csv-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(rows: readonly TabRow[]) {
  const files: TabCsvFile[] = [];
  const passed: TabRow[] = [];
  for await (const one of alsoAsCsv('vInfo', rows, { folder }, (file) => files.push(file))) passed.push(one);
  const text = await readFile(join(folder, 'RVTools_tabvInfo.csv'), 'utf8');
  const records: Record<string, string>[] = parse(text, { bom: true, columns: true });
  return { files, passed, text, records };
}

describe("a tab's CSV", () => {
  it('has the headers of the tab and a line per row, and lets every row through', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => row({ VM: `vm${index}`, CPUs: index }));
    const { files, passed, text, records } = await written(rows);
    expect(passed).toEqual(rows);
    expect(records.map(({ VM, CPUs }) => [VM, CPUs])).toEqual(rows.map(({ VM, CPUs }) => [VM, String(CPUs)]));
    expect(Object.keys(records[0] ?? {})).toEqual(columnsOf('vInfo').map(({ name }) => name));
    expect(text.startsWith('\uFEFFVM,Powerstate,Template,')).toBe(true);
    expect(files).toEqual([
      { name: 'RVTools_tabvInfo.csv', path: join(folder, 'RVTools_tabvInfo.csv'), size: Buffer.byteLength(text) },
    ]);
  });

  it('keeps a text from being a formula, writes dates as RVTools shows them, and leaves numbers numbers', async () => {
    const { records } = await written([
      row({
        VM: '=HYPERLINK("http://evil")',
        Annotation: 'two\r\nlines, "quoted"',
        CPUs: -1,
        Memory: Number.NaN,
        PowerOn: new Date('2026-11-23T02:00:00.900Z'),
        'Creation date': new Date(Number.NaN),
      }),
    ]);
    expect(records[0]).toMatchObject({
      VM: '\'=HYPERLINK("http://evil")',
      Annotation: 'two\r\nlines, "quoted"',
      CPUs: '-1',
      Memory: '',
      PowerOn: '2026/11/23 02:00:00',
      'Creation date': '',
    });
  });

  it('has its headers also where there is no row', async () => {
    expect((await written([])).text.split('\r\n')).toHaveLength(2);
  });

  it('says which file could not be written, without its path', async () => {
    const rows = alsoAsCsv('vInfo', [row({})], { folder: join(folder, 'gone') }, () => undefined);
    const read = async () => {
      for await (const _ of rows);
    };
    await expect(read()).rejects.toThrow(/^RVTools_tabvInfo\.csv could not be written \(ENOENT\)$/);
  });
});

describe('a zip', () => {
  const modifiedAt = new Date('2026-11-23T02:00:00Z');

  it('holds the files under their names, whole', async () => {
    const path = join(folder, 'one.txt');
    const text = 'Сервер 🚀\r\n'.repeat(20_000);
    await writeFile(path, text);
    const zip = await buffer(
      zipOf(
        [
          { name: 'a.csv', path },
          { name: 'b.csv', path },
        ],
        { modifiedAt },
      ),
    );
    expect([...partsOf(zip)]).toEqual([
      ['a.csv', text],
      ['b.csv', text],
    ]);
  });

  it('fails with the error of a file that is gone', async () => {
    const zipping = buffer(zipOf([{ name: 'a.csv', path: join(folder, 'gone.csv') }], { modifiedAt }));
    await expect(zipping).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no file open where nobody reads on', async () => {
    const path = join(folder, 'large.txt');
    await writeFile(path, Buffer.alloc(4_000_000, 'x'));
    for await (const _ of zipOf([{ name: 'large.txt', path }], { modifiedAt })) break;
    await new Promise((resolve) => setImmediate(resolve));
    const open = await readdir('/proc/self/fd').catch(() => []);
    expect(open.length).toBeLessThan(200);
  });
});
