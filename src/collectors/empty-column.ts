/** A column that is blank in every row, for a reason that the docs tell beside it. */
export interface EmptyColumn {
  (): null;
  readonly emptyBecause: string;
}

/**
 * Declares a column that Hyper-V has nothing to fill with. `reason`: a sentence without its full stop; it stands in the
 * table of `src/collectors/README.md`, which is generated from here.
 */
export const empty = (reason: string): EmptyColumn => Object.assign(() => null, { emptyBecause: reason });

/** The columns of a tab that are always blank, with their reasons. */
export function emptyColumnsOf(columns: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(columns).flatMap(([name, column]): [string, string][] =>
      isEmptyColumn(column) ? [[name, column.emptyBecause]] : [],
    ),
  );
}

const isEmptyColumn = (column: unknown): column is EmptyColumn =>
  typeof column === 'function' && 'emptyBecause' in column;
