import type { Readable } from 'node:stream';

/**
 * Where a run's files go: a folder, or a blob container. Names are relative, with forward slashes, e.g.
 * `20261123T020000Z-7f3a9c/run.json`. A file appears whole or not at all: it is written under a temporary name and
 * renamed, or committed in one step.
 */
export interface Store {
  /** Writes or replaces a file. */
  write(name: string, content: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes a file only if there is none of that name; false where there is. */
  create(name: string, content: string): Promise<boolean>;
  /**
   * Changes a file that several may write at a time: `change` gets what is there and gives what shall be, undefined for
   * no change. Where another was faster it is asked again, with what that one left.
   */
  update(
    name: string,
    change: (current: Buffer | undefined) => Promise<Uint8Array | string | undefined>,
  ): Promise<void>;
  /** The whole file, or undefined where there is none. */
  read(name: string): Promise<Buffer | undefined>;
  /**
   * The file as a stream, or undefined where there is none: for files of any size. Whoever opens it reads it to its end
   * or destroys it. A failure on the way ends the stream with a StoreError.
   */
  open(name: string): Promise<OpenFile | undefined>;
  exists(name: string): Promise<boolean>;
  /** Names of all files under a folder, sorted; empty where there is none. */
  list(folder: string): Promise<readonly string[]>;
  /** Names of the folders that lie directly in a folder (`''`: the store itself), sorted; empty where there is none. */
  folders(parent: string): Promise<readonly string[]>;
  /** Removes a file; nothing happens where there is none. */
  remove(name: string): Promise<void>;
}

/** A file that is being read. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number;
  readonly content: Readable;
}
