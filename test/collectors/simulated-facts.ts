import type { HostFacts } from '../../src/collectors/collector.ts';
import type { FactOutcome } from '../../src/facts/fact.ts';
import { declarationOf, type FactName, factNames } from '../../src/facts/fact-table.ts';
import { factValue } from '../../src/simulator/server/fact-values.ts';
import type { SimulatedHost } from '../../src/simulator/simulated-host.ts';

const collectedAt = '2026-11-23T02:00:00.000Z';

/** What a host shows of a fact, without any wire between. */
function outcomeOf(name: FactName, { repository }: SimulatedHost): FactOutcome {
  const declaration = declarationOf(name);
  if ('script' in declaration) {
    const id = repository.registry['HKLM:\\Cluster']?.ClusterInstanceID;
    return id === undefined
      ? { status: 'absent', message: 'no key' }
      : { status: 'ok', properties: ['ClusterInstanceID'], rows: [[id]] };
  }
  const shown = repository.namespaces[declaration.namespace]?.[declaration.className];
  if (shown === undefined) return { status: 'absent', message: 'no class' };
  const properties = Object.entries(declaration.properties);
  return {
    status: 'ok',
    properties: properties.map(([property]) => property),
    rows: shown.instances.map(({ values }) => properties.map(([property, type]) => factValue(type, values[property]))),
  };
}

/** Everything that the fact table asks of a simulated host. */
export const factsOf = (host: SimulatedHost): HostFacts => ({
  host: host.name,
  facts: Object.fromEntries(factNames.map((name) => [name, outcomeOf(name, host)])),
  collectedAt,
});
