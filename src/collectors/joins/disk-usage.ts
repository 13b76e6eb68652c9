import type { FactOutcomes } from '../../facts/fact.ts';
import { fileKey } from './disk-files.ts';
import { knownRows } from './facts.ts';

/** The disk files that anything on a host uses: VMs, checkpoints, planned VMs, and the parents of their files. */
export interface DiskUsage {
  readonly paths: readonly string[];
  readonly uses: (path: string) => boolean;
  /** False: a file of theirs could not be read, and may hang on others. */
  readonly isKnown: boolean;
}

const made = new WeakMap<FactOutcomes, DiskUsage>();

/** Reads which disk files are in use on a host, whoever uses them. */
export function diskUsage(facts: FactOutcomes): DiskUsage {
  const known = made.get(facts);
  if (known !== undefined) return known;
  const images = knownRows(facts, 'storageAllocations');
  const settings = knownRows(facts, 'diskSettings');
  const paths = [
    ...(images ?? [])
      .filter(({ ResourceSubType }) => ResourceSubType?.toLowerCase() === 'microsoft:hyper-v:virtual hard disk')
      .flatMap(({ HostResource }) => HostResource),
    ...(settings ?? []).flatMap(({ Input, Path, ParentPath }) => [Input, Path, ParentPath]),
  ].flatMap((path) => path || []);
  const byKey = new Map(paths.map((path) => [fileKey(path), path]));
  const answered = new Set(
    (settings ?? []).filter(({ ErrorCode }) => ErrorCode === null).map(({ Input }) => fileKey(Input ?? '')),
  );
  const usage: DiskUsage = {
    paths: [...byKey.values()],
    uses: (path) => byKey.has(fileKey(path)),
    isKnown: images !== undefined && settings !== undefined && [...byKey.keys()].every((key) => answered.has(key)),
  };
  made.set(facts, usage);
  return usage;
}
