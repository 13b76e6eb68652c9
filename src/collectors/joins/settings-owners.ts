import type { FactName, Row } from '../../facts/fact-table.ts';
import { guidOf, parseInstanceId } from './instance-id.ts';

/** Whose a row of setting data is. */
export type Owner =
  | { readonly kind: 'vm'; readonly vmId: string }
  | { readonly kind: 'checkpoint' | 'plannedVm' | 'switch' | 'template' }
  /** A VM that came after the host had listed its VMs: it has no row, and coverage misses it by the baseline. */
  | { readonly kind: 'unlistedVm' }
  /** Cannot be told, since a fact that would say so is missing. */
  | { readonly kind: 'untold' }
  /** Nobody claims it: the join is wrong, or the key follows no known grammar. */
  | { readonly kind: 'unjoined' };

/** Resolves the InstanceID of a settings row to its owner. */
export type OwnerOf = (instanceId: string | null) => Owner;

const unjoined: Owner = { kind: 'unjoined' };
const untold: Owner = { kind: 'untold' };

/** The owner that a Msvm_VirtualSystemSettingData row stands for; undefined for a type that is not known. */
function ownerOfVirtualSystem(row: Row<'virtualSystems'>, vmIds: ReadonlySet<string>): Owner | undefined {
  const type = row.VirtualSystemType?.toLowerCase() ?? '';
  if (type === 'microsoft:hyper-v:system:planned') return { kind: 'plannedVm' };
  if (type.startsWith('microsoft:hyper-v:snapshot:')) return { kind: 'checkpoint' };
  if (type !== 'microsoft:hyper-v:system:realized') return undefined;
  const vmId = guidOf(row.VirtualSystemIdentifier);
  if (vmId === undefined) return undefined;
  return vmIds.has(vmId) ? { kind: 'vm', vmId } : { kind: 'unlistedVm' };
}

/**
 * Makes the resolver of device settings. `virtualSystems` undefined means that this fact is missing: a VM's active
 * settings are still found by their GUID, which is the VM's own; the others are then `untold`. `presentAfter` is the
 * host's last list of VMs: it knows of a VM that came when its settings had been read, but its devices had not.
 */
export function settingsOwners(
  vmIds: ReadonlySet<string>,
  virtualSystems: readonly Row<'virtualSystems'>[] | undefined,
  presentAfter?: ReadonlySet<string>,
): OwnerOf {
  const byConfig = new Map<string, Owner>();
  for (const row of virtualSystems ?? []) {
    const key = parseInstanceId(row.InstanceID);
    const owner = ownerOfVirtualSystem(row, vmIds);
    if (key.kind !== 'settings' || owner === undefined) continue;
    // During a migration a planned and a realized VM may share the GUID.
    if (owner.kind === 'vm' || !byConfig.has(key.configId)) byConfig.set(key.configId, owner);
  }
  return (instanceId) => {
    const key = parseInstanceId(instanceId);
    if (key.kind === 'template') return { kind: 'template' };
    if (key.kind === 'unknown') return unjoined;
    const owner = byConfig.get(key.configId);
    if (owner !== undefined) return owner;
    if (vmIds.has(key.configId)) return { kind: 'vm', vmId: key.configId };
    if (presentAfter?.has(key.configId)) return { kind: 'unlistedVm' };
    return virtualSystems === undefined ? untold : unjoined;
  };
}

/** Makes the resolver of port settings: ports of the host itself belong to a switch. */
export function portOwners(ownerOf: OwnerOf, switches: readonly Row<'switches'>[] | undefined): OwnerOf {
  const switchIds = new Set(switches?.map((row) => guidOf(row.Name)));
  return (instanceId) => {
    const owner = ownerOf(instanceId);
    if (owner.kind !== 'unjoined') return owner;
    const key = parseInstanceId(instanceId);
    if (key.kind !== 'settings') return owner;
    if (switchIds.has(key.configId)) return { kind: 'switch' };
    return switches === undefined ? untold : owner;
  };
}

/** The rows of a fact, by VM; what nobody claims is reported as `fact: InstanceID`. */
export interface JoinedRows<Joined> {
  /** Undefined: the fact is missing. */
  readonly byVm: ReadonlyMap<string, readonly Joined[]> | undefined;
  readonly unjoined: readonly string[];
}

/** Names a row in the list of the unjoined. */
export const unjoinedRow = (fact: FactName, instanceId: string | null): string => `${fact}: ${instanceId ?? ''}`;

/** Groups the rows of a fact by the VM that owns them; all rows but those of listed VMs drop out. */
export function joinByVm<Joined extends { readonly InstanceID: string | null }>(
  fact: FactName,
  rows: readonly Joined[] | undefined,
  ownerOf: OwnerOf,
): JoinedRows<Joined> {
  if (rows === undefined) return { byVm: undefined, unjoined: [] };
  const byVm = new Map<string, Joined[]>();
  const unjoinedRows: string[] = [];
  for (const row of rows) {
    const owner = ownerOf(row.InstanceID);
    if (owner.kind === 'unjoined') unjoinedRows.push(unjoinedRow(fact, row.InstanceID));
    if (owner.kind !== 'vm') continue;
    const ofVm = byVm.get(owner.vmId);
    if (ofVm) ofVm.push(row);
    else byVm.set(owner.vmId, [row]);
  }
  return { byVm, unjoined: unjoinedRows };
}
