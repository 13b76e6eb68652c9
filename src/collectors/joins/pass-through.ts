import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { numberOf, textOf } from '../cell-values.ts';
import { knownRows } from './facts.ts';
import type { HostView } from './host-view.ts';
import { comparable } from './instance-id.ts';
import { parseObjectPath } from './object-path.ts';

/** A disk of the host that a VM owns. */
export interface PassThroughDisk {
  /** As Windows numbers it now; it may change with the next start of the host. */
  readonly number: number | null;
  /** Bytes. */
  readonly size: number | null;
  /** `naa.…`, `eui.…`, or the bare id of another kind: the same after every start. */
  readonly uniqueId: string | null;
}

/** MSFT_Disk.UniqueIdFormat. */
const eui64 = 2;
const fcphName = 3;

/** The name of a host's disk that is the same after every start, and on every host that sees it. */
export function uniqueIdOf(disk: Row<'hostDisks'> | undefined): string | null {
  const id = textOf(disk?.UniqueId)?.trim() ?? null;
  if (id === null) return null;
  if (disk?.UniqueIdFormat === fcphName) return `naa.${id.toLowerCase()}`;
  return disk?.UniqueIdFormat === eui64 ? `eui.${id.toLowerCase()}` : id;
}

/** The host's own disks are looked at only for those that are passed through: few hosts have any. */
export const hostDisksOnlyWhere = {
  hostDisks: ({ machines }: HostView): boolean =>
    machines.some(({ disks }) => disks?.some(({ kind }) => kind === 'passThrough') === true),
} as const;

/**
 * Finds the host's disk behind a drive: its HostResource names a Msvm_DiskDrive, whose DriveNumber is MSFT_Disk.Number.
 * Both are read at one time, so that the number means the same disk.
 */
export function passThroughDisks(facts: FactOutcomes): (drive: Row<'resourceAllocations'>) => PassThroughDisk {
  const drives = new Map((knownRows(facts, 'diskDrives') ?? []).map((row) => [comparable(row.DeviceID), row]));
  const disks = new Map((knownRows(facts, 'hostDisks') ?? []).map((row) => [row.Number, row]));
  return ({ HostResource }) => {
    const deviceId = comparable(parseObjectPath(HostResource[0])?.keys.deviceid ?? null);
    const number = deviceId === '' ? null : (drives.get(deviceId)?.DriveNumber ?? null);
    const disk = number === null ? undefined : disks.get(number);
    return { number, size: numberOf(disk?.Size), uniqueId: uniqueIdOf(disk) };
  };
}
