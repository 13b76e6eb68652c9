import { type ExtraColumn, extraVmColumns } from '../collectors/extra-columns.ts';
import tabs from './rvtools-tabs.json' with { type: 'json' };

export type ColumnType = 'string' | 'bool' | 'int' | 'float' | 'datetime' | 'datetime|Never';

export interface TabColumn {
  /** The header, as RVTools spells it; unique within its tab. */
  readonly name: string;
  readonly type: ColumnType;
  /** Excel's number format of the column's cells. */
  readonly numberFormat: string;
}

/** The sheets of a workbook in their order, with their columns in theirs. */
export type Tabs = ReadonlyMap<string, readonly TabColumn[]>;

/** All 27 sheets of RVTools 4.7 in their order, with their columns in theirs. */
export const rvtoolsTabs: Tabs = new Map(Object.entries(tabs as Readonly<Record<string, readonly TabColumn[]>>));

const extraColumn = (name: string, { type }: ExtraColumn): TabColumn => ({
  name,
  type,
  numberFormat: type === 'int' ? '#,##0' : '@',
});

const { after, columns: extra } = extraVmColumns;

/** The same with Hyper-V's own columns, which stand where RVTools puts the custom attributes of a vCenter. */
const tabsWithExtraColumns: Tabs = new Map(
  [...rvtoolsTabs].map(([tab, columns]) => [
    tab,
    tab !== 'vInfo'
      ? columns
      : columns.flatMap((column) =>
          column.name === after
            ? [column, ...Object.entries(extra).map(([name, made]) => extraColumn(name, made))]
            : [column],
        ),
  ]),
);

/** The sheets as a run wants them. */
export const tabsFor = ({ extraColumns }: { readonly extraColumns?: boolean }): Tabs =>
  extraColumns === true ? tabsWithExtraColumns : rvtoolsTabs;

/** Columns of a tab; asking for a tab that RVTools has not got is a bug. */
export function columnsOf(tab: string, of: Tabs = rvtoolsTabs): readonly TabColumn[] {
  const columns = of.get(tab);
  if (!columns) throw new Error(`RVTools has no tab ${tab}`);
  return columns;
}
