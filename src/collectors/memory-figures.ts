import { numberOf } from './cell-values.ts';
import type { VirtualMachine } from './joins/host-view.ts';

/** `MemoryAvailable` where the guest does not tell. */
const notAvailable = 2_147_483_647;

/** Memory that the host has given to the VM, in MiB; 0 without a worker process, null where it is not known. */
export function assignedMemory(vm: VirtualMachine): number | null {
  return vm.live ? numberOf(vm.summary?.MemoryUsage) : 0;
}

/** Size in MiB: of running dynamic memory what is assigned, but not below startup; else startup. */
export function memorySize(vm: VirtualMachine): number | null {
  const startup = numberOf(vm.memory?.VirtualQuantity);
  if (startup === null || !vm.memory?.DynamicMemoryEnabled || !vm.running) return startup;
  const assigned = assignedMemory(vm);
  return assigned === null ? null : Math.max(assigned, startup);
}

/** Memory in use by the guest, in MiB. The guest's demand is told only with dynamic memory; 0 when off. */
export function activeMemory(vm: VirtualMachine): number | null {
  const assigned = assignedMemory(vm);
  if (!assigned) return assigned;
  if (!vm.memory) return null;
  const available = vm.summary?.MemoryAvailable ?? notAvailable;
  if (!vm.memory.DynamicMemoryEnabled || available === notAvailable) return assigned;
  return Math.min(assigned, Math.round((assigned * (100 - available)) / 100));
}

export const isDynamic = (vm: VirtualMachine): boolean | null => vm.memory?.DynamicMemoryEnabled ?? null;

/** Memory, in MiB, taken back from a running guest, below what it started with. */
export function balloonedMemory(vm: VirtualMachine): number | null {
  const dynamic = isDynamic(vm);
  if (dynamic === null) return null;
  if (!dynamic || !vm.running) return 0;
  const startup = numberOf(vm.memory?.VirtualQuantity);
  const assigned = assignedMemory(vm);
  return startup === null || assigned === null ? null : Math.max(0, startup - assigned);
}

/** Hyper-V tells that smart paging is in use, not how much. */
export function swappedMemory(vm: VirtualMachine): number | null {
  return !vm.live || vm.summary?.SwapFilesInUse === false ? 0 : null;
}
