import { numberOf } from './cell-values.ts';
import { cpuCapacity, cpusOf, usableCpu, usedCpu } from './cpu-figures.ts';
import type { VirtualMachine } from './joins/host-view.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, type VmSubject, vmColumnFacts } from './vm-columns.ts';

/** `Msvm_ProcessorSettingData.Limit` and `.Reservation` of a whole VM: thousandths of a percent. */
const whole = 100_000;

/** Hyper-V has no sockets: as many as the NUMA limits need, so that Sockets × Cores p/s = CPUs. */
function socketsOf(vm: VirtualMachine): number | null {
  const cpus = cpusOf(vm);
  const perNode = numberOf(vm.processor?.MaxProcessorsPerNumaNode);
  const nodes = numberOf(vm.processor?.MaxNumaNodesPerSocket);
  if (!cpus || !perNode || !nodes) return null;
  let sockets = Math.max(1, Math.ceil(cpus / (perNode * nodes)));
  while (cpus % sockets !== 0) sockets += 1;
  return sockets;
}

function coresPerSocket(vm: VirtualMachine): number | null {
  const sockets = socketsOf(vm);
  const cpus = cpusOf(vm);
  return sockets === null || cpus === null ? null : cpus / sockets;
}

function shareOfCapacity(subject: VmSubject, thousandths: number | null): number | null {
  const capacity = cpuCapacity(subject);
  return thousandths === null || capacity === null ? null : Math.round((thousandths / whole) * capacity);
}

function limitOf(subject: VmSubject): number | null {
  const limit = numberOf(subject.vm.processor?.Limit);
  return limit === whole ? -1 : shareOfCapacity(subject, limit);
}

function levelOf(vm: VirtualMachine): string | null {
  const weight = numberOf(vm.processor?.Weight);
  return weight === null ? null : weight === 100 ? 'normal' : 'custom';
}

function sharesOf(vm: VirtualMachine): number | null {
  const weight = numberOf(vm.processor?.Weight);
  const cpus = cpusOf(vm);
  return weight === null || cpus === null ? null : weight * 10 * cpus;
}

/** vCPU: one row per VM. Frequencies in MHz. */
export const vCpu = vmCollector<VmSubject>({
  tab: 'vCPU',
  requires: ['computerSystems', 'virtualSystems', 'processors'],
  optional: [...vmColumnFacts, 'hostProcessors'],
  joins: ['processors'],
  everyVmHas: ['processors'],
  subjects: (subject) => [subject],
  covers: (vm) => Boolean(vm.processor),
  columns: {
    ...leadingVmColumns,
    CPUs: ({ vm }) => cpusOf(vm),
    Sockets: ({ vm }) => socketsOf(vm),
    'Cores p/s': ({ vm }) => coresPerSocket(vm),
    Max: usableCpu,
    Overall: usedCpu,
    Level: ({ vm }) => levelOf(vm),
    Shares: ({ vm }) => sharesOf(vm),
    Reservation: (subject) => shareOfCapacity(subject, numberOf(subject.vm.processor?.Reservation)),
    Entitlement: () => 0,
    'DRS Entitlement': () => 0,
    Limit: limitOf,
    'Hot Add': () => 'False',
    'Hot Remove': () => 'False',
    'Numa Hotadd Exposed': () => 'False',
    ...trailingVmColumns,
  },
});
