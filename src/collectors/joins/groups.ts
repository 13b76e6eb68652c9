import type { FactOutcomes } from '../../facts/fact.ts';
import { textOf } from '../cell-values.ts';
import { knownRows } from './facts.ts';
import { guidOf } from './instance-id.ts';

/** A VM group (Msvm_VirtualSystemCollection). */
export interface VmGroup {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
}

/** VM groups by VM id; a VM in several groups stands in the first by name. Empty where groups are not known. */
export function joinGroups(facts: FactOutcomes): ReadonlyMap<string, VmGroup> {
  const groups = (knownRows(facts, 'groups') ?? [])
    .flatMap((row) => {
      const id = guidOf(row.CollectionID) ?? guidOf(row.InstanceID?.replace(/^Microsoft:/i, ''));
      const name = textOf(row.ElementName);
      return id !== undefined && name !== null ? [{ id, name }] : [];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const members = (knownRows(facts, 'groupMembers') ?? []).map((row) => ({
    collections: Object.values(row.Collection ?? {}).map((key) => guidOf(key.replace(/^Microsoft:/i, ''))),
    vmId: Object.values(row.Member ?? {})
      .map(guidOf)
      .find((id) => id !== undefined),
  }));
  const byVm = new Map<string, VmGroup>();
  for (const group of groups) {
    for (const { collections, vmId } of members) {
      if (vmId !== undefined && collections.includes(group.id) && !byVm.has(vmId)) byVm.set(vmId, group);
    }
  }
  return byVm;
}
