import type { OrchestrationContext } from 'durable-functions';
import type { FinishRunInput } from '../activities/finish-run.ts';
import type { WriteReportInput, WrittenReport } from '../activities/write-report.ts';
import type { WriteWorkbookInput, WrittenWorkbook } from '../activities/write-workbook.ts';
import type { RunFile, RunState, WorkbookLosses } from '../inventory/run-state.ts';
import type { Result } from '../result.ts';
import { activityNames } from './function-names.ts';
import { enterPhase } from './run-progress.ts';
import { activity, result, type Steps } from './tasks.ts';

/** The end of every run: the report first, then the workbook, and `run.json` last. */
export function* writeFiles(
  context: OrchestrationContext,
  reporting: WriteReportInput,
  { withWorkbook }: { readonly withWorkbook: boolean },
): Steps<RunState> {
  const { runId, again } = reporting;
  enterPhase(context, 'report');
  const report = yield* result<WrittenReport>(activity(context, activityNames.writeReport, reporting));

  enterPhase(context, 'workbook');
  const { collected, fleet } = report;
  const workbook = withWorkbook
    ? yield* writeWorkbook(context, { runId, collected, fleet, ...(again ? { options: again.options } : {}) })
    : noWorkbook;

  enterPhase(context, 'finishing');
  const { files, losses, error } = workbook;
  const finishing: FinishRunInput = { runId, files: [...report.files, ...files], workbook: losses, error };
  const state = yield* result<RunState>(activity(context, activityNames.finishRun, finishing));
  enterPhase(context, 'done');
  return state;
}

interface AttemptedWorkbook {
  readonly files: readonly RunFile[];
  readonly losses?: WorkbookLosses;
  readonly error?: string;
}

const noWorkbook: AttemptedWorkbook = { files: [] };

/** A workbook that cannot be written must not cost the report. */
function* writeWorkbook(context: OrchestrationContext, input: WriteWorkbookInput): Steps<AttemptedWorkbook> {
  try {
    const written = yield* result<Result<WrittenWorkbook, string>>(
      activity(context, activityNames.writeWorkbook, input),
    );
    return written.ok ? written.value : { files: [], error: written.error };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { files: [], error: (message.split('\n')[0] ?? '').trim() };
  }
}
