import tabs from './rvtools-tabs.json' with { type: 'json' };

export type ColumnType = 'string' | 'bool' | 'int' | 'float' | 'datetime' | 'datetime|Never';

export interface TabColumn {
  /** The header, as RVTools spells it; unique within its tab. */
  readonly name: string;
  readonly type: ColumnType;
  /** Excel's number format of the column's cells. */
  readonly numberFormat: string;
}

/** All 27 sheets of RVTools 4.7 in their order, with their columns in theirs. */
export const rvtoolsTabs: ReadonlyMap<string, readonly TabColumn[]> = new Map(
  Object.entries(tabs as Readonly<Record<string, readonly TabColumn[]>>),
);

/** Columns of a tab; asking for a tab that RVTools has not got is a bug. */
export function columnsOf(tab: string): readonly TabColumn[] {
  const columns = rvtoolsTabs.get(tab);
  if (!columns) throw new Error(`RVTools has no tab ${tab}`);
  return columns;
}
