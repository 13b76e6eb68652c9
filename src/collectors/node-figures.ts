import type { FactOutcomes } from '../facts/fact.ts';
import { mebibytes, numberOf, sumOf } from './cell-values.ts';
import { cpusOf, usedCpu } from './cpu-figures.ts';
import { coresOf } from './host-figures.ts';
import { knownRows } from './joins/facts.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { assignedMemory, memorySize } from './memory-figures.ts';

/** What a host has to compute with; null: not known. */
export interface Hardware {
  readonly cores: number | null;
  readonly threads: number | null;
  /** MHz of all cores. */
  readonly cpu: number | null;
  /** MiB. */
  readonly memory: number | null;
}

/** What a VM takes of it; null: not known. */
export interface VmFigures {
  readonly running: boolean;
  readonly cpus: number | null;
  /** MHz. */
  readonly usedCpu: number | null;
  /** MiB. */
  readonly memory: number | null;
  /** MiB. */
  readonly usedMemory: number | null;
}

/** The sums over a host's VMs; null where one of them is not known. */
export interface VmTotals {
  readonly vms: number | null;
  readonly runningVms: number | null;
  readonly runningCpus: number | null;
  readonly usedCpu: number | null;
  readonly configuredMemory: number | null;
  readonly usedMemory: number | null;
}

/** Reads what a host has; `hostSystem` and `hostProcessors` tell. */
export function hardwareOf({ identity }: HostView, facts: FactOutcomes): Hardware {
  const processors = knownRows(facts, 'hostProcessors') ?? [];
  const cores = coresOf(facts);
  return {
    cores,
    threads: processors.length === 0 ? null : sumOf(processors.map((row) => row.NumberOfLogicalProcessors)),
    cpu: cores === null || identity.processorMhz === null ? null : cores * identity.processorMhz,
    memory: mebibytes(numberOf(knownRows(facts, 'hostSystem')?.[0]?.TotalPhysicalMemory)),
  };
}

/** The figures that a VM has in vInfo, vCPU and vMemory. */
export const figuresOf = (vm: VirtualMachine, host: HostView): VmFigures => ({
  running: vm.running,
  cpus: cpusOf(vm),
  usedCpu: usedCpu({ vm, host }),
  memory: memorySize(vm),
  usedMemory: assignedMemory(vm),
});

/** `undefined`: the host's list of VMs is not known, so that nothing may be said of their number. */
export function totalsOf(vms: readonly VmFigures[] | undefined): VmTotals {
  if (vms === undefined)
    return { vms: null, runningVms: null, runningCpus: null, usedCpu: null, configuredMemory: null, usedMemory: null };
  const running = vms.filter((vm) => vm.running);
  return {
    vms: vms.length,
    runningVms: running.length,
    runningCpus: sumOf(running.map(({ cpus }) => cpus)),
    usedCpu: sumOf(vms.map((vm) => vm.usedCpu)),
    configuredMemory: sumOf(vms.map(({ memory }) => memory)),
    usedMemory: sumOf(vms.map(({ usedMemory }) => usedMemory)),
  };
}
