/** What missing facts cost: reckoned from the fact table and from what each collector says it needs. */
import { collectors } from '../collectors/collectors.ts';
import { declarationOf, type FactName, factNames } from '../facts/fact-table.ts';
import type { Costs } from './finding.ts';

/** The facts read from a CIM namespace. */
export const factsIn = (namespace: string): readonly FactName[] =>
  factNames.filter((name) => {
    const declaration = declarationOf(name);
    return 'namespace' in declaration && declaration.namespace.toLowerCase() === namespace.toLowerCase();
  });

/** The facts read from the registry. */
export const factsOfRegistry = (): readonly FactName[] =>
  factNames.filter((name) => 'registryKey' in declarationOf(name));

/** Every namespace that facts are read from, in the order of the table. */
export const namespacesOfFacts = (): readonly string[] => [
  ...new Set(
    factNames.flatMap((name) => {
      const declaration = declarationOf(name);
      return 'namespace' in declaration ? [declaration.namespace] : [];
    }),
  ),
];

/** What an inventory loses where these facts fail: a collector that needs one of them counts as an error. */
export function costsOf(facts: readonly FactName[]): Costs {
  const missing = new Set(facts);
  const tabs = collectors.filter(({ requires, optional }) =>
    [...requires, ...optional].some((fact) => missing.has(fact)),
  );
  return { tabs: tabs.map(({ tab }) => tab), columns: columnsOf(facts), facts };
}

/** What an inventory loses where PowerShell does not run and the facts are read by CIM: the columns of the script's. */
export function costsOfCim(): Costs {
  const facts = factNames.filter((name) => 'script' in declarationOf(name));
  return { tabs: [], columns: columnsOf(facts), facts };
}

/** What is lost where a host gives nothing. */
export const costsOfEverything = (): Costs => ({
  tabs: collectors.map(({ tab }) => tab),
  columns: [],
  facts: factNames,
});

function columnsOf(facts: readonly FactName[]): readonly string[] {
  const columns = facts.flatMap((name) => {
    const declaration = declarationOf(name);
    return 'costsByCim' in declaration ? declaration.costsByCim : [];
  });
  return [...new Set(columns)];
}

/** True where something is lost. */
export const isCostly = (costs: Costs | undefined): boolean =>
  costs !== undefined && costs.tabs.length + costs.columns.length + costs.facts.length > 0;
