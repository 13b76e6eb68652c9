/** RVTools writes booleans as text; an unknown one is blank. */
export function trueOrFalse(value: boolean | null | undefined): 'True' | 'False' | null {
  if (value === null || value === undefined) return null;
  return value ? 'True' : 'False';
}

/** A uint64 (decimal text) or number as a number; null where there is none. */
export function numberOf(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** A CIM datetime as a date; null where there is none. Windows writes 1601-01-01 (or year 1) for "never". */
export function dateOf(text: string | null | undefined): Date | null {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() <= 1601 ? null : date;
}

/** Text, or null where there is nothing but blanks. */
export function textOf(text: string | null | undefined): string | null {
  return text?.trim() ? text : null;
}

/** Bytes as RVTools has them: whole MiB. */
export const mebibytes = (bytes: number | null): number | null =>
  bytes === null ? null : Math.round(bytes / 1_048_576);

/** The sum of figures, or null where one of them is not known: a part must not pass for the whole. */
export function sumOf(figures: readonly (number | null | undefined)[]): number | null {
  let sum = 0;
  for (const figure of figures) {
    if (figure === null || figure === undefined) return null;
    sum += figure;
  }
  return sum;
}
