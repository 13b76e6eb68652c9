import type { FactOutcome, InputOrigin, InputSource } from './fact.ts';
import { folderOf, folderOfFile } from './folder-path.ts';
import { isRemotePath } from './input-errors.ts';

/** Inputs compare without case, as paths do. */
export const inputKey = (input: string): string => input.toLowerCase();

/** What is known of the facts that inputs come from, by name. */
export type Sources = (fact: string) => FactOutcome | undefined;

/** The inputs that the sources name, in their order, doubles included; undefined where no source has rows. */
export function inputsFrom(sources: Sources, { from }: InputSource): readonly string[] | undefined {
  const named = from.map((origin) => inputsOf(sources(origin.fact), origin)).filter((inputs) => inputs !== undefined);
  return named.length === 0 ? undefined : named.flat();
}

function inputsOf(source: FactOutcome | undefined, origin: InputOrigin): readonly string[] | undefined {
  if (source?.status === 'absent') return [];
  if (source?.status !== 'ok') return undefined;
  const column = (name: string): number => source.properties.indexOf(name);
  const conditions = Object.entries(origin.where).map(([name, wanted]) => ({ at: column(name), wanted }));
  const at = column(origin.property);
  return source.rows.flatMap((row) => {
    const meets = conditions.every(({ at: place, wanted }) => matches(textOf(row[place]), wanted));
    const input = meets ? inputOf(textOf(row[at]), origin.as) : null;
    return input ? [input] : [];
  });
}

function inputOf(text: string | null, as: InputOrigin['as']): string | null {
  if (text === null || as === undefined) return text;
  return as === 'folder' ? folderOf(text) : folderOfFile(text);
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
