import type { Row } from '../../facts/fact-table.ts';
import { numberOf } from '../cell-values.ts';
import { comparable } from './instance-id.ts';
import { parseObjectPath } from './object-path.ts';

type Allocation = Row<'resourceAllocations'>;

/** Where a drive sits in its VM. */
export interface DrivePosition {
  readonly bus: 'ide' | 'scsi';
  /** IDE 0 or 1; SCSI controllers are counted from 0 in the order of their ids, for Hyper-V gives them no number. */
  readonly controller: number;
  /** Null where Hyper-V does not tell it. */
  readonly slot: number | null;
}

const ideController = 5;
const scsiController = 6;

const controllersOf = (rows: readonly Allocation[], type: number): readonly Allocation[] =>
  rows
    .filter((row) => row.ResourceType === type)
    .sort((one, other) => (comparable(one.InstanceID) < comparable(other.InstanceID) ? -1 : 1));

/** The InstanceID a row's Parent path names, comparable; `''` where there is none. */
const parentOf = (row: { readonly Parent: string | null }): string =>
  comparable(parseObjectPath(row.Parent)?.keys.instanceid ?? null);

/** Finds the place of each drive of one VM, from the VM's rows: by its Parent path, else by its key's first part. */
export function positionsOf(rows: readonly Allocation[]): (drive: Allocation) => DrivePosition | undefined {
  const places = new Map<string, Pick<DrivePosition, 'bus' | 'controller'>>();
  controllersOf(rows, ideController).forEach((row, index) => {
    places.set(comparable(row.InstanceID), { bus: 'ide', controller: numberOf(row.Address) ?? index });
  });
  controllersOf(rows, scsiController).forEach((row, index) => {
    places.set(comparable(row.InstanceID), { bus: 'scsi', controller: index });
  });
  return (drive) => {
    const place =
      places.get(parentOf(drive)) ?? places.get(comparable(drive.InstanceID).replace(/\\[^\\]+\\[^\\]+$/, ''));
    return place && { ...place, slot: numberOf(drive.AddressOnParent) };
  };
}

/** The drive of an image: by its Parent path, else by the key, in which `\D` names the drive and `\L` the image. */
export function driveOf(image: Row<'storageAllocations'>, drives: readonly Allocation[]): Allocation | undefined {
  const parent = parentOf(image);
  const sibling = comparable(image.InstanceID).replace(/\\l$/, '\\d');
  return (
    drives.find((drive) => parent !== '' && comparable(drive.InstanceID) === parent) ??
    drives.find((drive) => comparable(drive.InstanceID) === sibling)
  );
}

/** Orders by bus (IDE before SCSI), controller and slot; what has no known place comes last, in the order given. */
export function inDriveOrder<Placed extends { readonly position: DrivePosition | undefined }>(
  placed: readonly Placed[],
): readonly Placed[] {
  const rank = ({ position }: Placed): readonly number[] => [
    position === undefined ? 2 : position.bus === 'ide' ? 0 : 1,
    position?.controller ?? 0,
    position?.slot ?? Number.MAX_SAFE_INTEGER,
  ];
  return [...placed].sort((one, other) => {
    const [left, right] = [rank(one), rank(other)];
    const differing = left.findIndex((value, index) => value !== right[index]);
    return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
  });
}
