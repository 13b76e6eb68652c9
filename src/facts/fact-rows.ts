import type { FactOutcome, FactOutcomes } from './fact.ts';
import { declarationOf, type FactName, type Row } from './fact-table.ts';

type Answered = Extract<FactOutcome, { status: 'ok' }>;

const made = new WeakMap<Answered, readonly unknown[]>();

/**
 * The rows of a fact as typed objects; undefined where the fact was not asked, is absent on the host, or failed.
 * Columns are found by the names stored with the outcome, so that records of an earlier table still read: a property
 * they lack is null, an array `[]`, as if the host's class lacked it. Many tabs look at the same rows: they are made once.
 */
export function rowsOf<Name extends FactName>(outcomes: FactOutcomes, name: Name): readonly Row<Name>[] | undefined {
  const outcome = outcomes[name];
  if (outcome?.status !== 'ok') return undefined;
  const known = made.get(outcome);
  if (known) return known as readonly Row<Name>[];
  const rows = makeRows<Name>(outcome, name);
  made.set(outcome, rows);
  return rows;
}

/** Every row begins as a copy of one model: see `tabRowMaker` of the collectors. */
function makeRows<Name extends FactName>(outcome: Answered, name: Name): readonly Row<Name>[] {
  const columns = Object.entries(declarationOf(name).properties).map(([property, type]) => ({
    property,
    index: outcome.properties.indexOf(property),
    missing: type.endsWith('[]') ? [] : null,
  }));
  const model: Record<string, unknown> = Object.fromEntries(
    columns.map(({ property, missing }) => [property, missing]),
  );
  return outcome.rows.map((values) => {
    const row = { ...model };
    for (const { property, index, missing } of columns) row[property] = values[index] ?? missing;
    return row as Row<Name>;
  });
}
