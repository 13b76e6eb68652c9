import type { FactOutcomes } from '../facts/fact.ts';
import { sumOf } from './cell-values.ts';
import type { Fleet } from './collector.ts';
import { knownRows } from './joins/facts.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';

/** Physical cores of all sockets, never threads; null where no socket is known. */
export function coresOf(facts: FactOutcomes): number | null {
  const processors = knownRows(facts, 'hostProcessors') ?? [];
  return processors.length === 0 ? null : sumOf(processors.map((row) => row.NumberOfCores));
}

/** The VMs that are on a host now: those that left it for another host of the run are that one's. */
export const machinesHere = ({ machines, identity }: HostView, fleet: Fleet): readonly VirtualMachine[] =>
  machines.filter(({ id }) => !fleet.departed.get(id)?.has(identity.fqdn));
