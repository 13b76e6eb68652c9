import type { HostFacts } from '../../src/collectors/collector.ts';
import type { FactOutcome, InputScriptFactDeclaration, MethodFactDeclaration } from '../../src/facts/fact.ts';
import { declarationOf, type FactName, factNames } from '../../src/facts/fact-table.ts';
import { createInputRows } from '../../src/facts/input-rows.ts';
import type { CimScalar } from '../../src/simulator/cim-repository.ts';
import { factValue } from '../../src/simulator/server/fact-values.ts';
import { folderListing } from '../../src/simulator/server/folder-listing.ts';
import type { SimulatedHost } from '../../src/simulator/simulated-host.ts';
import type { CimWireInstance } from '../../src/winrm/winrm-session.ts';

const collectedAt = '2026-11-23T02:00:00.000Z';

/** What a host tells of its disk files. */
function diskOutcome(declaration: MethodFactDeclaration, { diskFiles = [] }: SimulatedHost['repository']): FactOutcome {
  const rows = createInputRows(declaration);
  for (const { path, settings, state, trouble } of diskFiles) {
    if (trouble !== undefined) rows.giveUp([path], 'fileFailed', trouble);
    else rows.answer(path, instanceOf(declaration.result === 'State' ? state : settings));
  }
  return rows.outcome();
}

/** What a host's folders hold. */
function folderOutcome(declaration: InputScriptFactDeclaration, repository: SimulatedHost['repository']): FactOutcome {
  const rows = createInputRows(declaration);
  const names = Object.keys(declaration.properties);
  const listings = (repository.folders ?? []).map(({ path }) => ({
    ...(folderListing(repository, path, 0) as Readonly<Record<string, unknown>>),
    Input: path,
  }));
  rows.takeScriptRows(
    names,
    listings.map((cells: Readonly<Record<string, unknown>>) => names.map((name) => cells[name] ?? null)),
  );
  return rows.outcome();
}

const instanceOf = (values: Readonly<Record<string, CimScalar>>): { readonly instance: CimWireInstance } => ({
  instance: {
    className: undefined,
    properties: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        [value === null ? { kind: 'nil' } : { kind: 'text', text: String(factValue('string', value)) }],
      ]),
    ),
  },
});

/** What a host shows of a fact, without any wire between. */
function outcomeOf(name: FactName, { repository }: SimulatedHost): FactOutcome {
  const declaration = declarationOf(name);
  if ('registryKey' in declaration) {
    const values = repository.registry[`HKLM:\\${declaration.registryKey}`] ?? {};
    const names = Object.keys(declaration.properties);
    return names.every((name) => values[name] === undefined)
      ? { status: 'absent', message: 'no such value' }
      : { status: 'ok', properties: names, rows: [names.map((name) => values[name] ?? null)] };
  }
  if ('inputs' in declaration) {
    return 'script' in declaration ? folderOutcome(declaration, repository) : diskOutcome(declaration, repository);
  }
  if ('script' in declaration) return { status: 'absent', message: 'no PowerShell here' };
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
