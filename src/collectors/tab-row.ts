import type { Cell, TabRow } from './collector.ts';

/**
 * Makes rows of the same columns, cell by cell. Every row begins as a copy of one model, so that the engine keeps a
 * single layout for all of them: with a hundred columns an object that grows property by property becomes a hash table,
 * which makes a workbook of many VMs three times as slow.
 */
export function tabRowMaker(names: readonly string[]): (cellAt: (index: number) => Cell) => TabRow {
  const model: Record<string, Cell> = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null]))));
  return (cellAt) => {
    const row = { ...model };
    for (const [index, name] of names.entries()) row[name] = cellAt(index);
    return row;
  };
}
