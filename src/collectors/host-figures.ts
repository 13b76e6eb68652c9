import type { FactOutcomes } from '../facts/fact.ts';
import type { Fleet } from './collector.ts';
import { knownRows } from './joins/facts.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';

/** The sum of figures, or null where one of them is not known: a part must not pass for the whole. */
export function sumOf(figures: readonly (number | null | undefined)[]): number | null {
  let sum = 0;
  for (const figure of figures) {
    if (figure === null || figure === undefined) return null;
    sum += figure;
  }
  return sum;
}

/** Physical cores of all sockets, never threads; null where no socket is known. */
export function coresOf(facts: FactOutcomes): number | null {
  const processors = knownRows(facts, 'hostProcessors') ?? [];
  return processors.length === 0 ? null : sumOf(processors.map((row) => row.NumberOfCores));
}

/** The VMs that are on a host now: those that left it for another host of the run are that one's. */
export const machinesHere = ({ machines, identity }: HostView, fleet: Fleet): readonly VirtualMachine[] =>
  machines.filter(({ id }) => !fleet.departed.get(id)?.has(identity.fqdn));
