import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import * as nodeFiles from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { inTurn } from './in-turn.ts';
import type { OpenFile, Store } from './store.ts';
import { readError, StoreError, systemCodeOf, writeError } from './store-error.ts';
import { assertStoreName, isStoreName, isTemporaryName, temporaryName } from './store-name.ts';
import { withStoreErrors } from './store-stream.ts';

/** What the store needs of the file system. */
export interface FileSystem
  extends Pick<typeof nodeFiles, 'copyFile' | 'link' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat'> {
  readFile(path: string): Promise<Buffer>;
}

/**
 * A store in a folder, which is made with the first file. Files are written beside their place under a name that
 * `list` does not show, flushed to disk, and renamed. A disk that is full or refuses throws a StoreError.
 */
export function folderStore(root: string, files: FileSystem = nodeFiles): Store {
  const pathOf = (name: string): string => {
    assertStoreName(name);
    return join(root, ...name.split('/'));
  };
  return {
    async write(name, content) {
      const path = pathOf(name);
      await throughTemporaryFile(files, { name, path, content }, (temporary) => files.rename(temporary, path));
    },
    async create(name, content) {
      const path = pathOf(name);
      return await throughTemporaryFile(files, { name, path, content }, async (temporary) => {
        try {
          await linkOrCopy(files, temporary, path);
          return true;
        } catch (error) {
          if (systemCodeOf(error) === 'EEXIST') return false;
          throw error;
        }
      });
    },
    async update(name, change) {
      const path = pathOf(name);
      const stamp = () => unlessMissing(name, async () => stampOf(await files.stat(path)));
      await inTurn(resolve(path), async () => {
        for (let tries = 1; tries <= updateTries; tries += 1) {
          const before = await stamp();
          const content = await change(await unlessMissing(name, () => files.readFile(path)));
          if (content === undefined) return;
          // Another process may still write between the look and the renaming: a file system has no better means.
          const isDone = await throughTemporaryFile(files, { name, path, content }, async (temporary) => {
            if ((await stamp()) !== before) return false;
            await files.rename(temporary, path);
            return true;
          });
          if (isDone) return;
        }
        throw new StoreError({ code: 'storeConflict', file: name, doing: 'written', systemCode: 'changed' });
      });
    },
    async read(name) {
      return await unlessMissing(name, () => files.readFile(pathOf(name)));
    },
    async open(name) {
      return await unlessMissing(name, async () => await openFile(await files.open(pathOf(name), 'r'), name));
    },
    async exists(name) {
      const found = await unlessMissing(name, () => files.stat(pathOf(name)));
      return found?.isFile() ?? false;
    },
    async list(folder) {
      const path = folder === '' ? root : pathOf(folder);
      const names = await unlessMissing(folder, () => filesUnder(files, path, folder));
      return names?.sort() ?? [];
    },
    async folders(parent) {
      const path = parent === '' ? root : pathOf(parent);
      const entries = await unlessMissing(parent, () => files.readdir(path, { withFileTypes: true }));
      const folders = entries?.filter((entry) => entry.isDirectory() && isStoreName(entry.name)) ?? [];
      return folders.map(({ name }) => name).sort();
    },
    async remove(name) {
      try {
        await files.rm(pathOf(name), { force: true });
      } catch (error) {
        if (!isMissing(error)) throw writeError(name, error);
      }
    },
  };
}

/** How often `update` begins anew because another process wrote meanwhile. */
const updateTries = 20;

/** Differs once a file was replaced. */
const stampOf = ({ ino, mtimeMs, size }: Stats): string => `${ino} ${mtimeMs} ${size}`;

interface Incoming {
  readonly name: string;
  readonly path: string;
  readonly content: Parameters<Store['write']>[1];
}

/** Writes the content under a temporary name and hands that to `publish`; nothing temporary is left behind. */
async function throughTemporaryFile<Value>(
  files: FileSystem,
  { name, path, content }: Incoming,
  publish: (temporary: string) => Promise<Value>,
): Promise<Value> {
  const temporary = join(dirname(path), temporaryName(basename(path), randomUUID()));
  try {
    await files.mkdir(dirname(path), { recursive: true });
    const handle = await files.open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await publish(temporary);
  } catch (error) {
    throw writeError(name, error);
  } finally {
    // Gone already after a rename. Where even this fails, what went wrong before says why.
    await files.rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * A link is refused where there is a file already, and shows a new one whole: neither rename nor open does both. File
 * systems without links (exFAT) get a copy, which is refused just so, but not whole until it is done.
 */
async function linkOrCopy(files: FileSystem, temporary: string, path: string): Promise<void> {
  try {
    await files.link(temporary, path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw error;
    await files.copyFile(temporary, path, constants.COPYFILE_EXCL);
  }
}

async function openFile(handle: nodeFiles.FileHandle, name: string): Promise<OpenFile | undefined> {
  try {
    const found = await handle.stat();
    if (found.isFile()) {
      const content = withStoreErrors(handle.createReadStream(), (error) => readError(name, error));
      return { size: found.size, content };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function filesUnder(files: FileSystem, path: string, prefix: string): Promise<string[]> {
  const entries = await files.readdir(path, { withFileTypes: true });
  const names = entries.map(async (entry): Promise<string[]> => {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) return await filesUnder(files, join(path, entry.name), name);
    return entry.isFile() && !isTemporaryName(entry.name) ? [name] : [];
  });
  return (await Promise.all(names)).flat();
}

async function unlessMissing<Value>(name: string, read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw readError(name, error);
  }
}

const isMissing = (error: unknown): boolean => /^(ENOENT|ENOTDIR|EISDIR)$/.test(systemCodeOf(error) ?? '');
