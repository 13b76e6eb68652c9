import type { OrchestrationContext, Task } from 'durable-functions';

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

/** Waits on a durable timer. */
export function* pause(context: OrchestrationContext, ms: number): Steps<void> {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));
}
