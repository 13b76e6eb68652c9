import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { failure, type Result, success } from '../result.ts';
import { folderStore } from '../stores/folder-store.ts';
import type { Store } from '../stores/store.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** Where the files of runs go on this machine. */
export interface OutDir {
  /** As the user gave it, for messages. */
  readonly given: string;
  /** Absolute. */
  readonly path: string;
  /** Here lie the newest run's files. */
  readonly folder: Store;
  /** Here lies each run under its id. */
  readonly runs: Store;
}

/** Where an out-dir's files are; nothing is read or written. */
export function locateOutDir(given: string, workingFolder: string): OutDir {
  const path = resolve(workingFolder, given);
  return { given, path, folder: folderStore(path), runs: folderStore(join(path, 'runs')) };
}

/** Where files go where nothing else is asked for. */
export const defaultOutDir = './out';

/** The options that go on with a run, for messages; the default out-dir need not be named. */
export function resumeOptions(runId: string, outDir: string): string {
  const named = /[\s'&;]/.test(outDir) ? `"${outDir}"` : outDir;
  return `--resume ${runId}${outDir === defaultOutDir ? '' : ` --out-dir ${named}`}`;
}

/** Makes the folder and proves that it takes files; a run that could not leave its report must not start. */
export async function openOutDir(given: string, workingFolder: string): Promise<Result<OutDir, UsageError>> {
  if (given.trim() === '') return failure(usageError('--out-dir must name a folder.'));
  const outDir = locateOutDir(given, workingFolder);
  try {
    await makeFolders(outDir.path);
    await rmdir(await mkdtemp(join(outDir.path, '.writable-')));
    return success(outDir);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return failure(usageError(`--out-dir: ${given} cannot be written (${code}).`));
  }
}

/**
 * Makes a folder and those above it. Node's own `recursive` never comes back where a folder is there and takes no others,
 * as with /proc: it takes the ENOENT for a missing parent, again and again.
 */
async function makeFolders(path: string): Promise<void> {
  const made = await mkdir(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(made instanceof Error)) return;
  if (made.code === 'EEXIST' && (await stat(path)).isDirectory()) return;
  const parent = dirname(path);
  if (made.code !== 'ENOENT' || (await isThere(parent))) throw made;
  await makeFolders(parent);
  await mkdir(path);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
