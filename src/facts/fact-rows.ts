import type { FactOutcomes } from './fact.ts';
import { declarationOf, type FactName, type Row } from './fact-table.ts';

/**
 * The rows of a fact as typed objects; undefined where the fact was not asked, is absent on the host, or failed.
 * Columns are found by the names stored with the outcome, so that records of an earlier table still read: a property
 * they lack is null, an array `[]`, as if the host's class lacked it.
 */
export function rowsOf<Name extends FactName>(outcomes: FactOutcomes, name: Name): readonly Row<Name>[] | undefined {
  const outcome = outcomes[name];
  if (outcome?.status !== 'ok') return undefined;
  const columns = Object.entries(declarationOf(name).properties).map(([property, type]) => ({
    property,
    index: outcome.properties.indexOf(property),
    missing: type.endsWith('[]') ? [] : null,
  }));
  return outcome.rows.map(
    (row) =>
      Object.fromEntries(columns.map(({ property, index, missing }) => [property, row[index] ?? missing])) as Row<Name>,
  );
}
