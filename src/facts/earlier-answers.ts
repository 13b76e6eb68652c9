import type { FactOutcome, FactOutcomes, InputErrorCode, InputFactDeclaration } from './fact.ts';
import { declarationOf, factNames } from './fact-table.ts';
import { createInputQueue, inputKey, inputsFrom, type Sources } from './input-queue.ts';
import { textsOf } from './input-rows.ts';

type Answered = Extract<FactOutcome, { status: 'ok' }>;
type FactRow = Answered['rows'][number];

/** What the host says of the file itself: an earlier answer is no longer true. */
const newTruths: ReadonlySet<unknown> = new Set<InputErrorCode>(['fileMissing', 'fileDamaged']);

/**
 * Facts that were asked a second time, with what the first had told of files and folders that could not be read now: a
 * file server that is busy for a moment must not cost sizes that were known. Only what the newer facts still name is
 * taken over.
 */
export function withEarlierAnswers(now: FactOutcomes, earlier: FactOutcomes): FactOutcomes {
  const merged: Record<string, FactOutcome> = { ...now };
  // In the order of the table a source comes before what is asked of its rows.
  for (const name of factNames) {
    const declaration = declarationOf(name);
    const [later, before] = [now[name], earlier[name]];
    if (!('inputs' in declaration) || later?.status !== 'ok' || before?.status !== 'ok' || later === before) continue;
    merged[name] = { ...later, rows: joinedRows(declaration, { later, before, sources: (fact) => merged[fact] }) };
  }
  return merged as FactOutcomes;
}

function joinedRows(
  { inputs }: InputFactDeclaration,
  { later, before, sources }: { readonly later: Answered; readonly before: Answered; readonly sources: Sources },
): readonly FactRow[] {
  if (later.properties.join() !== before.properties.join()) return later.rows;
  const at = (property: string): number => later.properties.indexOf(property);
  const codeOf = (row: FactRow): unknown => row[at('ErrorCode')] ?? null;
  const byInput = (rows: readonly FactRow[]): ReadonlyMap<string, FactRow> =>
    new Map(rows.map((row) => [inputKey(String(row[at('Input')])), row]));
  const told = byInput(before.rows.filter((row) => codeOf(row) === null));
  const known = byInput(later.rows);
  const queue = createInputQueue();
  for (const input of [...known.keys(), ...(inputsFrom(sources, inputs) ?? [])]) queue.add(input);
  const rows: FactRow[] = [];
  for (let input = queue.next(); input !== undefined; input = queue.next()) {
    const newer = known.get(inputKey(input));
    const isAnswer = newer !== undefined && (codeOf(newer) === null || newTruths.has(codeOf(newer)));
    const row = isAnswer ? newer : (told.get(inputKey(input)) ?? newer);
    if (row === undefined) continue;
    rows.push(row);
    if (inputs.follow !== undefined) for (const next of textsOf(row[at(inputs.follow)])) queue.add(next);
  }
  return rows;
}
