import { describe, expect, it } from 'vitest';
import { withEarlierAnswers } from '../../src/facts/earlier-answers.ts';
import type { FactOutcome, FactOutcomes } from '../../src/facts/fact.ts';
import { rowsOf } from '../../src/facts/fact-rows.ts';

const ok = (properties: readonly string[], rows: readonly (readonly unknown[])[]): FactOutcome => ({
  status: 'ok',
  properties,
  rows,
});

const attached = (...paths: readonly string[]): FactOutcome =>
  ok(
    ['ResourceSubType', 'HostResource'],
    paths.map((path) => ['Microsoft:Hyper-V:Virtual Hard Disk', [path]]),
  );

/** A file that is a disk of this size, on this parent; or why it could not be read. */
type File = { readonly size: string; readonly parent?: string } | string;

function disks(files: Readonly<Record<string, File>>): FactOutcomes {
  const rows = Object.entries(files);
  const readable = rows.filter(([, file]) => typeof file !== 'string');
  return {
    diskSettings: ok(
      ['Input', 'ErrorCode', 'ErrorText', 'ParentPath', 'MaxInternalSize'],
      rows.map(([path, file]) =>
        typeof file === 'string'
          ? [path, file, 'Why.', null, null]
          : [path, null, null, file.parent ?? null, file.size],
      ),
    ),
    diskStates: ok(
      ['Input', 'ErrorCode', 'ErrorText', 'FileSize'],
      readable.map(([path, file]) => [path, null, null, typeof file === 'string' ? null : file.size]),
    ),
  };
}

/** Path → size of the disk and of its file, or why they are not known. */
function told(facts: FactOutcomes): Readonly<Record<string, readonly unknown[]>> {
  const states = new Map((rowsOf(facts, 'diskStates') ?? []).map((row) => [row.Input, row.FileSize]));
  return Object.fromEntries(
    (rowsOf(facts, 'diskSettings') ?? []).map(({ Input, ErrorCode, MaxInternalSize }) => [
      String(Input),
      [ErrorCode ?? MaxInternalSize, states.get(Input) ?? null],
    ]),
  );
}

const base = 'C:\\VMs\\base.vhdx';
const leaf = 'C:\\VMs\\leaf.avhdx';

describe('what a host told of its files when it was asked before', () => {
  it.each(['fileLocked', 'fileTimedOut', 'fileNotAsked', 'fileUnreachable', 'fileFailed'])(
    'stands in for a disk that could not be read now: %s',
    (code) => {
      const earlier = { storageAllocations: attached(base), ...disks({ [base]: { size: '4096' } }) };
      const now = { storageAllocations: attached(base), ...disks({ [base]: code }) };
      expect(told(withEarlierAnswers(now, earlier))).toEqual({ [base]: ['4096', '4096'] });
    },
  );

  it('brings back the whole chain below a disk that could not be read now', () => {
    const earlier = {
      storageAllocations: attached(leaf),
      ...disks({ [leaf]: { size: '2', parent: base }, [base]: { size: '4096' } }),
    };
    const now = { storageAllocations: attached(leaf), ...disks({ [leaf]: 'fileLocked' }) };
    expect(told(withEarlierAnswers(now, earlier))).toEqual({ [leaf]: ['2', '2'], [base]: ['4096', '4096'] });
  });

  it('gives way to what is told now', () => {
    const earlier = { storageAllocations: attached(base), ...disks({ [base]: { size: '4096' } }) };
    const grown = { storageAllocations: attached(base), ...disks({ [base]: { size: '8192' } }) };
    expect(told(withEarlierAnswers(grown, earlier))).toEqual({ [base]: ['8192', '8192'] });
    for (const code of ['fileMissing', 'fileDamaged']) {
      const gone = { storageAllocations: attached(base), ...disks({ [base]: code }) };
      expect(told(withEarlierAnswers(gone, earlier))).toEqual({ [base]: [code, null] });
    }
  });

  it('is left out where no VM here has the disk any more', () => {
    const earlier = { storageAllocations: attached(base), ...disks({ [base]: { size: '4096' } }) };
    const now = { storageAllocations: attached(), ...disks({}) };
    expect(told(withEarlierAnswers(now, earlier))).toEqual({});
  });

  it('makes no answer of a fact that failed now', () => {
    const earlier = { storageAllocations: attached(base), ...disks({ [base]: { size: '4096' } }) };
    const failed: FactOutcome = { status: 'failed', error: { code: 'factDenied', message: 'No.' } };
    const now = { storageAllocations: attached(base), diskSettings: failed };
    expect(withEarlierAnswers(now, earlier)).toEqual(now);
  });
});
