import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Cell, TabRow } from '../collectors/collector.ts';
import { tabRowMaker } from '../collectors/tab-row.ts';
import { writeError } from '../stores/store-error.ts';
import { columnsOf, rvtoolsTabs, type Tabs } from './rvtools-tabs.ts';

/** Rows of a run's tabs on local disk, so that memory does not grow with the fleet. */
export interface RowSpool {
  /** Adds rows to a tab; they come back in the order in which they were added. */
  append(tab: string, rows: Iterable<TabRow>): Promise<void>;
  /** The rows of a tab; empty where none were added. After this call the tab takes no more rows. */
  rows(tab: string): AsyncIterable<TabRow>;
}

/** A cell as JSON: a date as its milliseconds in an array of one. */
type SpooledCell = string | number | null | readonly [number];

/**
 * Hands a new spool to `use` and removes its files afterwards, whatever came of it. They lie in a folder of their own
 * below `folder`, by default the system's temporary folder, readable by this account only.
 */
export async function withRowSpool<Value>(
  use: (spool: RowSpool) => Promise<Value>,
  { folder = tmpdir(), tabs = rvtoolsTabs }: { folder?: string; tabs?: Tabs } = {},
): Promise<Value> {
  const own = await mkdtemp(join(folder, 'hyperv-rvtools-rows-'));
  const files = new Map<string, SpoolFile>();
  try {
    return await use(rowSpool(own, files, tabs));
  } finally {
    await Promise.all([...files.values()].map((file) => file.abandon()));
    await rm(own, { recursive: true, force: true, maxRetries: 3 });
  }
}

function rowSpool(folder: string, files: Map<string, SpoolFile>, tabs: Tabs): RowSpool {
  return {
    async append(tab, rows) {
      const names = columnsOf(tab, tabs).map(({ name }) => name);
      const file = files.get(tab) ?? new SpoolFile(tab, join(folder, `${tab}.jsonl`));
      files.set(tab, file);
      for (const row of rows) await file.write(`${JSON.stringify(names.map((name) => toSpooled(row[name])))}\n`);
    },
    async *rows(tab) {
      const file = files.get(tab);
      if (!file) return;
      const makeRow = tabRowMaker(columnsOf(tab, tabs).map(({ name }) => name));
      for await (const line of file.lines()) {
        const cells: readonly SpooledCell[] = JSON.parse(line);
        yield makeRow((index) => fromSpooled(cells[index]));
      }
    },
  };
}

const toSpooled = (cell: Cell | undefined): SpooledCell => {
  // An invalid date would come back as 1970.
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : [cell.getTime()];
  return cell ?? null;
};

const fromSpooled = (cell: SpooledCell | undefined): Cell =>
  typeof cell === 'object' && cell !== null ? new Date(cell[0]) : (cell ?? null);

/** One tab's file. A failing disk shows as a StoreError at the next write, or when the rows are read. */
class SpoolFile {
  readonly #tab: string;
  readonly #path: string;
  readonly #out: WriteStream;
  #failure: unknown;

  constructor(tab: string, path: string) {
    this.#tab = tab;
    this.#path = path;
    this.#out = createWriteStream(path, { encoding: 'utf8', mode: 0o600, highWaterMark: 256 * 1024 });
    this.#out.on('error', (error) => {
      this.#failure = writeError(`the temporary file with the rows of ${this.#tab}`, error);
    });
  }

  async write(line: string): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#out.write(line)) return;
    await once(this.#out, 'drain').catch((error: unknown) => {
      throw this.#failure ?? error;
    });
  }

  /** Split at LF only: a reader of lines would also break at U+2028, which JSON leaves as it is. */
  async *lines(): AsyncIterable<string> {
    if (this.#failure) throw this.#failure;
    this.#out.end();
    await finished(this.#out).catch((error: unknown) => {
      throw this.#failure ?? error;
    });
    let rest = '';
    for await (const chunk of createReadStream(this.#path, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
      const pieces = `${rest}${String(chunk)}`.split('\n');
      rest = pieces.pop() ?? '';
      yield* pieces;
    }
  }

  /** Lets go of the file; what it could not write no longer matters. */
  async abandon(): Promise<void> {
    if (this.#out.closed) return;
    // Not `once`: it fails with what the stream could not write, and takes the place of why the work was given up.
    const closed = new Promise<void>((resolve) => void this.#out.once('close', resolve));
    this.#out.destroy();
    await closed;
  }
}
