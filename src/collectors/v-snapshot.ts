import type { Row } from '../facts/fact-table.ts';
import { dateOf, textOf, trueOrFalse } from './cell-values.ts';
import { bracketPath, underRoot } from './datastore-path.ts';
import { empty } from './empty-column.ts';
import { isBackupCheckpoint, isOwnCheckpoint } from './joins/checkpoints.ts';
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

/** vSnapshot: one row per checkpoint; recovery points of a replica are none. Sizes in MiB, times UTC. */
export const vSnapshot = vmCollector<CheckpointSubject>({
  tab: 'vSnapshot',
  requires: ['computerSystems', 'virtualSystems'],
  optional: [...vmColumnFacts, 'sharedVolumes', 'volumes'],
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
    'Size MiB (vmsn)': empty('needs facts about files, which this version does not gather'),
    'Size MiB (total)': empty('needs facts about files, which this version does not gather'),
    Quiesced: ({ checkpoint }) => trueOrFalse(isBackupCheckpoint(checkpoint)),
    State: ({ checkpoint }) => stateOf(checkpoint),
    ...trailingVmColumns,
  },
});
