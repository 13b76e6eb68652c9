import type { DrivePosition } from './joins/drives.ts';
import type { SizedDisk } from './joins/vm-storage.ts';
import type { VmSubject } from './vm-columns.ts';

/** A disk among those of its VM. */
export interface DiskSubject extends VmSubject {
  readonly disk: SizedDisk;
  /** `Hard disk n`, in the order of their places: Hyper-V's own names are localised and repeat. */
  readonly label: string;
  /** Unique in the VM, and the same in vDisk and vPartition; null where the disk's place is not known. */
  readonly key: string | null;
}

/** VMware numbers 16 places a controller. */
const slotsOfVmware = 16;
/** What a SCSI controller of Hyper-V holds. */
const slotsOfHyperV = 64;

function keyOf(position: DrivePosition | undefined, slotsPerController: number): string | null {
  if (position === undefined || position.slot === null) return null;
  const { bus, controller, slot } = position;
  return String(bus === 'ide' ? 3000 + 2 * controller + slot : 2000 + slotsPerController * controller + slot);
}

/**
 * The disks of a VM with their keys: IDE from 3000, SCSI from 2000 + controller × 16 + slot. A VM that has a disk in slot
 * 16 or beyond, which VMware has not, gets 64 places a controller instead, so that its keys stay unique.
 */
export function disksOf(subject: VmSubject): readonly DiskSubject[] {
  const disks = subject.vm.disks ?? [];
  const isWide = disks.some(({ position }) => position?.bus === 'scsi' && (position.slot ?? 0) >= slotsOfVmware);
  return disks.map((disk, index) => ({
    ...subject,
    disk,
    label: `Hard disk ${index + 1}`,
    key: keyOf(disk.position, isWide ? slotsOfHyperV : slotsOfVmware),
  }));
}

/** What RVTools sorts by: VM and disk key. */
export const sortText = ({ vm, key, label }: DiskSubject): string => `${vm.name} ${key ?? label}`;

/** The facts that disks and their sizes are made from, beside those of every VM tab. */
export const diskFacts = ['resourceAllocations', 'storageAllocations', 'diskSettings', 'diskStates'] as const;
/** Those that only some disks or paths need. */
export const optionalDiskFacts = ['diskDrives', 'hostDisks', 'sharedVolumes', 'volumes'] as const;
