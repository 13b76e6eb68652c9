import { createHash } from 'node:crypto';
import { inRun, runFiles } from '../inventory/file-names.ts';
import type { Store } from '../stores/store.ts';

/** Kept in the folder, so that the next run knows what is ours to remove. */
export const publishedListName = '.hyperv-rvtools-published.json';

interface PublishedFile {
  readonly name: string;
  /** Hex, of the content as it was published. */
  readonly sha256: string;
}

interface PublishedList {
  readonly runId: string;
  readonly files: readonly PublishedFile[];
}

export interface Publication {
  readonly runId: string;
  /** Holds the run under its id. */
  readonly runs: Store;
  /** The folder where the newest run's files lie directly. */
  readonly folder: Store;
  /** False for a dry run and for smoke-collect: no workbook is published. */
  readonly workbook: boolean;
}

/** Files of a run that only the exporter itself reads. */
const ownFiles: readonly string[] = [runFiles.manifest, runFiles.state, runFiles.statedGuests, runFiles.toldGuests];

/**
 * Copies a run's files (not its hosts' records, manifest and state) into the folder and removes what the run before
 * had published there and this one has not. A file that this never published, or that somebody has changed since, is
 * not removed; only a file of the very same name is replaced. Returns the names published, sorted.
 */
export async function publishRun({ runId, runs, folder, workbook }: Publication): Promise<readonly string[]> {
  const before = await readList(folder);
  const names = (await runs.list(runId))
    .map((name) => name.slice(inRun(runId, '').length))
    .filter((name) => !name.includes('/') && !ownFiles.includes(name) && (workbook || !name.endsWith('.xlsx')));
  const published: PublishedFile[] = [];
  for (const name of names) {
    const content = await runs.read(inRun(runId, name));
    if (!content) continue;
    published.push({ name, sha256: hashOf(content) });
    // Listed before it is there: an interruption leaves no file behind that nobody would ever remove.
    await writeList(folder, { runId, files: [...before.files, ...published] });
    await folder.write(name, content);
  }
  for (const old of before.files) {
    if (published.some(({ name }) => name === old.name)) continue;
    const content = await folder.read(old.name);
    if (content && hashOf(content) === old.sha256) await folder.remove(old.name);
  }
  await writeList(folder, { runId, files: published });
  return published.map(({ name }) => name);
}

async function readList(folder: Store): Promise<PublishedList> {
  const text = (await folder.read(publishedListName))?.toString('utf8');
  return text === undefined ? { runId: '', files: [] } : parseList(text);
}

/** A list that somebody has spoilt names nothing that may be removed. */
function parseList(text: string): PublishedList {
  try {
    const list: unknown = JSON.parse(text);
    if (typeof list !== 'object' || list === null || !('files' in list) || !Array.isArray(list.files))
      throw new Error();
    return { runId: '', files: list.files.filter(isPublishedFile) };
  } catch {
    return { runId: '', files: [] };
  }
}

/** A name with a folder in it was never ours. */
function isPublishedFile(file: unknown): file is PublishedFile {
  if (typeof file !== 'object' || file === null || !('name' in file) || !('sha256' in file)) return false;
  return typeof file.name === 'string' && !/[\\/]|^\.+$/.test(file.name) && typeof file.sha256 === 'string';
}

const writeList = (folder: Store, list: PublishedList): Promise<void> =>
  folder.write(publishedListName, `${JSON.stringify(list, null, 2)}\n`);

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
