import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blobService } from '../../src/stores/blob-service.ts';
import { blobStore } from '../../src/stores/blob-store.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import type { Store } from '../../src/stores/store.ts';
import { isStoreName } from '../../src/stores/store-name.ts';
import { type Azurite, startAzurite } from '../fixtures/azurite.ts';

interface StoreUnderTest {
  readonly store: Store;
  readonly remove: () => Promise<void>;
}

async function inFolder(): Promise<StoreUnderTest> {
  const root = await mkdtemp(join(tmpdir(), 'store-contract-test-'));
  return { store: folderStore(join(root, 'not', 'yet')), remove: () => rm(root, { recursive: true, force: true }) };
}

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.stop());

async function inContainer(): Promise<StoreUnderTest> {
  const service = await blobService({ connectionString: azurite.connectionString });
  const container = service.getContainerClient(`test-${randomUUID()}`);
  return { store: blobStore(container), remove: async () => void (await container.deleteIfExists()) };
}

const kinds: readonly (readonly [string, () => Promise<StoreUnderTest>])[] = [
  ['a folder', inFolder],
  ['a blob container', inContainer],
];

const textOf = async (store: Store, name: string) => (await store.read(name))?.toString();

describe.each(kinds)('%s as store', (_kind, open) => {
  const opened: StoreUnderTest[] = [];
  const newStore = async (): Promise<Store> => {
    const underTest = await open();
    opened.push(underTest);
    return underTest.store;
  };
  afterEach(async () => {
    for (const { remove } of opened.splice(0)) await remove();
  });

  it('gives back what was written, from text, bytes or a stream', async () => {
    const store = await newStore();
    await store.write('run/text.json', '{"é":1}');
    await store.write('run/hosts/hv1.json.gz', new Uint8Array([0, 255, 1]));
    await store.write('run/stream.bin', Readable.from([Buffer.from('a'), Buffer.from('b')]));
    await store.write('run/empty', '');
    expect(await textOf(store, 'run/text.json')).toBe('{"é":1}');
    expect(await store.read('run/hosts/hv1.json.gz')).toEqual(Buffer.from([0, 255, 1]));
    expect(await textOf(store, 'run/stream.bin')).toBe('ab');
    expect(await textOf(store, 'run/empty')).toBe('');
    expect(await store.list('run')).toEqual(['run/empty', 'run/hosts/hv1.json.gz', 'run/stream.bin', 'run/text.json']);
    expect(await store.list('run/hosts')).toEqual(['run/hosts/hv1.json.gz']);
    expect(await store.list('')).toHaveLength(4);
  });

  it('keeps names as they are, with blanks, percent and number signs, and letters of any language', async () => {
    const store = await newStore();
    const names = ['run/a b.txt', 'run/a%20b.txt', 'run/a#b.txt', 'run/ä+é&=.txt', 'run/日本.txt'];
    for (const name of names) await store.write(name, name);
    expect(await store.list('run')).toEqual(names.toSorted());
    for (const name of names) expect(await textOf(store, name)).toBe(name);
  });

  it('streams a file with its size', async () => {
    const store = await newStore();
    const content = Buffer.alloc(3_000_000, 'some text ');
    await store.write('run/large', content);
    const file = await store.open('run/large');
    expect(file?.size).toBe(content.length);
    expect(file && (await buffer(file.content)).equals(content)).toBe(true);
  });

  it('lets a reader of a stream go away early', async () => {
    const store = await newStore();
    await store.write('run/large', Buffer.alloc(3_000_000));
    const file = await store.open('run/large');
    for await (const chunk of file?.content ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(file?.content.destroyed).toBe(true);
    await store.write('run/large', 'anew');
    expect(await textOf(store, 'run/large')).toBe('anew');
  });

  it('replaces a file as a whole', async () => {
    const store = await newStore();
    await store.write('a', 'a long first text');
    await store.write('a', 'short');
    expect(await textOf(store, 'a')).toBe('short');
  });

  it('says what is there and what is not', async () => {
    const store = await newStore();
    expect(await store.list('')).toEqual([]);
    expect(await store.exists('run/a')).toBe(false);
    await store.write('run/a', 'x');
    const all = <Value>(names: readonly string[], ask: (name: string) => Promise<Value>) => Promise.all(names.map(ask));
    expect(await all(['run/a', 'run/b', 'run', 'run/a/b', 'none/a'], store.exists)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    const missing = ['run/b', 'run', 'none/a', 'run/a/b'];
    expect(await all(missing, store.read)).toEqual(missing.map(() => undefined));
    expect(await all(missing, store.open)).toEqual(missing.map(() => undefined));
    expect(await store.list('none')).toEqual([]);
    await store.remove('run/a');
    await store.remove('run/a');
    expect(await store.exists('run/a')).toBe(false);
  });

  it('names the folders directly in a folder, and no file', async () => {
    const store = await newStore();
    for (const name of ['b/x', 'a/hosts/1', 'a/hosts/2', 'a/control/cancel', 'top.gz']) await store.write(name, '');
    expect(await store.folders('')).toEqual(['a', 'b']);
    expect(await store.folders('a')).toEqual(['control', 'hosts']);
    expect(await store.folders('b')).toEqual([]);
    expect(await store.folders('none')).toEqual([]);
  });

  it('creates a file once, however many try at the same time', async () => {
    const store = await newStore();
    const tried = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create('run/manifest.json', `${index}`)),
    );
    expect(tried.filter(Boolean)).toHaveLength(1);
    expect(await textOf(store, 'run/manifest.json')).toBe(`${tried.indexOf(true)}`);
    expect(await store.list('')).toEqual(['run/manifest.json']);
  });

  it('loses nothing that several write into one file at the same time', async () => {
    const store = await newStore();
    const add = (letter: string) => store.update('seen', async (current) => `${current?.toString() ?? ''}${letter}`);
    await Promise.all([...'abcdefgh'].map(add));
    expect([...((await textOf(store, 'seen')) ?? '')].toSorted().join('')).toBe('abcdefgh');
    await store.update('seen', async () => undefined);
    expect(await textOf(store, 'seen')).toHaveLength(8);
    await expect(store.update('seen', () => Promise.reject(new Error('no idea')))).rejects.toThrow('no idea');
    await add('i');
    expect(await textOf(store, 'seen')).toHaveLength(9);
  });

  it('shows a file in the making to nobody until it is whole', async () => {
    const store = await newStore();
    await store.write('run/a', 'old');
    let seen: unknown;
    await store.write(
      'run/a',
      (async function* () {
        yield Buffer.from('half');
        seen = [await textOf(store, 'run/a'), await store.list('run')];
        yield Buffer.from('whole');
      })(),
    );
    expect(seen).toEqual(['old', ['run/a']]);
    expect(await textOf(store, 'run/a')).toBe('halfwhole');
  });

  it('keeps the old file, and nothing else, where the source of a new one fails', async () => {
    const store = await newStore();
    await store.write('run/a', 'old');
    const failing = async function* () {
      yield Buffer.alloc(9_000_000);
      throw new Error('the source broke');
    };
    await expect(store.write('run/a', failing())).rejects.toThrow('the source broke');
    await expect(store.write('run/b', failing())).rejects.toThrow('the source broke');
    expect(await textOf(store, 'run/a')).toBe('old');
    expect(await store.list('')).toEqual(['run/a']);
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
    '.a.x.partial',
  ])('refuses the name %j before it touches anything', async (name) => {
    const store = await newStore();
    expect(isStoreName(name)).toBe(false);
    for (const call of [
      store.write(name, ''),
      store.create(name, ''),
      store.read(name),
      store.open(name),
      store.exists(name),
      store.remove(name),
    ]) {
      await expect(call).rejects.toThrow(TypeError);
    }
    if (name !== '') await expect(store.folders(name)).rejects.toThrow(TypeError);
    expect(await store.list('')).toEqual([]);
  });
});
