import * as df from 'durable-functions';
import type { CancelRequestedInput } from '../activities/cancel-requested.ts';
import { activityNames } from './function-names.ts';

type Task = df.Task;
type OrchestrationContext = df.OrchestrationContext;

/** A part of an orchestrator; the SDK passes back what its tasks came to. */
export type Steps<Result> = Generator<Task, Result, unknown>;

/**
 * A worker process that dies (out of memory, say) fails whatever it had under way, and Durable Functions does not repeat
 * that by itself for Node: neither must cost the run. The host holds back calls until its next worker is there, so that
 * a short pause does, in milliseconds. Every activity may be repeated.
 */
const repeats = (): df.RetryOptions => new df.RetryOptions(1_000, 3);

/** An activity that is begun again where it broke off. */
export const activity = (context: OrchestrationContext, name: string, input: unknown): Task =>
  context.df.callActivityWithRetry(name, repeats(), input);

/** A sub-orchestration that is begun again where it broke off. */
export const subOrchestration = (context: OrchestrationContext, name: string, input: unknown): Task =>
  context.df.callSubOrchestratorWithRetry(name, repeats(), input);

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
    if (yield* result<boolean>(activity(context, activityNames.cancelRequested, input))) return false;
  }
  return true;
}
