import type { Row } from '../facts/fact-table.ts';
import { dateOf, sumOf, textOf, trueOrFalse } from './cell-values.ts';
import { bracketPath, underRoot } from './datastore-path.ts';
import { diskFacts } from './disk-labels.ts';
import { isBackupCheckpoint, isOwnCheckpoint } from './joins/checkpoints.ts';
import { fileKey } from './joins/disk-files.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, type VmSubject, vmColumnFacts } from './vm-columns.ts';

interface CheckpointSubject extends VmSubject {
  readonly checkpoint: Row<'virtualSystems'>;
}

/** Oldest first; those of one time keep the host's order. */
function checkpointsOf(subject: VmSubject): readonly CheckpointSubject[] {
  const timeOf = (row: Row<'virtualSystems'>): number => dateOf(row.CreationTime)?.getTime() ?? 0;
  return (subject.vm.checkpoints ?? [])
    .filter(isOwnCheckpoint)
    .sort((one, other) => timeOf(one) - timeOf(other))
    .map((checkpoint) => ({ ...subject, checkpoint }));
}

function configurationFile({ checkpoint, host }: CheckpointSubject): string | null {
  const path = underRoot(checkpoint.ConfigurationDataRoot, checkpoint.ConfigurationFile);
  return bracketPath(path, host.datastores);
}

/** With its memory (or taken of a saved VM) it comes back running; without, as a VM that is off. */
function stateOf({ IsSaved }: Row<'virtualSystems'>): 'poweredOn' | 'poweredOff' | null {
  return IsSaved === null ? null : IsSaved ? 'poweredOn' : 'poweredOff';
}

/** MiB of a checkpoint's saved memory and device states. */
function memorySize({ checkpoint, host }: CheckpointSubject): number | null {
  const bytes = host.memoryOf(checkpoint);
  return bytes === null ? null : bytes / 1_048_576;
}

/**
 * MiB of the differencing files that came with a checkpoint (the children of the files that it would go back to) and of
 * its memory. Blank where a file may have gone unseen.
 */
function totalSize({ checkpoint, vm: { storage }, host }: CheckpointSubject): number | null {
  const memory = host.memoryOf(checkpoint) ?? (checkpoint.IsSaved === false ? 0 : null);
  if (storage === undefined || memory === null) return null;
  if (storage.files.some(({ problem }) => problem !== null)) return null;
  const parents = new Set(host.imagesOf(checkpoint).map(fileKey));
  const children = storage.files.filter(({ parentPath }) => parentPath !== null && parents.has(fileKey(parentPath)));
  const bytes = sumOf([...children.map(({ fileSize }) => fileSize), memory]);
  return bytes === null ? null : bytes / 1_048_576;
}

/** vSnapshot: one row per checkpoint; recovery points of a replica are none. Sizes in MiB, times UTC. */
export const vSnapshot = vmCollector<CheckpointSubject>({
  tab: 'vSnapshot',
  requires: ['computerSystems', 'virtualSystems'],
  optional: [...vmColumnFacts, ...diskFacts, 'folders', 'sharedVolumes', 'volumes'],
  joins: ['virtualSystems'],
  everyVmHas: [],
  subjects: checkpointsOf,
  covers: (vm) => vm.checkpoints !== undefined,
  columns: {
    VM: leadingVmColumns.VM,
    Powerstate: leadingVmColumns.Powerstate,
    Name: ({ checkpoint }) => textOf(checkpoint.ElementName),
    Description: ({ checkpoint }) => checkpoint.Notes.join('\r\n').trim() || null,
    'Date / time': ({ checkpoint }) => dateOf(checkpoint.CreationTime),
    Filename: configurationFile,
    'Size MiB (vmsn)': memorySize,
    'Size MiB (total)': totalSize,
    Quiesced: ({ checkpoint }) => trueOrFalse(isBackupCheckpoint(checkpoint)),
    State: ({ checkpoint }) => stateOf(checkpoint),
    ...trailingVmColumns,
  },
});
