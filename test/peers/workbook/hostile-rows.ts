import type { Cell, TabRow } from '../../../src/collectors/collector.ts';
import { columnsOf, rvtoolsTabs } from '../../../src/exports/rvtools-tabs.ts';

/** Names as VMs, hosts and datastores have them in the wild, and worse. */
export const hostileNames: readonly string[] = [
  "=cmd|'/c calc'!A1",
  '+1+1',
  '-2',
  '@SUM(A1)',
  '\tTabbed',
  "'quoted",
  'O\'Brien, "the 2nd"; <b>&amp;</b>',
  ' blanks around ',
  'two\nlines\n\nfour',
  'Сервер 日本語 🚀 ﷽',
  'e\u0301 combining, \u202Eright to left',
  '000123',
  '1E5',
  '2026-11-23',
  'TRUE',
  '#N/A',
  '12,5',
  'x'.repeat(32_767),
];

/** Dates of which readers get one wrong, or none at all. */
export const hostileDates: readonly Date[] = [
  '1900-03-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1999-12-31T23:59:59Z',
  '2024-02-29T12:00:00Z',
  '2026-03-29T02:30:00Z',
  '2026-10-25T02:30:00Z',
  '2026-11-23T02:00:00Z',
  '2038-01-19T03:14:08Z',
  '9999-12-31T23:59:58Z',
].map((text) => new Date(text));

const hostileNumbers: readonly number[] = [0, -1, 1, 4_294_967_296, 9_007_199_254_740_991, 1_048_576, 999];
const hostileFractions: readonly number[] = [0, 0.5, -1.25, 12_345.6789, 1e-4];

const pick = <Value>(values: readonly Value[], index: number): Value | null => values[index % values.length] ?? null;

function cellOf(type: string, index: number): Cell {
  switch (type) {
    case 'bool':
      return pick(['True', 'False'], index);
    case 'int':
      return pick(hostileNumbers, index);
    case 'float':
      return pick(hostileFractions, index);
    case 'datetime':
      return pick(hostileDates, index);
    case 'datetime|Never':
      return index % 2 === 0 ? 'Never' : pick(hostileDates, index);
    default:
      return pick(hostileNames, index);
  }
}

/** Rows of a tab in which every value meets every column once; every seventh cell but the first column's is blank. */
export const hostileRows = (tab: string): readonly TabRow[] =>
  hostileNames.map((_, row) =>
    Object.fromEntries(
      columnsOf(tab).map(({ name, type }, column) => [
        name,
        column > 0 && (row + column) % 7 === 0 ? null : cellOf(type, row + column),
      ]),
    ),
  );

/** Tabs with rows; the others stay empty. */
export const filledTabs: readonly string[] = [...rvtoolsTabs.keys()].filter(
  (tab) => !/^(vUSB|vRP|vMetaData)$/.test(tab),
);
