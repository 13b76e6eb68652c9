import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TabRow } from '../../src/collectors/collector.ts';
import { withRowSpool } from '../../src/exports/row-spool.ts';
import { columnsOf } from '../../src/exports/rvtools-tabs.ts';

const blank = (tab: string): TabRow => Object.fromEntries(columnsOf(tab).map(({ name }) => [name, null]));
const row = (over: TabRow): TabRow => ({ ...blank('vHealth'), ...over });
async function all(rows: AsyncIterable<TabRow>): Promise<TabRow[]> {
  const list: TabRow[] = [];
  for await (const one of rows) list.push(one);
  return list;
}

describe('the row spool', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'row-spool-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back each row as it was, in order: texts with any line break, numbers, dates, blanks', async () => {
    const rows = ['plain', 'a\nb', 'a\u2028b\r', '[1]', '', 'Сервер 🚀', 'half\uD83D'].map((Name) => row({ Name }));
    const dated = { ...blank('vInfo'), VM: 'x', CPUs: -1.5, 'Creation date': new Date('2026-11-23T02:00:00.123Z') };
    await withRowSpool(
      async (spool) => {
        await spool.append('vHealth', rows.slice(0, 2));
        await spool.append('vInfo', [dated]);
        await spool.append('vHealth', rows.slice(2));
        expect(await all(spool.rows('vHealth'))).toEqual(rows);
        expect(await all(spool.rows('vInfo'))).toEqual([dated]);
      },
      { folder },
    );
  });

  it('gives back a blank for a date that is none, never 1970', async () => {
    const spoilt = { ...blank('vInfo'), VM: 'x', PowerOn: new Date(Number.NaN) };
    await withRowSpool(
      async (spool) => {
        await spool.append('vInfo', [spoilt]);
        expect(await all(spool.rows('vInfo'))).toEqual([{ ...spoilt, PowerOn: null }]);
      },
      { folder },
    );
  });

  it('holds more rows than a buffer does', async () => {
    await withRowSpool(
      async (spool) => {
        const many = Array.from({ length: 20_000 }, (_, index) => row({ Name: `vm${index} ${'é'.repeat(50)}` }));
        await spool.append('vHealth', many);
        expect(await all(spool.rows('vHealth'))).toEqual(many);
      },
      { folder },
    );
  });

  it('has no rows for a tab that got none', async () => {
    expect(await withRowSpool((spool) => all(spool.rows('vUSB')), { folder })).toEqual([]);
  });

  it('leaves no file behind, whether the work succeeds or fails half-way', async () => {
    await withRowSpool(
      async (spool) => {
        await spool.append('vHealth', [row({ Name: 'x' })]);
        expect(await readdir(folder)).toHaveLength(1);
      },
      { folder },
    );
    const failing = withRowSpool(
      async (spool) => {
        await spool.append('vHealth', [row({ Name: 'x' })]);
        throw new Error('interrupted');
      },
      { folder },
    );
    await expect(failing).rejects.toThrow('interrupted');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a tab that RVTools has not got', async () => {
    await expect(withRowSpool((spool) => spool.append('vDream', []), { folder })).rejects.toThrow('no tab vDream');
  });

  it('says which rows could not be kept where the disk fails', async () => {
    const gone = withRowSpool(
      async (spool) => {
        // Its folder is gone before the first row arrives: nothing can be written there.
        await rm(folder, { recursive: true });
        await spool.append('vHealth', [row({ Name: 'x' })]);
        await all(spool.rows('vHealth'));
      },
      { folder },
    );
    await expect(gone).rejects.toThrow(/^the temporary file with the rows of vHealth could not be written \(ENOENT\)$/);
    folder = await mkdtemp(join(tmpdir(), 'row-spool-test-'));
  });
});
