import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { type DrivePosition, driveOf, inDriveOrder, positionsOf } from './drives.ts';
import { knownRows } from './facts.ts';
import { joinByVm, type OwnerOf } from './settings-owners.ts';

/** A disk of a VM: an image file on a drive, or a host's disk passed through. */
export interface Disk {
  readonly kind: 'image' | 'passThrough';
  /** The drive it is in; undefined where the image names a drive that is not listed. */
  readonly drive: Row<'resourceAllocations'> | undefined;
  /** Undefined where its drive or controller is not listed. */
  readonly position: DrivePosition | undefined;
  /** The settings of an image; undefined for a disk that is passed through. */
  readonly image: Row<'storageAllocations'> | undefined;
  /** Of an image, as the host has it; null for a disk that is passed through, or where the host names none. */
  readonly path: string | null;
}

/** A DVD drive of a VM. */
export interface DvdDrive {
  readonly position: DrivePosition | undefined;
  /** What is in it: the path of an image file, a drive of the host, or null for nothing. */
  readonly medium: { readonly kind: 'image' | 'hostDrive'; readonly path: string } | null;
}

/** The storage of one VM. */
export interface VmDrives {
  /** In the order of their places: IDE before SCSI, then by controller and slot. */
  readonly disks: readonly Disk[];
  readonly dvds: readonly DvdDrive[];
}

export interface JoinedDrives {
  /** Undefined: a fact is missing. */
  readonly byVm: ReadonlyMap<string, VmDrives> | undefined;
  readonly unjoined: readonly string[];
}

const virtualHardDisk = 'microsoft:hyper-v:virtual hard disk';
const physicalDiskDrive = 'microsoft:hyper-v:physical disk drive';
const physicalDvdDrive = 'microsoft:hyper-v:physical dvd drive';
const syntheticDvdDrive = 'microsoft:hyper-v:synthetic dvd drive';
const virtualDvdDisk = 'microsoft:hyper-v:virtual cd/dvd disk';

const isOfType = (row: { readonly ResourceSubType: string | null }, ...types: readonly string[]): boolean =>
  types.includes(row.ResourceSubType?.toLowerCase() ?? '');

type Rows = readonly Row<'resourceAllocations'>[];
type Images = readonly Row<'storageAllocations'>[];

function disksOf(rows: Rows, images: Images): readonly Disk[] {
  const positionOf = positionsOf(rows);
  const attached = images
    .filter((image) => isOfType(image, virtualHardDisk))
    .map((image): Disk => {
      const drive = driveOf(image, rows);
      return {
        kind: 'image',
        drive,
        position: drive && positionOf(drive),
        image,
        path: image.HostResource[0] || null,
      };
    });
  const passedThrough = rows
    .filter((row) => isOfType(row, physicalDiskDrive))
    .map((drive): Disk => ({ kind: 'passThrough', drive, position: positionOf(drive), image: undefined, path: null }));
  return inDriveOrder([...attached, ...passedThrough]);
}

/** A path of a file; anything else names a device of the host. */
const isFile = (path: string): boolean => /^(?:[A-Z]:\\|\\\\(?![.?]\\)|\\\\\?\\(?:[A-Z]:|UNC\\|Volume))/i.test(path);

function dvdsOf(rows: Rows, images: Images): readonly DvdDrive[] {
  const positionOf = positionsOf(rows);
  const media = images
    .filter((image) => isOfType(image, virtualDvdDisk))
    .map((image) => ({ drive: driveOf(image, rows), path: image.HostResource.find(Boolean) }));
  return inDriveOrder(
    rows
      .filter((row) => isOfType(row, syntheticDvdDrive, physicalDvdDrive))
      .map((drive): DvdDrive => {
        const path = media.find((medium) => medium.drive === drive)?.path ?? drive.HostResource.find(Boolean);
        const medium = path === undefined ? null : ({ kind: isFile(path) ? 'image' : 'hostDrive', path } as const);
        return { position: positionOf(drive), medium };
      }),
  );
}

/** Joins drives and what is in them to VMs. Floppy drives are passed over: no tab has them any more. */
export function joinDrives(facts: FactOutcomes, ownerOf: OwnerOf): JoinedDrives {
  const drives = joinByVm('resourceAllocations', knownRows(facts, 'resourceAllocations'), ownerOf);
  const images = joinByVm('storageAllocations', knownRows(facts, 'storageAllocations'), ownerOf);
  const unjoined = [...drives.unjoined, ...images.unjoined];
  if (drives.byVm === undefined || images.byVm === undefined) return { byVm: undefined, unjoined };
  const ids = new Set([...drives.byVm.keys(), ...images.byVm.keys()]);
  const drivesOf = (id: string): VmDrives => {
    const [rows, files] = [drives.byVm?.get(id) ?? [], images.byVm?.get(id) ?? []];
    return { disks: disksOf(rows, files), dvds: dvdsOf(rows, files) };
  };
  return { byVm: new Map([...ids].map((id) => [id, drivesOf(id)])), unjoined };
}
