import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { collectorsReadme, collectorsReadmePath } from './readme-tables.ts';

test('the README of the collectors tells which tabs are filled, and why a column is blank, as the code has it', () => {
  expect(readFileSync(collectorsReadmePath, 'utf8').replaceAll('\r\n', '\n')).toBe(collectorsReadme());
});
