import type { FactOutcomes } from '../../facts/fact.ts';
import { dateOf, numberOf } from '../cell-values.ts';
import { fileKey } from './disk-files.ts';
import { knownRows } from './facts.ts';

/** A file in a folder that was looked at. */
export interface FolderFile {
  readonly path: string;
  readonly name: string;
  /** Null: not known. */
  readonly bytes: number | null;
  readonly writtenAt: Date | null;
}

/** A folder of VMs or their disks, as it was listed. */
export interface Folder {
  readonly path: string;
  readonly files: readonly FolderFile[];
  /** Why it was not listed; null: it was. */
  readonly problem: string | null;
  /** Files in it that are beyond a limit. */
  readonly filesLeftOut: number;
  /** Folders in it that were not looked at: they lie too deep, or are beyond the limit. */
  readonly foldersLeftOut: number;
}

const join = (folder: string, name: string): string => (folder.endsWith('\\') ? folder + name : `${folder}\\${name}`);

const read = new WeakMap<FactOutcomes, readonly Folder[]>();

/** The folders that a host told of; undefined where it is not known. */
export function foldersOf(facts: FactOutcomes): readonly Folder[] | undefined {
  const rows = knownRows(facts, 'folders');
  if (rows === undefined) return undefined;
  const known = read.get(facts);
  if (known !== undefined) return known;
  const asked = new Set(rows.map(({ Input }) => fileKey(Input ?? '')));
  const folders = rows.map((row): Folder => {
    const path = row.Input ?? '';
    return {
      path,
      files: row.FileNames.map((name, place) => ({
        path: join(path, name),
        name,
        bytes: numberOf(row.FileSizes[place]),
        writtenAt: dateOf(row.FileTimes[place]),
      })),
      problem: row.ErrorCode,
      filesLeftOut: row.FilesLeftOut ?? 0,
      foldersLeftOut: (row.FoldersLeftOut ?? 0) + row.Folders.filter((inside) => !asked.has(fileKey(inside))).length,
    };
  });
  read.set(facts, folders);
  return folders;
}

/** Sizes in bytes of the files with the state of a VM or of a checkpoint, as far as its folder was looked into. */
export type StateFiles = (
  root: string | null,
  folder: 'Virtual Machines' | 'Snapshots',
  id: string,
) => readonly number[];

/**
 * Finds saved memory and device states under a root: `<id>.vmrs`, and up to Windows Server 2012 R2 `.bin` and `.vsv` in a
 * folder of that id.
 */
export function stateFiles(facts: FactOutcomes): StateFiles {
  const sizes = new Map<string, number>();
  for (const { path, bytes } of (foldersOf(facts) ?? []).flatMap(({ files }) => files)) {
    if (bytes !== null && /\.(?:vmrs|bin|vsv)$/i.test(path)) sizes.set(fileKey(path), bytes);
  }
  return (root, folder, id) => {
    if (root === null) return [];
    const place = join(join(root.replace(/[\\/]+$/, ''), folder), id);
    const paths = [`${place}.vmrs`, ...['bin', 'vsv'].map((kind) => `${place}\\${id}.${kind}`)];
    return paths.flatMap((path) => sizes.get(fileKey(path)) ?? []);
  };
}
