import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedListName, publishRun } from '../../src/cli/published-folder.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import type { Store } from '../../src/stores/store.ts';

let out: string;
let runs: Store;
let folder: Store;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'published-folder-test-'));
  runs = folderStore(join(out, 'runs'));
  folder = folderStore(out);
});
afterEach(() => rm(out, { recursive: true, force: true }));

const first = '20261123T020000Z-aaaaaa';
const second = '20261124T020000Z-bbbbbb';
const firstBook = 'RVTools_export_all_2026-11-23_02.00.00.xlsx';
const secondBook = 'RVTools_export_all_2026-11-24_02.00.00.xlsx';

async function run(id: string, ...files: string[]) {
  for (const file of ['manifest.json', 'run.json', 'hosts/hv1.json.gz', 'hyperv_run_report.json', ...files]) {
    await runs.write(`${id}/${file}`, `${file} of ${id}`);
  }
}
const publish = (runId: string, workbook = true, to = folder) => publishRun({ runId, runs, folder: to, workbook });
const visible = async () => (await readdir(out)).filter((name) => name !== 'runs' && name !== publishedListName).sort();
const contentOf = (name: string) => readFile(join(out, name), 'utf8');

describe('publishing a run', () => {
  it("puts the newest run's files directly into the folder, without hosts, manifest and state", async () => {
    await run(first, firstBook, 'targets_retry_hosts.txt');
    expect(await publish(first)).toEqual([firstBook, 'hyperv_run_report.json', 'targets_retry_hosts.txt']);
    expect(await visible()).toEqual([firstBook, 'hyperv_run_report.json', 'targets_retry_hosts.txt']);
    expect(await contentOf('hyperv_run_report.json')).toBe(`hyperv_run_report.json of ${first}`);
  });

  it('replaces the report and removes the workbook of the run before, which stays under its id', async () => {
    await run(first, firstBook);
    await publish(first);
    await run(second, secondBook);
    await publish(second);
    expect(await visible()).toEqual([secondBook, 'hyperv_run_report.json']);
    expect(await contentOf('hyperv_run_report.json')).toContain(second);
    expect(await runs.exists(`${first}/${firstBook}`)).toBe(true);
  });

  it('of a dry run publishes no workbook, and takes the old one away', async () => {
    await run(first, firstBook);
    await publish(first);
    await run(second, secondBook);
    await publish(second, false);
    expect(await visible()).toEqual(['hyperv_run_report.json']);
  });

  it('never touches a file that it did not publish', async () => {
    await writeFile(join(out, 'notes.txt'), 'mine');
    await writeFile(join(out, 'RVTools_export_all_2020-01-01_00.00.00.xlsx'), 'from vCenter');
    await run(first, firstBook);
    await publish(first);
    await run(second);
    await publish(second);
    expect(await visible()).toEqual([
      'RVTools_export_all_2020-01-01_00.00.00.xlsx',
      'hyperv_run_report.json',
      'notes.txt',
    ]);
    expect(await contentOf('notes.txt')).toBe('mine');
  });

  it('does not remove a workbook that somebody has worked on since', async () => {
    await run(first, firstBook);
    await publish(first);
    await writeFile(join(out, firstBook), 'with my notes');
    await run(second, secondBook);
    await publish(second);
    expect(await contentOf(firstBook)).toBe('with my notes');
  });

  it('that was interrupted leaves nothing that the next one would not remove', async () => {
    await run(first, firstBook);
    const interrupted: Store = {
      ...folder,
      write: async (name, content) => {
        if (name === 'hyperv_run_report.json') throw new Error('power cut');
        await folder.write(name, content);
      },
    };
    await expect(publish(first, true, interrupted)).rejects.toThrow('power cut');
    expect(await visible()).toEqual([firstBook]);
    await run(second, secondBook);
    await publish(second);
    expect(await visible()).toEqual([secondBook, 'hyperv_run_report.json']);
  });

  it.each(['not JSON', '[]', '{"files":[{"name":"../notes.txt","sha256":"x"},{"name":5}]}'])(
    'removes nothing by a list that somebody has spoilt (%s)',
    async (text) => {
      await writeFile(join(out, publishedListName), text);
      await writeFile(join(out, 'notes.txt'), 'mine');
      await run(first);
      await publish(first);
      expect(await visible()).toEqual(['hyperv_run_report.json', 'notes.txt']);
    },
  );

  it('twice is as good as once', async () => {
    await run(first, firstBook);
    await publish(first);
    expect(await publish(first)).toEqual([firstBook, 'hyperv_run_report.json']);
    expect(await visible()).toEqual([firstBook, 'hyperv_run_report.json']);
  });
});
