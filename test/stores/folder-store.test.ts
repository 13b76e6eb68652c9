import * as nodeFiles from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, folderStore } from '../../src/stores/folder-store.ts';

const systemError = (code: string, path = '/secret/place') =>
  Object.assign(new Error(`${code}: refused, open '${path}'`), { code, syscall: 'open', path });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-store-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The real file system, but for what a test replaces. */
const storeWith = (over: Partial<FileSystem>) => folderStore(root, { ...nodeFiles, ...over });

/** A disk that takes only so many bytes of a file. */
function diskWithRoomFor(bytes: number): Partial<FileSystem> {
  const open = async (...args: Parameters<FileSystem['open']>) => {
    const handle = await nodeFiles.open(...args);
    const writeAll = async (content: unknown) => {
      const chunks =
        typeof content === 'string' || content instanceof Uint8Array
          ? [content]
          : (content as AsyncIterable<Uint8Array>);
      let room = bytes;
      for await (const chunk of chunks) {
        const piece = Buffer.from(chunk as Uint8Array).subarray(0, room);
        await handle.write(piece);
        room -= piece.length;
        if (piece.length < chunk.length) throw systemError('ENOSPC');
      }
    };
    handle.writeFile = writeAll as typeof handle.writeFile;
    return handle;
  };
  return { open };
}

describe('a folder as store', () => {
  it('creates a file once on a file system without links, too', async () => {
    const store = storeWith({ link: () => Promise.reject(systemError('EPERM')) });
    expect(await store.create('a', 'first')).toBe(true);
    expect(await store.create('a', 'second')).toBe(false);
    expect((await store.read('a'))?.toString()).toBe('first');
  });
});

describe('a file in the making', () => {
  it('leaves the old one in place, and nothing else, where its source fails', async () => {
    const store = folderStore(root);
    await store.write('run/a', 'old');
    const failing = (async function* () {
      yield Buffer.from('half');
      throw new Error('the source broke');
    })();
    await expect(store.write('run/a', failing)).rejects.toThrow('the source broke');
    expect((await store.read('run/a'))?.toString()).toBe('old');
    expect(await readdir(join(root, 'run'))).toEqual(['a']);
  });

  it('is not listed where a crash left it behind', async () => {
    const store = storeWith({ rename: () => new Promise(() => undefined) });
    void store.write('run/a', 'x');
    await expect.poll(() => readdir(join(root, 'run')).catch(() => [])).toHaveLength(1);
    expect(await folderStore(root).list('run')).toEqual([]);
    expect(await folderStore(root).exists('run/a')).toBe(false);
  });
});

describe('a disk that fails', () => {
  it('when it is full, is named as such; the file keeps its old content and no part of the new one stays', async () => {
    await folderStore(root).write('run/a', 'old');
    const store = storeWith(diskWithRoomFor(3));
    const error = { name: 'StoreError', code: 'storeFull', file: 'run/a', systemCode: 'ENOSPC' };
    await expect(store.write('run/a', 'too much')).rejects.toMatchObject(error);
    await expect(store.create('run/b', 'too much')).rejects.toMatchObject({ ...error, file: 'run/b' });
    expect(await readdir(join(root, 'run'))).toEqual(['a']);
    expect(await readFile(join(root, 'run', 'a'), 'utf8')).toBe('old');
  });

  it.each(['EACCES', 'EROFS', 'EPERM'])('when it refuses (%s), names the file and not where it lies', async (code) => {
    const refusal = await storeWith({ open: () => Promise.reject(systemError(code)) })
      .write('run/a', 'x')
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 'storeUnwritable', file: 'run/a', systemCode: code });
    expect(refusal.message).toMatch(new RegExp(`^run/a could not be written \\(${code}\\)`));
    expect(JSON.stringify(refusal) + refusal.message).not.toContain('secret');
  });

  it('says that a file may be open elsewhere where it cannot be replaced', async () => {
    const store = storeWith({ rename: () => Promise.reject(systemError('EBUSY')) });
    await expect(store.write('a.csv', 'x')).rejects.toThrow(
      'a.csv could not be written (EBUSY); is it open in another program?',
    );
    expect(await readdir(root)).toEqual([]);
  });

  it('is told from a file that was not there when the folder is no folder', async () => {
    await writeFile(join(root, 'file'), '');
    const store = folderStore(join(root, 'file'));
    await expect(store.write('a', 'x')).rejects.toMatchObject({ code: 'storeUnwritable' });
    await expect(store.create('a', 'x')).rejects.toMatchObject({ code: 'storeUnwritable' });
  });

  it('is told from a missing file when it cannot be read', async () => {
    const store = storeWith({ readFile: () => Promise.reject(systemError('EIO')) });
    await expect(store.read('run/a')).rejects.toMatchObject({ code: 'storeUnreadable', systemCode: 'EIO' });
  });
});
