import { mebibytes } from './cell-values.ts';
import { usedBytes } from './disk-figures.ts';
import { type DiskSubject, diskFacts, disksOf, sortText } from './disk-labels.ts';
import { hostDisksOnlyWhere } from './joins/pass-through.ts';
import type { SizedDisk } from './joins/vm-storage.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, vmColumnFacts } from './vm-columns.ts';

interface PartitionSizes {
  readonly capacity: number | null;
  readonly consumed: number | null;
  readonly free: number | null;
}

/** In MiB. What a disk takes on the host stands for what its guest has filled, and never exceeds the capacity. */
function sizesOf({ disk, host }: DiskSubject): PartitionSizes {
  const capacity = mebibytes(disk.capacity);
  const used = mebibytes(usedBytes(disk, host.options.unknownSize));
  const consumed = used === null || capacity === null ? null : Math.min(used, capacity);
  return { capacity, consumed, free: capacity === null || consumed === null ? null : capacity - consumed };
}

function freePercent(subject: DiskSubject): number | null {
  const { capacity, free } = sizesOf(subject);
  return capacity && free !== null ? Math.floor((free / capacity) * 100) : null;
}

const isSized = ({ capacity, used }: SizedDisk): boolean => capacity !== null && used !== null;

/**
 * vPartition: one row per virtual disk, named as in vDisk. Hyper-V does not tell the partitions of a guest, and readers
 * refuse a workbook without rows here. Sizes in MiB.
 */
export const vPartition = vmCollector<DiskSubject>({
  tab: 'vPartition',
  requires: ['computerSystems', 'virtualSystems', ...diskFacts],
  optional: [...vmColumnFacts, 'diskDrives', 'hostDisks'],
  onlyWhere: hostDisksOnlyWhere,
  joins: ['resourceAllocations', 'storageAllocations'],
  everyVmHas: [],
  subjects: disksOf,
  covers: (vm) => vm.disks?.every(isSized) === true,
  sizeUnknown: (vm) => vm.disks?.every(isSized) === false,
  columns: {
    ...leadingVmColumns,
    'Disk Key': ({ key }) => key,
    Disk: ({ label }) => label,
    'Capacity MiB': (subject) => sizesOf(subject).capacity,
    'Consumed MiB': (subject) => sizesOf(subject).consumed,
    'Free MiB': (subject) => sizesOf(subject).free,
    'Free %': freePercent,
    'Internal Sort Column': sortText,
    ...trailingVmColumns,
  },
});
