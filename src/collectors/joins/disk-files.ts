import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { numberOf, textOf } from '../cell-values.ts';
import { shortForm } from '../datastore-path.ts';
import { factProblem, knownRows } from './facts.ts';
import { guidOf } from './instance-id.ts';

/** A virtual disk file, as its host tells of it. Sizes in bytes; null: not known, for the reason in `problem`. */
export interface DiskFile {
  readonly path: string;
  /** What a guest sees. */
  readonly capacity: number | null;
  /** On the volume. */
  readonly fileSize: number | null;
  /** 2 fixed, 3 dynamic, 4 differencing. */
  readonly type: number | null;
  /** Lower-case GUID. */
  readonly diskId: string | null;
  readonly parentPath: string | null;
  readonly fragmentation: number | null;
  /** Why something is not known: the code of the file's error, or of the fact's. Null: all was told. */
  readonly problem: string | null;
}

/** The files of a host by path. */
export type DiskFiles = (path: string) => DiskFile;

/** A path in the form in which two of them may be compared. */
export const fileKey = (path: string): string => shortForm(path).toLowerCase();

const byInput = <FileRow extends { readonly Input: string | null }>(rows: readonly FileRow[] | undefined) =>
  new Map((rows ?? []).map((row) => [fileKey(row.Input ?? ''), row]));

/** Reads what the host told of its virtual disk files. A file of which it told nothing has a problem, not size 0. */
export function diskFiles(facts: FactOutcomes): DiskFiles {
  const settings = byInput(knownRows(facts, 'diskSettings'));
  const states = byInput(knownRows(facts, 'diskStates'));
  const settingsProblem = factProblem(facts, 'diskSettings') ?? 'fileNotReceived';
  const statesProblem = factProblem(facts, 'diskStates') ?? 'fileNotReceived';
  return (path) => {
    const row: Row<'diskSettings'> | undefined = settings.get(fileKey(path));
    const state: Row<'diskStates'> | undefined = states.get(fileKey(path));
    const problem = row === undefined ? settingsProblem : row.ErrorCode;
    const stateProblem = problem ?? (state === undefined ? statesProblem : state.ErrorCode);
    const capacity = numberOf(row?.MaxInternalSize);
    const fileSize = numberOf(state?.FileSize);
    return {
      path,
      capacity,
      fileSize,
      type: row?.Type ?? null,
      diskId: guidOf(row?.VirtualDiskId) ?? null,
      parentPath: textOf(row?.ParentPath),
      fragmentation: state?.FragmentationPercentage ?? null,
      problem: stateProblem ?? (capacity === null || fileSize === null ? 'fileFailed' : null),
    };
  };
}

/** Longer than any chain that Hyper-V lets live; a damaged one may bite its own tail. */
const maxChain = 128;

/** A file and its parents, the file itself first. */
export function chainOf(path: string, fileAt: DiskFiles): readonly DiskFile[] {
  const chain: DiskFile[] = [];
  const seen = new Set<string>();
  let next: string | null = path;
  while (next !== null && !seen.has(fileKey(next)) && chain.length < maxChain) {
    seen.add(fileKey(next));
    const file = fileAt(next);
    chain.push(file);
    next = file.parentPath;
  }
  return chain;
}
