import type { FactOutcome, InputSource } from './fact.ts';
import { isRemotePath } from './input-errors.ts';

/** Inputs compare without case, as paths do. */
export const inputKey = (input: string): string => input.toLowerCase();

/** The inputs that a source's outcome names, in its order, doubles included; undefined where the source has no rows. */
export function inputsFrom(source: FactOutcome | undefined, inputs: InputSource): readonly string[] | undefined {
  if (source?.status === 'absent') return [];
  if (source?.status !== 'ok') return undefined;
  const column = (name: string): number => source.properties.indexOf(name);
  const conditions = Object.entries(inputs.where).map(([name, wanted]) => ({ at: column(name), wanted }));
  const at = column(inputs.property);
  return source.rows.flatMap((row) => {
    const meets = conditions.every(({ at: place, wanted }) => matches(textOf(row[place]), wanted));
    const input = meets ? textOf(row[at]) : null;
    return input ? [input] : [];
  });
}

const textOf = (cell: unknown): string | null => {
  const first: unknown = Array.isArray(cell) ? cell[0] : cell;
  return typeof first === 'string' ? first : null;
};

const matches = (text: string | null, wanted: string | null): boolean =>
  wanted === null ? text === null : text?.toLowerCase() === wanted.toLowerCase();

/** The inputs still to be asked; each comes out once, whatever its case and however often it is named. */
export interface InputQueue {
  /** True: it was not met before. */
  add(input: string): boolean;
  /** Those on this machine first: one on another hangs most easily. */
  next(): string | undefined;
}

/** A queue that leaves out the inputs already known. A chain that bites its own tail ends here. */
export function createInputQueue(known: Iterable<string> = []): InputQueue {
  const seen = new Set([...known].map(inputKey));
  const near: string[] = [];
  const far: string[] = [];
  return {
    add(input) {
      if (input === '' || seen.has(inputKey(input))) return false;
      seen.add(inputKey(input));
      (isRemotePath(input) ? far : near).push(input);
      return true;
    },
    next: () => near.shift() ?? far.shift(),
  };
}
