import type { OrchestrationContext } from 'durable-functions';

/** The custom status. Counts come from the hosts' files: an orchestrator stands still inside `Task.all`. */
export interface RunProgress {
  readonly phase:
    | 'opening'
    | 'preflight'
    | 'collecting'
    | 'retrying'
    | 'askingAgain'
    | 'report'
    | 'workbook'
    | 'finishing'
    | 'done';
}

/** Tells whoever watches the run what it does now. */
export function enterPhase(context: OrchestrationContext, phase: RunProgress['phase']): void {
  const progress: RunProgress = { phase };
  context.df.setCustomStatus(progress);
}
