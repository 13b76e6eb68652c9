import type { OrchestrationContext, Task } from 'durable-functions';
import type { CancelRequestedInput } from '../activities/cancel-requested.ts';
import { activityNames } from './function-names.ts';

/** A part of an orchestrator; the SDK passes back what its tasks came to. */
export type Steps<Result> = Generator<Task, Result, unknown>;

/** Waits for one task. The SDK does not type what comes back: the caller knows. */
export function* result<Value>(task: Task): Steps<Value> {
  return (yield task) as Value;
}

/** Waits for all tasks; `Task.all` does not take an empty list. */
export function* all<Value>(context: OrchestrationContext, tasks: readonly Task[]): Steps<readonly Value[]> {
  return tasks.length === 0 ? [] : ((yield context.df.Task.all([...tasks])) as readonly Value[]);
}

/**
 * Longest durable timer of a pause, in milliseconds: between two of them the run's cancel mark is looked for. An event
 * would have to be sent to every sub-orchestration, and its task would be in one group after another.
 */
const longestTimerMs = 15_000;

/** Waits on durable timers. False: a cancel of the run ended the pause early, and there is nothing to wait for any more. */
export function* pause(context: OrchestrationContext, runId: string, ms: number): Steps<boolean> {
  const now = (): number => context.df.currentUtcDateTime.getTime();
  const end = now() + ms;
  const input: CancelRequestedInput = { runId };
  // Counted as well as timed: where timers are skipped, the time does not pass.
  for (let left = ms; left > 0 && now() < end; left -= longestTimerMs) {
    yield context.df.createTimer(new Date(now() + Math.min(left, longestTimerMs)));
    if (left <= longestTimerMs) return true;
    if (yield* result<boolean>(context.df.callActivity(activityNames.cancelRequested, input))) return false;
  }
  return true;
}
