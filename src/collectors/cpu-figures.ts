import { numberOf } from './cell-values.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import type { VmSubject } from './vm-columns.ts';

/** A VM on its host: what figures of processors are reckoned from. */
type Placed = Pick<VmSubject, 'vm' | 'host'>;

export const cpusOf = (vm: VirtualMachine): number | null => numberOf(vm.processor?.VirtualQuantity);

/** MHz of all the VM's processors, whether or not it runs. */
export function cpuCapacity({ vm, host }: Placed): number | null {
  const cpus = cpusOf(vm);
  return cpus === null || host.identity.processorMhz === null ? null : cpus * host.identity.processorMhz;
}

/** MHz that the VM can use now; 0 when off. */
export function usableCpu(subject: Placed): number | null {
  return cpusOf(subject.vm) !== null && !subject.vm.running ? 0 : cpuCapacity(subject);
}

/** MHz in use: ProcessorLoad is a share of the whole host. One sample; 0 when off. */
export function usedCpu(subject: Placed): number | null {
  const max = usableCpu(subject);
  const load = subject.vm.summary?.ProcessorLoad ?? null;
  const hostMhz = hostMhzOf(subject.host);
  if (max === 0) return 0;
  return max === null || load === null || hostMhz === null ? null : Math.min(max, Math.round((load / 100) * hostMhz));
}

function hostMhzOf({ identity }: HostView): number | null {
  const { logicalProcessors, processorMhz } = identity;
  return logicalProcessors === null || processorMhz === null ? null : logicalProcessors * processorMhz;
}
