import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectorOf, collectors } from '../../src/collectors/collectors.ts';
import { declarationOf } from '../../src/facts/fact-table.ts';
import { adapter, guid, hostFacts, hv01, rowsFrom, vm } from './facts-builder.ts';

interface ColumnFacts {
  readonly tabs: Readonly<
    Record<string, { readonly columns: readonly { readonly name: string; readonly type: string }[] }>
  >;
}
const rvtools: ColumnFacts = JSON.parse(
  readFileSync(new URL('../fixtures/rvtools-columns.json', import.meta.url), 'utf8'),
);
const columnsOf = (tab: string) => rvtools.tabs[tab]?.columns ?? [];
const host = hostFacts(hv01, vm(guid(1), 'web01'), adapter(guid(1), 1));

describe.each(collectors)('$tab', (collector) => {
  test('has the columns of RVTools in its order and spelling', () => {
    expect(collector.columns).toEqual(columnsOf(collector.tab).map((column) => column.name));
  });

  test('gives every row a cell for every column, in the same order', () => {
    for (const row of rowsFrom(collector, host)) expect(Object.keys(row)).toEqual(collector.columns);
  });

  test('fills each column with the type RVTools has there, or leaves it blank', () => {
    const [row] = rowsFrom(collector, host);
    for (const { name, type } of columnsOf(collector.tab)) {
      const cell = row?.[name] ?? null;
      if (cell === null) continue;
      const expected = type === 'int' || type === 'float' ? 'number' : type === 'datetime' ? 'object' : 'string';
      expect([name, typeof cell]).toEqual([name, expected]);
    }
  });

  test('leaves the columns blank that it gives a reason for', () => {
    for (const [name, reason] of collector.emptyColumns) {
      expect(reason).toMatch(/^[a-zA-Z].*[^.]$/);
      for (const row of rowsFrom(collector, host)) expect([name, row[name]]).toEqual([name, null]);
    }
  });

  test('names facts that the fact table has, none both required and optional', () => {
    const names = [...collector.requires, ...collector.optional];
    for (const name of names) expect(declarationOf(name).name).toBe(name);
    expect(new Set(names).size).toBe(names.length);
  });
});

test('a tab is found by its exact name, and a tab that is not built is not found', () => {
  expect(collectorOf('vMemory')?.tab).toBe('vMemory');
  expect(collectorOf('vFloppy')).toBeUndefined();
});
