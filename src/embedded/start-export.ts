import { registerFunctions } from '../functions/register-functions.ts';
import type { RunState } from '../inventory/run-state.ts';
import type { ExportRunInput } from '../orchestrators/export-run.ts';
import { orchestratorNames } from '../orchestrators/function-names.ts';
import type { Services } from '../services.ts';
import { createEmbeddedHost } from './embedded-host.ts';
import { finalState, type WatchOptions } from './watch-run.ts';

/** Makes a finished run's files again on an embedded host of its own; comes back with `run.json`. */
export async function startExport(
  input: ExportRunInput,
  services: Services,
  options: WatchOptions & { readonly hosts: number },
): Promise<RunState> {
  const host = createEmbeddedHost({ register: () => registerFunctions(() => services), maxConcurrentActivities: 1 });
  host.start(orchestratorNames.exportRun, { instanceId: input.runId, input });
  return await finalState(host, { runId: input.runId, hosts: options.hosts, store: services.store }, options);
}
