import type { UnknownSize } from '../inventory/collector-options.ts';
import { sumOf } from './cell-values.ts';
import { fileKey } from './joins/disk-files.ts';
import type { SizedDisk, VmStorage } from './joins/vm-storage.ts';

/** Sum of sizes: blank where one is not known, unless what is known is enough. */
function sizesTogether(sizes: readonly (number | null)[], unknownSize: UnknownSize): number | null {
  const known = sizes.filter((size) => size !== null);
  return sumOf(unknownSize === 'capacity' && known.length > 0 ? known : sizes);
}

/** Bytes that a disk takes; its capacity at most stands for what is not known. */
export const usedBytes = ({ used, capacity }: SizedDisk, unknownSize: UnknownSize): number | null =>
  used ?? (unknownSize === 'capacity' ? capacity : null);

/** A VM's storage in bytes; null: not known. */
export interface DiskFigures {
  /** What its guest sees. */
  readonly capacity: number | null;
  /** What its disks may grow to, checkpoints' files besides; never less than what is in use. */
  readonly provisioned: number | null;
  /** All files of all chains, each once, and passed-through disks as a whole. */
  readonly inUse: number | null;
  /** In use, without what other VMs use as well. */
  readonly unshared: number | null;
}

/**
 * Sums up a VM's disks and its saved memory. `isShared`: tells whether a file belongs to several VMs.
 */
export function diskFigures(
  { disks, files, stateFiles }: VmStorage,
  {
    unknownSize,
    isShared,
  }: {
    readonly unknownSize: UnknownSize;
    readonly isShared: (path: string) => boolean;
  },
): DiskFigures {
  const attached = new Set(disks.flatMap(({ chain }) => chain).map(({ path }) => fileKey(path)));
  const sharedDisks = new Set(
    disks.flatMap(({ shared, chain }) => (shared ? chain.map(({ path }) => fileKey(path)) : [])),
  );
  const passedThrough = disks.filter(({ kind }) => kind === 'passThrough').map(({ used }) => used);
  const unnamed = disks.filter(({ kind, chain }) => kind === 'image' && chain.length === 0).map(() => null);
  // Without its size, a file that is no parent may be as large as what its guest sees.
  const leaves = new Map(disks.map(({ chain: [leaf], capacity }) => [fileKey(leaf?.path ?? ''), capacity]));
  const sizeOf = ({ path, fileSize }: VmStorage['files'][number]): number | null =>
    fileSize ?? (unknownSize === 'capacity' ? (leaves.get(fileKey(path)) ?? null) : null);
  const own = files.filter(({ path }) => !sharedDisks.has(fileKey(path)) && !isShared(path));
  return {
    capacity: sizesTogether(
      disks.map((disk) => disk.capacity),
      unknownSize,
    ),
    provisioned: sizesTogether(
      [
        ...disks.map((disk) => {
          const used = usedBytes(disk, unknownSize);
          return used === null || disk.capacity === null ? null : Math.max(used, disk.capacity);
        }),
        ...files.filter(({ path }) => !attached.has(fileKey(path))).map(sizeOf),
        ...stateFiles,
      ],
      unknownSize,
    ),
    inUse: sizesTogether([...files.map(sizeOf), ...passedThrough, ...unnamed, ...stateFiles], unknownSize),
    unshared: sizesTogether([...own.map(sizeOf), ...passedThrough, ...unnamed, ...stateFiles], unknownSize),
  };
}
