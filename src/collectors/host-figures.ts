import type { FactOutcomes } from '../facts/fact.ts';
import { sumOf } from './cell-values.ts';
import type { Fleet } from './collector.ts';
import type { Colour } from './joins/colours.ts';
import { knownRows } from './joins/facts.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { guidOf } from './joins/instance-id.ts';

/** Physical cores of all sockets, never threads; null where no socket is known. */
export function coresOf(facts: FactOutcomes): number | null {
  const processors = knownRows(facts, 'hostProcessors') ?? [];
  return processors.length === 0 ? null : sumOf(processors.map((row) => row.NumberOfCores));
}

/** The VMs that are on a host now: those that left it for another host of the run are that one's. */
export const machinesHere = ({ machines, identity }: HostView, fleet: Fleet): readonly VirtualMachine[] =>
  machines.filter(({ id }) => !fleet.departed.get(id)?.has(identity.fqdn));

/** True: the host told who or what it is. Else it has no row of its own, so that a row never stands for nothing. */
export const tellsOfItself = (facts: FactOutcomes): boolean =>
  [...(knownRows(facts, 'hostSystem') ?? []), ...(knownRows(facts, 'operatingSystem') ?? [])].length > 0;

/** The health of Hyper-V's own row of the host, the one whose name is no GUID: 5 good, 20 and 25 bad. */
export function healthColour(facts: FactOutcomes): Colour {
  const health = knownRows(facts, 'computerSystems')?.find(({ Name }) => guidOf(Name) === undefined)?.HealthState;
  if (health == null) return 'gray';
  if (health === 5) return 'green';
  return health === 20 || health === 25 ? 'red' : 'yellow';
}
