import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { knownRows } from './facts.ts';
import { comparable } from './instance-id.ts';
import { parseObjectPath } from './object-path.ts';
import { joinByVm, type OwnerOf } from './settings-owners.ts';

/** A disk of a VM: an image file on a drive, or a host's disk passed through. */
export interface Disk {
  readonly kind: 'image' | 'passThrough';
  /** The drive it is in; undefined where the image names a drive that is not listed. */
  readonly drive: Row<'resourceAllocations'> | undefined;
  /** Of an image, as the host has it; null for a disk that is passed through, or where the host names none. */
  readonly path: string | null;
}

export interface JoinedDisks {
  /** Undefined: a fact is missing. */
  readonly byVm: ReadonlyMap<string, readonly Disk[]> | undefined;
  readonly unjoined: readonly string[];
}

const virtualHardDisk = 'microsoft:hyper-v:virtual hard disk';
const physicalDiskDrive = 'microsoft:hyper-v:physical disk drive';

const isOfType = (row: { readonly ResourceSubType: string | null }, type: string): boolean =>
  row.ResourceSubType?.toLowerCase() === type;

/** The drive of an image: by its Parent path, else by the key, in which `\D` names the drive and `\L` the image. */
function driveOf(
  image: Row<'storageAllocations'>,
  drives: readonly Row<'resourceAllocations'>[],
): Row<'resourceAllocations'> | undefined {
  const parent = comparable(parseObjectPath(image.Parent)?.keys.instanceid ?? null);
  const sibling = comparable(image.InstanceID).replace(/\\l$/, '\\d');
  return (
    drives.find((drive) => parent !== '' && comparable(drive.InstanceID) === parent) ??
    drives.find((drive) => comparable(drive.InstanceID) === sibling)
  );
}

function disksOf(
  drives: readonly Row<'resourceAllocations'>[],
  images: readonly Row<'storageAllocations'>[],
): readonly Disk[] {
  return [
    ...images
      .filter((image) => isOfType(image, virtualHardDisk))
      .map((image) => ({ kind: 'image', drive: driveOf(image, drives), path: image.HostResource[0] ?? null }) as const),
    ...drives
      .filter((drive) => isOfType(drive, physicalDiskDrive))
      .map((drive) => ({ kind: 'passThrough', drive, path: null }) as const),
  ];
}

/** Joins drives and the images in them to VMs. DVD and floppy media are no disks. */
export function joinDisks(facts: FactOutcomes, ownerOf: OwnerOf): JoinedDisks {
  const drives = joinByVm('resourceAllocations', knownRows(facts, 'resourceAllocations'), ownerOf);
  const images = joinByVm('storageAllocations', knownRows(facts, 'storageAllocations'), ownerOf);
  const unjoined = [...drives.unjoined, ...images.unjoined];
  if (drives.byVm === undefined || images.byVm === undefined) return { byVm: undefined, unjoined };
  const ids = new Set([...drives.byVm.keys(), ...images.byVm.keys()]);
  return {
    byVm: new Map([...ids].map((id) => [id, disksOf(drives.byVm?.get(id) ?? [], images.byVm?.get(id) ?? [])])),
    unjoined,
  };
}
