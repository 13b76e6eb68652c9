import type { OrchestrationContext } from 'durable-functions';
import type { ReopenedRun, ReopenRunInput } from '../activities/reopen-run.ts';
import type { ExportOptions, RunOptions } from '../inventory/run-options.ts';
import type { RunState } from '../inventory/run-state.ts';
import { activityNames } from './function-names.ts';
import { enterPhase } from './run-progress.ts';
import { activity, result, type Steps } from './tasks.ts';
import { writeFiles } from './write-files.ts';

export interface ExportRunInput {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly exportedAt: string;
  readonly exporterVersion: string;
  readonly options: ExportOptions & Pick<RunOptions, 'only'>;
}

/** Makes a finished run's files again from what its hosts gave then; no host is asked. */
export function* exportRun(context: OrchestrationContext): Steps<RunState> {
  const { runId, ...again } = context.df.getInput<ExportRunInput>();
  enterPhase(context, 'opening');
  const input: ReopenRunInput = { runId };
  const { preflights, outcomes, finishedAt, cancelled } = yield* result<ReopenedRun>(
    activity(context, activityNames.reopenRun, input),
  );
  const reporting = { runId, preflights, outcomes, again: { ...again, finishedAt, cancelled } };
  return yield* writeFiles(context, reporting, { withWorkbook: true });
}
