import type { Row } from '../facts/fact-table.ts';
import { textOf, trueOrFalse } from './cell-values.ts';
import type { Cell } from './collector.ts';
import type { VirtualMachine } from './joins/host-view.ts';
import type { VmSubject } from './vm-columns.ts';

/** A column that RVTools has not got. */
export interface ExtraColumn {
  readonly type: 'string' | 'bool' | 'int';
  readonly cell: (subject: VmSubject) => Cell;
}

/** Columns of a tab beyond RVTools' own, and the column that they follow. */
export interface ExtraColumns {
  readonly after: string;
  readonly columns: Readonly<Record<string, ExtraColumn>>;
}

type Settings = Row<'virtualSystems'>;

const text = (cell: ExtraColumn['cell']): ExtraColumn => ({ type: 'string', cell });
const bool = (value: (vm: VirtualMachine) => boolean | null | undefined): ExtraColumn => ({
  type: 'bool',
  cell: ({ vm }) => trueOrFalse(value(vm)),
});

/** A number in the words of Hyper-V's cmdlets; a number that they have no word for stays one. */
function word(value: number | null | undefined, words: Readonly<Record<number, string>>): string | null {
  return value === null || value === undefined ? null : (words[value] ?? String(value));
}

const setting = (
  name: keyof Settings & ('AutomaticStartupAction' | 'AutomaticShutdownAction' | 'UserSnapshotType'),
  words: Readonly<Record<number, string>>,
) => text(({ vm }) => word(vm.settings?.[name], words));

/** Before Windows Server 2012 R2 every VM was of generation 1, and nothing said so. */
function generation({ settings }: VirtualMachine): number | null {
  if (!settings) return null;
  const told = /:SubType:(\d+)$/i.exec(settings.VirtualSystemSubType ?? '')?.[1];
  return told === undefined ? 1 : Number(told);
}

const secondsOf = (milliseconds: number | null | undefined): number | null =>
  milliseconds === null || milliseconds === undefined ? null : Math.round(milliseconds / 1_000);

const modes = { 0: 'None', 1: 'Primary', 2: 'Replica', 3: 'TestReplica', 4: 'ExtendedReplica' };
const healths = { 0: 'NotApplicable', 1: 'Normal', 2: 'Warning', 3: 'Critical' };

/** `Msvm_ComputerSystem.ReplicationState`; the cmdlets count otherwise. */
const states = {
  0: 'Disabled',
  1: 'Ready for replication',
  2: 'Waiting to complete initial replication',
  3: 'Replicating',
  4: 'Synced replication complete',
  5: 'Recovered',
  6: 'Committed',
  7: 'Suspended',
  8: 'Critical',
  9: 'Waiting to start resynchronization',
  10: 'Resynchronizing',
  11: 'Resynchronization suspended',
  12: 'Failover in progress',
  13: 'Failback in progress',
  14: 'Failback complete',
};

/** What Hyper-V tells of a VM and RVTools has no column for; in vInfo where vCenter's custom attributes stand. */
export const extraVmColumns: ExtraColumns = {
  after: 'Annotation',
  columns: {
    'Hyper-V Generation': { type: 'int', cell: ({ vm }) => generation(vm) },
    'Hyper-V Configuration version': text(({ vm }) => textOf(vm.settings?.Version)),
    'Hyper-V Secure Boot': bool((vm) => vm.settings?.SecureBootEnabled),
    'Hyper-V TPM': bool((vm) => vm.security?.TpmEnabled),
    'Hyper-V Shielded': bool((vm) => vm.security?.ShieldingRequested),
    'Hyper-V Dynamic memory': bool((vm) => vm.memory?.DynamicMemoryEnabled),
    'Hyper-V Nested virtualization': bool((vm) => vm.processor?.ExposeVirtualizationExtensions),
    'Hyper-V Checkpoint type': setting('UserSnapshotType', {
      2: 'Disabled',
      3: 'Production',
      4: 'ProductionOnly',
      5: 'Standard',
    }),
    'Hyper-V Automatic checkpoints': bool((vm) => vm.settings?.AutomaticSnapshotsEnabled),
    'Hyper-V Automatic start action': setting('AutomaticStartupAction', {
      2: 'Nothing',
      3: 'StartIfRunning',
      4: 'Start',
    }),
    'Hyper-V Automatic start delay s': {
      type: 'int',
      cell: ({ vm }) => secondsOf(vm.settings?.AutomaticStartupActionDelay),
    },
    'Hyper-V Automatic stop action': setting('AutomaticShutdownAction', { 2: 'TurnOff', 3: 'Save', 4: 'ShutDown' }),
    'Hyper-V Replication mode': text(({ vm }) => word(vm.system.ReplicationMode, modes)),
    'Hyper-V Replication state': text(({ vm }) => word(vm.system.ReplicationState, states)),
    'Hyper-V Replication health': text(({ vm }) => word(vm.system.ReplicationHealth, healths)),
  },
};

/** The tab's columns with the extra ones in their place. */
export function withExtraColumns<Column>(
  columns: Readonly<Record<string, Column>>,
  { after, columns: extra }: ExtraColumns,
  columnOf: (extra: ExtraColumn) => Column,
): Readonly<Record<string, Column>> {
  return Object.fromEntries(
    Object.entries(columns).flatMap((entry): [string, Column][] => {
      if (entry[0] !== after) return [entry];
      return [entry, ...Object.entries(extra).map(([name, made]): [string, Column] => [name, columnOf(made)])];
    }),
  );
}
