import { mebibytes, numberOf, trueOrFalse } from './cell-values.ts';
import { bracketPath } from './datastore-path.ts';
import { type DiskSubject, diskFacts, disksOf, optionalDiskFacts, sortText } from './disk-labels.ts';
import { empty } from './empty-column.ts';
import { hostDisksOnlyWhere } from './joins/pass-through.ts';
import type { SizedDisk } from './joins/vm-storage.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, vmColumnFacts } from './vm-columns.ts';

const isRaw = ({ kind }: SizedDisk): boolean => kind === 'passThrough';

/** MSVM_VirtualHardDiskSettingData.Type. */
const fixedType = 2;

/** Null where the file's type is not known; a disk that is passed through has none. */
function isFixed({ chain: [leaf] }: SizedDisk): boolean | null {
  return leaf?.type == null ? null : leaf.type === fixedType;
}

function isThin(disk: SizedDisk): boolean | null {
  const fixed = isFixed(disk);
  return isRaw(disk) ? false : fixed === null ? null : !fixed;
}

/** The file that is attached; of a disk that is passed through, the device. A file of an unknown volume keeps its path. */
function pathOf({ disk, host }: DiskSubject): string | null {
  const number = disk.passThrough?.number ?? null;
  if (isRaw(disk)) return number === null ? null : `\\\\.\\PHYSICALDRIVE${number}`;
  return bracketPath(disk.path, host.datastores) ?? disk.path;
}

/** Bounds of input and output are kept with images only; 0 means that there is none. */
function boundOf(disk: SizedDisk, bound: 'IOPSReservation' | 'IOPSLimit', none: number): number | null {
  if (isRaw(disk)) return none;
  const value = numberOf(disk.image?.[bound]);
  return value === 0 ? none : value;
}

function labelOfController({ position }: SizedDisk): string | null {
  return position === undefined ? null : `${position.bus.toUpperCase()} controller ${position.controller}`;
}

function controllerOf({ position }: SizedDisk): string | null {
  return position === undefined ? null : `Microsoft Hyper-V ${position.bus.toUpperCase()} Controller`;
}

/** vDisk: one row per virtual disk. Sizes in MiB. */
export const vDisk = vmCollector<DiskSubject>({
  tab: 'vDisk',
  requires: ['computerSystems', 'virtualSystems', ...diskFacts],
  optional: [...vmColumnFacts, ...optionalDiskFacts],
  onlyWhere: hostDisksOnlyWhere,
  joins: ['resourceAllocations', 'storageAllocations'],
  everyVmHas: [],
  subjects: disksOf,
  covers: (vm) => vm.disks?.every(({ capacity }) => capacity !== null) === true,
  sizeUnknown: (vm) => vm.disks?.some(({ capacity }) => capacity === null) === true,
  columns: {
    ...leadingVmColumns,
    Disk: ({ label }) => label,
    'Disk Key': ({ key }) => key,
    'Disk UUID': ({ disk }) => disk.chain[0]?.diskId ?? null,
    'Disk Path': empty('only the guest knows its drive letters'),
    'Capacity MiB': ({ disk }) => mebibytes(disk.capacity),
    Raw: ({ disk }) => trueOrFalse(isRaw(disk)),
    'Disk Mode': () => 'persistent',
    'Sharing mode': ({ disk }) => (disk.shared ? 'sharingMultiWriter' : 'sharingNone'),
    Thin: ({ disk }) => trueOrFalse(isThin(disk)),
    'Eagerly Scrub': ({ disk }) => trueOrFalse(isRaw(disk) ? false : isFixed(disk)),
    Split: () => 'False',
    'Write Through': () => 'False',
    Level: () => 'normal',
    Shares: () => 1000,
    Reservation: ({ disk }) => boundOf(disk, 'IOPSReservation', 0),
    Limit: ({ disk }) => boundOf(disk, 'IOPSLimit', -1),
    Controller: ({ disk }) => controllerOf(disk),
    Label: ({ disk }) => labelOfController(disk),
    // In VMware the place that the controller itself takes on its bus.
    'SCSI Unit #': ({ disk }) => (disk.position?.bus === 'scsi' ? 7 : null),
    'Unit #': ({ disk }) => disk.position?.slot ?? null,
    'Shared Bus': ({ disk }) => (disk.shared ? 'physicalSharing' : 'noSharing'),
    Path: pathOf,
    'Raw LUN ID': ({ disk }) => disk.passThrough?.uniqueId ?? null,
    'Raw Comp. Mode': ({ disk }) => (isRaw(disk) ? 'physicalMode' : null),
    'Internal Sort Column': sortText,
    ...trailingVmColumns,
  },
});
