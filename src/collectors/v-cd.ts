import { trueOrFalse } from './cell-values.ts';
import { bracketPath } from './datastore-path.ts';
import type { DvdDrive } from './joins/disks.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumnsWithRef, type VmSubject, vmColumnFacts } from './vm-columns.ts';

interface DvdSubject extends VmSubject {
  readonly dvd: DvdDrive;
  /** From 1, in the order of their places. */
  readonly number: number;
}

/** The path as the host has it where its volume is not known: it still tells which file it is. */
function deviceType({ dvd: { medium }, host }: DvdSubject): string {
  if (medium === null) return 'Client Device';
  if (medium.kind === 'hostDrive') return 'Remote device';
  return `ISO ${bracketPath(medium.path, host.datastores) ?? medium.path}`;
}

/** vCD: one row per virtual DVD drive. */
export const vCd = vmCollector<DvdSubject>({
  tab: 'vCD',
  requires: ['computerSystems', 'virtualSystems', 'resourceAllocations', 'storageAllocations'],
  optional: [...vmColumnFacts, 'sharedVolumes', 'volumes'],
  joins: ['resourceAllocations', 'storageAllocations'],
  everyVmHas: [],
  subjects: (subject) => (subject.vm.dvds ?? []).map((dvd, index) => ({ ...subject, dvd, number: index + 1 })),
  covers: (vm) => vm.dvds !== undefined,
  columns: {
    ...leadingVmColumns,
    'Device Node': ({ number }) => `CD/DVD drive ${number}`,
    Connected: ({ dvd, vm }) => trueOrFalse(dvd.medium !== null && vm.running),
    'Starts Connected': ({ dvd }) => trueOrFalse(dvd.medium !== null),
    'Device Type': deviceType,
    ...trailingVmColumnsWithRef,
  },
});
