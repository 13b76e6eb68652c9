import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Store } from '../../src/stores/store.ts';

/** A store in memory, with the order in which files were written. */
export function memoryStore(): Store & { readonly written: string[] } {
  const files = new Map<string, Buffer>();
  const written: string[] = [];
  return {
    written,
    write: async (name, content) => {
      const whole =
        typeof content === 'string' || content instanceof Uint8Array ? Buffer.from(content) : await buffer(content);
      files.set(name, whole);
      written.push(name);
    },
    create: async (name, content) => {
      if (files.has(name)) return false;
      files.set(name, Buffer.from(content));
      written.push(name);
      return true;
    },
    update: async (name, change) => {
      const next = await change(files.get(name));
      if (next === undefined) return;
      files.set(name, Buffer.from(next));
      written.push(name);
    },
    read: async (name) => files.get(name),
    open: async (name) => {
      const content = files.get(name);
      return content && { size: content.length, content: Readable.from([content]) };
    },
    exists: async (name) => files.has(name),
    list: async (folder) => [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).sort(),
    folders: async (parent) => {
      const prefix = parent === '' ? '' : `${parent}/`;
      const below = [...files.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length));
      const folders = below.flatMap((name) => (name.includes('/') ? [name.slice(0, name.indexOf('/'))] : []));
      return [...new Set(folders)].sort();
    },
    remove: async (name) => {
      files.delete(name);
    },
  };
}
