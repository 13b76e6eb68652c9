import { numberOf, trueOrFalse } from './cell-values.ts';
import { versionAtLeast } from './configuration-version.ts';
import type { VirtualMachine } from './joins/host-view.ts';
import {
  activeMemory,
  assignedMemory,
  balloonedMemory,
  isDynamic,
  memorySize,
  swappedMemory,
} from './memory-figures.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, type VmSubject, vmColumnFacts } from './vm-columns.ts';

/** The limit that Hyper-V gives dynamic memory by default: 1 TiB, in MiB. */
const defaultLimit = 1_048_576;

/** A figure that means something only with dynamic memory; static VMs have placeholders there. */
function ifDynamic(vm: VirtualMachine, dynamic: string | null | undefined, fixed: number | null): number | null {
  const isSo = isDynamic(vm);
  return isSo === null ? null : isSo ? numberOf(dynamic) : fixed;
}

function limitOf(vm: VirtualMachine): number | null {
  const limit = ifDynamic(vm, vm.memory?.Limit, -1);
  return limit !== null && limit >= defaultLimit ? -1 : limit;
}

const priorityOf = (vm: VirtualMachine): number | null => {
  const weight = numberOf(vm.memory?.Weight);
  return weight === null ? null : weight / 100;
};

function sharesOf(vm: VirtualMachine): number | null {
  const size = memorySize(vm);
  const priority = priorityOf(vm);
  return size === null || priority === null ? null : Math.round((size * priority) / 5);
}

function levelOf(vm: VirtualMachine): string | null {
  const priority = priorityOf(vm);
  return priority === null ? null : priority === 50 ? 'normal' : 'custom';
}

/** Dynamic memory grows as it runs; from version 6.2 on static memory can be resized as well. */
function hotAddOf(vm: VirtualMachine): boolean | null {
  return isDynamic(vm) === true ? true : versionAtLeast(vm.settings?.Version, 6, 2);
}

/** vMemory: one row per VM. Sizes in MiB. */
export const vMemory = vmCollector<VmSubject>({
  tab: 'vMemory',
  requires: ['computerSystems', 'virtualSystems', 'memory'],
  optional: vmColumnFacts,
  joins: ['memory'],
  everyVmHas: ['memory'],
  subjects: (subject) => [subject],
  covers: (vm) => Boolean(vm.memory),
  columns: {
    ...leadingVmColumns,
    'Size MiB': ({ vm }) => memorySize(vm),
    'Memory Reservation Locked To Max': () => 'False',
    Overhead: () => 0,
    Max: ({ vm }) => ifDynamic(vm, vm.memory?.Limit, numberOf(vm.memory?.VirtualQuantity)),
    Consumed: ({ vm }) => assignedMemory(vm),
    'Consumed Overhead': () => 0,
    Private: ({ vm }) => assignedMemory(vm),
    Shared: () => 0,
    Swapped: ({ vm }) => swappedMemory(vm),
    Ballooned: ({ vm }) => balloonedMemory(vm),
    Active: ({ vm }) => activeMemory(vm),
    Entitlement: () => 0,
    'DRS Entitlement': () => 0,
    Level: ({ vm }) => levelOf(vm),
    Shares: ({ vm }) => sharesOf(vm),
    Reservation: ({ vm }) => ifDynamic(vm, vm.memory?.Reservation, 0),
    Limit: ({ vm }) => limitOf(vm),
    'Hot Add': ({ vm }) => trueOrFalse(hotAddOf(vm)),
    ...trailingVmColumns,
  },
});
