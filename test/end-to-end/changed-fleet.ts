import type { CimInstance } from '../../src/simulator/cim-repository.ts';
import type { SimulatedFleet } from '../../src/simulator/simulated-host.ts';

/** The fleet with every instance that its hosts show changed; its hosts' stated truth stays that of before. */
export function changedFleet(fleet: SimulatedFleet, change: (instance: CimInstance) => CimInstance): SimulatedFleet {
  return {
    ...fleet,
    hosts: fleet.hosts.map((host) => ({
      ...host,
      repository: {
        ...host.repository,
        namespaces: Object.fromEntries(
          Object.entries(host.repository.namespaces).map(([namespace, classes]) => [
            namespace,
            Object.fromEntries(
              Object.entries(classes).map(([name, held]) => [name, { ...held, instances: held.instances.map(change) }]),
            ),
          ]),
        ),
      },
    })),
  };
}
