import * as nodeFiles from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, folderStore } from '../../src/stores/folder-store.ts';
import { isStoreName } from '../../src/stores/store-name.ts';

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
  it('gives back what was written, from text, bytes or a stream, in folders it makes itself', async () => {
    const store = folderStore(join(root, 'not', 'yet'));
    await store.write('run/text.json', '{"é":1}');
    await store.write('run/hosts/hv1.json.gz', new Uint8Array([0, 255, 1]));
    await store.write(
      'run/stream.bin',
      (async function* () {
        yield Buffer.from('a');
        yield Buffer.from('b');
      })(),
    );
    expect((await store.read('run/text.json'))?.toString()).toBe('{"é":1}');
    expect(await store.read('run/hosts/hv1.json.gz')).toEqual(Buffer.from([0, 255, 1]));
    expect((await store.read('run/stream.bin'))?.toString()).toBe('ab');
    expect(await store.list('run')).toEqual(['run/hosts/hv1.json.gz', 'run/stream.bin', 'run/text.json']);
    expect(await store.list('')).toHaveLength(3);
  });

  it('replaces a file as a whole', async () => {
    const store = folderStore(root);
    await store.write('a', 'a long first text');
    await store.write('a', 'short');
    expect((await store.read('a'))?.toString()).toBe('short');
  });

  it('says what is there and what is not', async () => {
    const store = folderStore(root);
    await store.write('run/a', 'x');
    expect(await Promise.all(['run/a', 'run/b', 'run', 'run/a/b', 'none/a'].map((name) => store.exists(name)))).toEqual(
      [true, false, false, false, false],
    );
    expect(await Promise.all(['run/b', 'run', 'none/a'].map((name) => store.read(name)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await store.list('none')).toEqual([]);
    await store.remove('run/a');
    await store.remove('run/a');
    expect(await store.exists('run/a')).toBe(false);
  });

  it('creates a file once, however many try at the same time', async () => {
    const store = folderStore(root);
    const tried = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create('run/manifest.json', `${index}`)),
    );
    expect(tried.filter(Boolean)).toHaveLength(1);
    expect((await store.read('run/manifest.json'))?.toString()).toBe(`${tried.indexOf(true)}`);
    expect(await store.list('')).toEqual(['run/manifest.json']);
  });

  it('creates a file once on a file system without links, too', async () => {
    const store = storeWith({ link: () => Promise.reject(systemError('EPERM')) });
    expect(await store.create('a', 'first')).toBe(true);
    expect(await store.create('a', 'second')).toBe(false);
    expect((await store.read('a'))?.toString()).toBe('first');
  });

  it.each([
    '',
    '..',
    '../a',
    'a/../../b',
    '/etc/a',
    'a//b',
    'a/',
    './a',
    'C:/a',
    'a\\b',
    'a\0b',
    'a?',
    'a.',
    ' .a.x.partial'.trim(),
  ])('refuses the name %j before it touches the disk', async (name) => {
    const store = folderStore(root);
    expect(isStoreName(name)).toBe(false);
    for (const call of [
      store.write(name, ''),
      store.create(name, ''),
      store.read(name),
      store.exists(name),
      store.remove(name),
    ]) {
      await expect(call).rejects.toThrow(TypeError);
    }
    expect(await readdir(root)).toEqual([]);
  });
});

describe('a file in the making', () => {
  it('is not seen until it is whole', async () => {
    const store = folderStore(root);
    await store.write('run/a', 'old');
    let seen: unknown;
    await store.write(
      'run/a',
      (async function* () {
        yield Buffer.from('half');
        seen = [(await store.read('run/a'))?.toString(), await store.list('run')];
        yield Buffer.from('whole');
      })(),
    );
    expect(seen).toEqual(['old', ['run/a']]);
    expect((await store.read('run/a'))?.toString()).toBe('halfwhole');
  });

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
