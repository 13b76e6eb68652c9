import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { sumOf } from '../cell-values.ts';
import { chainOf, type DiskFile, diskFiles, fileKey } from './disk-files.ts';
import type { Disk } from './disks.ts';
import { knownRows } from './facts.ts';
import { stateFiles } from './folders.ts';
import { parseInstanceId } from './instance-id.ts';
import { type PassThroughDisk, passThroughDisks } from './pass-through.ts';

/** A disk of a VM with all that is known of its size. Bytes; null: not known. */
export interface SizedDisk extends Disk {
  readonly capacity: number | null;
  /** What it takes on the host: all files of its chain, or a passed-through disk as a whole. */
  readonly used: number | null;
  /** Of an image: the attached file first, then its parents. */
  readonly chain: readonly DiskFile[];
  readonly passThrough: PassThroughDisk | null;
  /** True: several VMs may use it at a time. */
  readonly shared: boolean;
  /** Why a size is not known; null where both are. */
  readonly problem: string | null;
}

/** The storage of a VM. */
export interface VmStorage {
  readonly disks: readonly SizedDisk[];
  /** Every file of every chain, those of checkpoints too, each once. */
  readonly files: readonly DiskFile[];
  /** Bytes of the files with saved memory and device states, of checkpoints too, as far as they were seen. */
  readonly stateFiles: readonly number[];
}

/** Files by lower-case path → how many VMs of the host have them in a chain. */
type Users = ReadonlyMap<string, number>;

export interface HostStorage {
  of(
    disks: readonly Disk[],
    checkpoints: readonly Row<'virtualSystems'>[],
    settings: Row<'virtualSystems'> | null | undefined,
  ): VmStorage;
  /** Bytes of a checkpoint's saved memory and device states; null where they were not seen. */
  memoryOf(checkpoint: Row<'virtualSystems'>): number | null;
  /** Of a checkpoint's settings: the files it would go back to. */
  imagesOf(settings: Row<'virtualSystems'>): readonly string[];
}

const isHardDisk = (row: Row<'storageAllocations'>): boolean =>
  row.ResourceSubType?.toLowerCase() === 'microsoft:hyper-v:virtual hard disk';

/** Paths of disk files by the GUID of the configuration (a VM's active one, or a checkpoint's) that names them. */
function imagesByConfiguration(facts: FactOutcomes): ReadonlyMap<string, readonly string[]> {
  const images = new Map<string, string[]>();
  for (const row of knownRows(facts, 'storageAllocations') ?? []) {
    const key = parseInstanceId(row.InstanceID);
    const path = row.HostResource[0];
    if (key.kind !== 'settings' || !path || !isHardDisk(row)) continue;
    const known = images.get(key.configId);
    if (known === undefined) images.set(key.configId, [path]);
    else known.push(path);
  }
  return images;
}

/** Reads what a host told of disk files and of its own disks, for the disks of its VMs to be sized. */
export function hostStorage(facts: FactOutcomes): HostStorage {
  const fileAt = diskFiles(facts);
  const passThroughOf = passThroughDisks(facts);
  const images = imagesByConfiguration(facts);
  const stateFilesAt = stateFiles(facts);

  const stateFilesOf = (
    { ConfigurationID, ConfigurationDataRoot, SnapshotDataRoot, InstanceID }: Row<'virtualSystems'>,
    folder: 'Virtual Machines' | 'Snapshots',
  ): readonly number[] => {
    const key = parseInstanceId(InstanceID);
    const id = ConfigurationID ?? (key.kind === 'settings' ? key.configId : '');
    const root = folder === 'Snapshots' ? (SnapshotDataRoot ?? ConfigurationDataRoot) : ConfigurationDataRoot;
    return stateFilesAt(root, folder, id);
  };

  const imagesOf = (settings: Row<'virtualSystems'>): readonly string[] => {
    const key = parseInstanceId(settings.InstanceID);
    return (key.kind === 'settings' && images.get(key.configId)) || [];
  };

  const sized = (disk: Disk): SizedDisk => {
    if (disk.kind === 'passThrough') {
      const passThrough = disk.drive ? passThroughOf(disk.drive) : { number: null, size: null, uniqueId: null };
      const { size } = passThrough;
      const problem = size === null ? 'hostDiskNotFound' : null;
      return { ...disk, capacity: size, used: size, chain: [], passThrough, shared: false, problem };
    }
    const chain = disk.path === null ? [] : chainOf(disk.path, fileAt);
    return {
      ...disk,
      capacity: chain[0]?.capacity ?? null,
      used: chain.length === 0 ? null : sumOf(chain.map(({ fileSize }) => fileSize)),
      chain,
      passThrough: null,
      shared: disk.image?.PersistentReservationsSupported === true || /\.vhds$/i.test(disk.path ?? ''),
      problem: chain.length === 0 ? 'fileNotNamed' : (chain.find((file) => file.problem !== null)?.problem ?? null),
    };
  };

  return {
    imagesOf,
    memoryOf: (checkpoint) => {
      const sizes = stateFilesOf(checkpoint, 'Snapshots');
      return sizes.length === 0 ? null : sumOf(sizes);
    },
    of(disks, checkpoints, settings) {
      const sizedDisks = disks.map(sized);
      const files = new Map<string, DiskFile>();
      for (const file of [
        ...sizedDisks.flatMap(({ chain }) => chain),
        ...checkpoints.flatMap(imagesOf).flatMap((path) => chainOf(path, fileAt)),
      ]) {
        if (!files.has(fileKey(file.path))) files.set(fileKey(file.path), file);
      }
      return {
        disks: sizedDisks,
        files: [...files.values()],
        stateFiles: [
          ...(settings ? stateFilesOf(settings, 'Virtual Machines') : []),
          ...checkpoints.flatMap((checkpoint) => stateFilesOf(checkpoint, 'Snapshots')),
        ],
      };
    },
  };
}

/** Counts how many of the host's VMs have a file in a chain. */
export function usersOfFiles(machines: Iterable<VmStorage | undefined>): Users {
  const users = new Map<string, number>();
  for (const storage of machines) {
    for (const { path } of storage?.files ?? []) users.set(fileKey(path), (users.get(fileKey(path)) ?? 0) + 1);
  }
  return users;
}
