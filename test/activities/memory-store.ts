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
    read: async (name) => files.get(name),
    exists: async (name) => files.has(name),
    list: async (folder) => [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).sort(),
    remove: async (name) => {
      files.delete(name);
    },
  };
}
