import type { Row } from '../facts/fact-table.ts';
import { dateOf, sumOf, textOf, trueOrFalse } from './cell-values.ts';
import { bracketPath, underRoot } from './datastore-path.ts';
import { diskFacts } from './disk-labels.ts';
import { empty } from './empty-column.ts';
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

/**
 * MiB of the differencing files that came with a checkpoint: the children of the files that it would go back to. Blank
 * where the checkpoint has memory as well, which lies in a file that is not read, or where a file may have gone unseen.
 */
function sizeOnDisks({ checkpoint, vm: { storage }, host }: CheckpointSubject): number | null {
  if (storage === undefined || checkpoint.IsSaved !== false) return null;
  if (storage.files.some(({ problem }) => problem !== null)) return null;
  const parents = new Set(host.imagesOf(checkpoint).map(fileKey));
  const children = storage.files.filter(({ parentPath }) => parentPath !== null && parents.has(fileKey(parentPath)));
  const bytes = sumOf(children.map(({ fileSize }) => fileSize));
  return bytes === null ? null : bytes / 1_048_576;
}

/** vSnapshot: one row per checkpoint; recovery points of a replica are none. Sizes in MiB, times UTC. */
export const vSnapshot = vmCollector<CheckpointSubject>({
  tab: 'vSnapshot',
  requires: ['computerSystems', 'virtualSystems'],
  optional: [...vmColumnFacts, ...diskFacts, 'sharedVolumes', 'volumes'],
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
    'Size MiB (vmsn)': empty('the files with the memory of a checkpoint are not read'),
    'Size MiB (total)': sizeOnDisks,
    Quiesced: ({ checkpoint }) => trueOrFalse(isBackupCheckpoint(checkpoint)),
    State: ({ checkpoint }) => stateOf(checkpoint),
    ...trailingVmColumns,
  },
});
