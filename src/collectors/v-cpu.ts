import { numberOf } from './cell-values.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, type VmSubject, vmColumnFacts } from './vm-columns.ts';

/** `Msvm_ProcessorSettingData.Limit` and `.Reservation` of a whole VM: thousandths of a percent. */
const whole = 100_000;

const cpusOf = (vm: VirtualMachine): number | null => numberOf(vm.processor?.VirtualQuantity);

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

/** MHz of all the VM's processors, whether or not it runs. */
function capacityOf({ vm, host }: VmSubject): number | null {
  const cpus = cpusOf(vm);
  return cpus === null || host.identity.processorMhz === null ? null : cpus * host.identity.processorMhz;
}

/** MHz that the VM can use now; 0 when off. */
function maxOf(subject: VmSubject): number | null {
  return cpusOf(subject.vm) !== null && !subject.vm.running ? 0 : capacityOf(subject);
}

/** MHz in use: ProcessorLoad is a share of the whole host. One sample; 0 when off. */
function overallOf(subject: VmSubject): number | null {
  const max = maxOf(subject);
  const load = subject.vm.summary?.ProcessorLoad ?? null;
  const hostMhz = hostMhzOf(subject.host);
  if (max === 0) return 0;
  return max === null || load === null || hostMhz === null ? null : Math.min(max, Math.round((load / 100) * hostMhz));
}

function hostMhzOf({ identity }: HostView): number | null {
  const { logicalProcessors, processorMhz } = identity;
  return logicalProcessors === null || processorMhz === null ? null : logicalProcessors * processorMhz;
}

function shareOfCapacity(subject: VmSubject, thousandths: number | null): number | null {
  const capacity = capacityOf(subject);
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
    Max: maxOf,
    Overall: overallOf,
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
