import type { CimWireInstance } from '../winrm/winrm-session.ts';
import { canonicalRow, isMismatch } from './cim-values.ts';
import { type FactOutcome, type InputErrorCode, type InputFactDeclaration, inputColumns } from './fact.ts';
import { type InputErrorMark, inputErrorCode } from './input-errors.ts';
import { createInputQueue, inputKey, inputsFrom, type Sources } from './input-queue.ts';

/** What one call told: the instance, or why not. */
export type InputAnswer =
  | { readonly instance: CimWireInstance }
  | { readonly mark: InputErrorMark; readonly text: string | null };

/** The rows of one fact told input by input, as they come together from answers, runs of the script and attempts. */
export interface InputRows {
  /** Takes an answer; of two for one input the first stays. */
  answer(input: string, answer: InputAnswer): void;
  /** Takes rows as the collector script sends them. */
  takeScriptRows(properties: readonly string[], rows: readonly (readonly unknown[])[]): void;
  /** Gives inputs that have no answer a row that says why. */
  giveUp(inputs: Iterable<string>, code: InputErrorCode, text: string): void;
  /** Inputs that have a row. */
  known(): readonly string[];
  /** Inputs without a row, in the order in which they are asked; undefined where no source is known. */
  remaining(sources: Sources): readonly string[] | undefined;
  outcome(durationMs?: number): FactOutcome & { readonly status: 'ok' };
}

const columnsOf = ({ properties }: InputFactDeclaration): readonly string[] => Object.keys(properties);

/** A table of rows; `earlier` is what former attempts brought, of which unanswered inputs are asked again. */
export function createInputRows(declaration: InputFactDeclaration, earlier?: FactOutcome): InputRows {
  const names = columnsOf(declaration);
  const { Input: _, ErrorCode: _code, ErrorText: _text, ...told } = declaration.properties;
  const { follow, limit = Number.POSITIVE_INFINITY } = declaration.inputs;
  const rows = new Map<string, readonly unknown[]>();

  const put = (input: string, cells: ReadonlyMap<string, unknown>): void => {
    if (rows.has(inputKey(input))) return;
    rows.set(
      inputKey(input),
      names.map((name) => (name === 'Input' ? input : (cells.get(name) ?? null))),
    );
  };
  const putError = (input: string, code: InputErrorCode, text: string | null): void =>
    put(input, new Map([['ErrorCode', code], ...(text ? [['ErrorText', text] as const] : [])]));

  const answer = (input: string, given: InputAnswer): void => {
    if ('mark' in given) {
      putError(input, inputErrorCode(given.mark, given.text, input), given.text);
      return;
    }
    const row = canonicalRow(given.instance, told);
    if (isMismatch(row)) putError(input, 'fileFailed', row.mismatch);
    else put(input, new Map(Object.keys(told).map((name, index) => [name, row[index]])));
  };

  if (earlier?.status === 'ok') {
    for (const row of earlier.rows) {
      const cells = new Map(earlier.properties.map((name, index) => [name, row[index]]));
      const input = cells.get('Input');
      if (typeof input === 'string' && !isUnanswered(cells.get('ErrorCode'))) put(input, cells);
    }
  }

  return {
    answer,
    takeScriptRows(properties, sent) {
      for (const row of sent) {
        const cells = new Map(properties.map((name, index) => [name, row[index]]));
        const input = cells.get('Input');
        if (typeof input !== 'string') continue;
        const mark = cells.get('ErrorCode');
        const text = cells.get('ErrorText');
        if (typeof mark === 'string') answer(input, { mark, text: typeof text === 'string' ? text : null });
        else answer(input, { instance: instanceOfTexts(cells) });
      }
    },
    giveUp(inputs, code, text) {
      for (const input of inputs) putError(input, code, text);
    },
    known: () => [...rows.values()].map((row) => String(row[names.indexOf('Input')])),
    remaining(sources) {
      const named = inputsFrom(sources, declaration.inputs);
      if (named === undefined) return undefined;
      const queue = createInputQueue(this.known());
      for (const input of named) queue.add(input);
      if (follow !== undefined) {
        for (const row of rows.values()) {
          for (const next of textsOf(row[names.indexOf(follow)])) queue.add(next);
        }
      }
      const left: string[] = [];
      for (let input = queue.next(); input !== undefined; input = queue.next()) left.push(input);
      return left.slice(0, Math.max(0, limit - rows.size));
    },
    outcome: (durationMs) => ({
      status: 'ok',
      properties: names,
      rows: [...rows.values()],
      ...(durationMs === undefined ? {} : { durationMs }),
    }),
  };
}

const instanceOfTexts = (cells: ReadonlyMap<string, unknown>): CimWireInstance => ({
  className: undefined,
  properties: Object.fromEntries(
    [...cells].flatMap(([name, cell]) =>
      name in inputColumns ? [] : [[name, textsOf(cell).map((text) => ({ kind: 'text', text }))]],
    ),
  ),
});

/** A text, or several, in a cell. */
export function textsOf(cell: unknown): readonly string[] {
  const cells: readonly unknown[] = Array.isArray(cell) ? cell : [cell];
  return cells.filter((text) => typeof text === 'string');
}

/** True: a further attempt asks for this input again. */
const isUnanswered = (code: unknown): boolean => code === 'fileNotReceived' || code === 'fileNotAsked';

/** True: some input of this fact has no answer, and a further attempt may bring one. */
export function hasUnansweredInputs(outcome: FactOutcome): boolean {
  if (outcome.status !== 'ok') return false;
  const at = outcome.properties.indexOf('ErrorCode');
  return at >= 0 && outcome.rows.some((row) => isUnanswered(row[at]));
}
