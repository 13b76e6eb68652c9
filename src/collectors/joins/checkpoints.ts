import type { Row } from '../../facts/fact-table.ts';

type Settings = Row<'virtualSystems'>;

const typeOf = (row: Settings): string => row.VirtualSystemType?.toLowerCase() ?? '';

/** Any row that hangs on a VM as a checkpoint, recovery points of a replica among them. */
export const isCheckpoint = (row: Settings): boolean => typeOf(row).startsWith('microsoft:hyper-v:snapshot:');

/** A checkpoint that a backup took, or left behind. */
export const isBackupCheckpoint = (row: Settings): boolean => typeOf(row) === 'microsoft:hyper-v:snapshot:recovery';

/** A checkpoint that somebody or something took of the VM; not a replica's recovery point, not one that is missing. */
export const isOwnCheckpoint = (row: Settings): boolean =>
  isBackupCheckpoint(row) || typeOf(row) === 'microsoft:hyper-v:snapshot:realized';
