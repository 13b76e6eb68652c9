import { expect, test } from 'vitest';
import { columnsWithoutScript } from '../../src/facts/columns-without-script.ts';
import type { FactDeclaration, FactOutcome } from '../../src/facts/fact.ts';

const files: FactDeclaration = {
  name: 'files',
  script: "@{ Name = 'a' }",
  properties: { Name: 'string' },
  costsByCim: ['vFileInfo.File Size in bytes', 'vFileInfo.Path'],
};
const needsScript: FactOutcome = { status: 'failed', error: { code: 'notAvailableByCim', message: 'no script' } };
const came: FactOutcome = { status: 'ok', properties: ['Name'], rows: [['a']] };

test('a host gathered by CIM names the columns that only the script could have filled', () => {
  expect(columnsWithoutScript({ files: needsScript }, { files })).toEqual([
    'vFileInfo.File Size in bytes',
    'vFileInfo.Path',
  ]);
});

test('a fact that came, failed for another reason, or is of another version costs no column', () => {
  const denied: FactOutcome = { status: 'failed', error: { code: 'factDenied', message: 'no' } };
  expect(columnsWithoutScript({ files: came }, { files })).toEqual([]);
  expect(columnsWithoutScript({ files: denied }, { files })).toEqual([]);
  expect(columnsWithoutScript({ gone: needsScript }, { files })).toEqual([]);
});
