import type { CheckpointModel, Machine, VmModel } from '../model.ts';

/** A role of the cluster: a highly available VM and the node that owns it. */
export interface ClusterRole {
  readonly vm: VmModel;
  readonly owner: Machine;
}

/** What one host shows at one time. */
export interface HostView {
  readonly machine: Machine;
  readonly vms: () => readonly VmModel[];
  /** VMs under way to here. */
  readonly planned: () => readonly VmModel[];
  readonly roles: () => readonly ClusterRole[];
}

/** A set of settings that has a GUID of its own: a VM's active ones, a checkpoint's copy, or a planned VM's. */
export interface Configuration {
  readonly id: string;
  readonly vm: VmModel;
  readonly checkpoint: CheckpointModel | null;
  readonly planned: boolean;
}

/** Every configuration a host holds, active ones first. */
export function configurationsOf(view: HostView): Configuration[] {
  const vms = view.vms();
  return [
    ...vms.map((vm) => ({ id: vm.id, vm, checkpoint: null, planned: false })),
    ...view.planned().map((vm) => ({ id: vm.id, vm, checkpoint: null, planned: true })),
    ...vms.flatMap((vm) => vm.checkpoints.map((checkpoint) => ({ id: checkpoint.id, vm, checkpoint, planned: false }))),
  ];
}
