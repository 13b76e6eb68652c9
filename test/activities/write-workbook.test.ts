import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toFleetReference } from '../../src/activities/fleet-reference.ts';
import { writeWorkbook } from '../../src/activities/write-workbook.ts';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import { createServices } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { entry, manifestOf, runId } from './fake-host.ts';
import { memoryStore } from './memory-store.ts';

let temporaryFolder: string;
beforeEach(async () => {
  temporaryFolder = await mkdtemp(join(tmpdir(), 'write-workbook-test-'));
});
afterEach(() => rm(temporaryFolder, { recursive: true, maxRetries: 3 }));

/** A store that takes the beginning of a file of this kind, and is full then. */
function fullAt(store: Store, kind: RegExp): Store {
  return {
    ...store,
    write: async (name, content) => {
      if (!kind.test(name)) return store.write(name, content);
      if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
        for await (const _ of content) break;
      }
      throw new StoreError({ code: 'storeFull', file: name, doing: 'written', systemCode: 'ENOSPC' });
    },
  };
}

async function write(store: Store) {
  const manifest = manifestOf([entry('hv1')], { csvTabs: true });
  await store.write(inRun(runId, runFiles.manifest), JSON.stringify(manifest));
  const services = createServices({
    store,
    temporaryFolder,
    connect: () => {
      throw new Error('a workbook asks no host');
    },
    accounts: oneAccount(undefined),
    log: () => undefined,
  });
  return writeWorkbook({ runId, collected: [], fleet: toFleetReference(emptyFleet) }, services);
}

describe('a store that fails in the middle of the files of a run', () => {
  it.each([
    ['the workbook', /RVTools_export_all_.*\.xlsx/],
    ['a CSV in the middle', /RVTools_tabvHost\.csv/],
    ['the zip of the CSVs', /RVTools_export_all_.*\.zip/],
    ['the check of readers', /reader_findings\.json/],
  ])('at %s leaves none of them, so that no part passes for the whole, and says which', async (_, kind) => {
    const store = memoryStore();
    const written = await write(fullAt(store, kind));
    expect(written).toMatchObject({ ok: false });
    expect(written.ok ? '' : written.error).toMatch(/could not be written: no space is left \(ENOSPC\)$/);
    expect(written.ok ? '' : written.error).toMatch(kind);
    expect(await store.list(runId)).toEqual([inRun(runId, runFiles.manifest)]);
    expect(await readdir(temporaryFolder)).toEqual([]);
  });

  it('may be asked again once there is room', async () => {
    const store = memoryStore();
    await write(fullAt(store, /\.zip$/));
    const written = await write(store);
    expect(written).toMatchObject({ ok: true });
    const files = await store.list(runId);
    expect(files.filter((name) => name.endsWith('.csv'))).toHaveLength(27);
    expect(files.some((name) => name.endsWith('.xlsx'))).toBe(true);
  });
});
