import type { CimInstance, CimValue } from '../../../src/simulator/cim-repository.ts';
import type { SimulatedHost } from '../../../src/simulator/simulated-host.ts';

/** Reads a host's repository as plainly as tests need it. */

export const hyperV = 'root/virtualization/v2';

export function rowsOf(
  host: Pick<SimulatedHost, 'repository'>,
  className: string,
  namespace = hyperV,
): readonly CimInstance['values'][] {
  return (host.repository.namespaces[namespace]?.[className]?.instances ?? []).map(({ values }) => values);
}

export const textOf = (value: CimValue | undefined): string => (typeof value === 'string' ? value : '');

export const firstOf = (value: CimValue | undefined): string =>
  Array.isArray(value) && typeof value[0] === 'string' ? value[0] : '';

/** Rows of VMs in Msvm_ComputerSystem: the host's own row has no GUID for a name. */
export const isGuid = (text: string): boolean => /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i.test(text);

/** Lets go of instances that nobody uses: they are held weakly, and until the current turn of the event loop ends. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
