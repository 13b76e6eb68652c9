import { inRun, runFiles } from '../inventory/file-names.ts';
import type { RunFile, RunState } from '../inventory/run-state.ts';
import type { Services } from '../services.ts';
import type { Store } from '../stores/store.ts';

/** One file of a run, as callers see it. */
export interface ListedFile {
  /** Within the run, e.g. `hosts/hv1.json.gz`. */
  readonly name: string;
  /** Bytes; undefined while the run is going on. */
  readonly size?: number;
}

/** What our own processes tell each other, and no result of the run. */
const isControl = (name: string): boolean => name.startsWith('control/');

/** Every file of a run that may be fetched, sorted by name. What a finished run tells of their sizes comes with them. */
export async function listFiles(
  { store }: Pick<Services, 'store'>,
  runId: string,
  state: RunState | undefined,
): Promise<readonly ListedFile[]> {
  const sizes = new Map(state?.files.map(({ name, size }: RunFile) => [name, size]));
  const names = (await store.list(runId)).map((name) => name.slice(inRun(runId, '').length));
  return names.filter((name) => !isControl(name)).map((name) => ({ name, size: sizes.get(name) }));
}

/** `run.json`, which a run writes when all its other files are complete; undefined before. */
export async function readState(store: Store, runId: string): Promise<RunState | undefined> {
  const content = await store.read(inRun(runId, runFiles.state));
  return content && (JSON.parse(content.toString('utf8')) as RunState);
}
