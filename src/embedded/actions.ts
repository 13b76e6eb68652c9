/** What the SDK's executor asks its host to do; each turn it lists all actions since the start. */

export const ActionType = {
  activity: 0,
  activityWithRetry: 1,
  subOrchestration: 2,
  subOrchestrationWithRetry: 3,
  continueAsNew: 4,
  timer: 5,
  externalEvent: 6,
  whenAny: 11,
  whenAll: 12,
} as const;

/** Milliseconds. */
export interface RetryPolicy {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
}

export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly instanceId?: string;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly retryOptions?: RetryPolicy;
  readonly compoundActions?: readonly Action[];
}

/** Takes groups (`Task.all`, `Task.any`) apart, in the order in which their tasks were made. */
export function flattenActions(actions: readonly Action[]): readonly Action[] {
  return actions.flatMap((action) => (action.compoundActions ? flattenActions(action.compoundActions) : [action]));
}

/**
 * A pending task that was put into a second `Task.any` or `Task.all` would run twice in Azure
 * (azure-functions-durable-js#574): a bug of the orchestrator. Needs the executor's own objects, before any copy.
 */
export function assertNoTaskInTwoGroups(actions: readonly Action[]): void {
  const seen = new Set<Action>();
  for (const action of flattenActions(actions)) {
    if (action.actionType === ActionType.externalEvent) continue;
    if (seen.has(action))
      throw new Error(
        `Task "${action.functionName ?? 'timer'}" was yielded in two Task.any/Task.all groups; Azure would run it twice`,
      );
    seen.add(action);
  }
}

/** What must be the same at a replay. */
export const signatureOf = (action: Action): string => `${action.actionType}:${action.functionName ?? ''}`;

/** Compares a turn's actions with those scheduled in earlier turns; throws where an orchestrator is not deterministic. */
export function assertSameActions(scheduled: readonly string[], actions: readonly Action[]): void {
  scheduled.forEach((before, index) => {
    const action = actions[index];
    if (!action) throw new Error('Non-deterministic orchestrator: fewer actions on replay than in history');
    const now = signatureOf(action);
    if (before !== now)
      throw new Error(`Non-deterministic orchestrator: action ${index} was ${before} and is now ${now}`);
  });
}

/** Wait before the next attempt, in milliseconds. `attempt` counts from 1. */
export function retryDelay(policy: RetryPolicy, attempt: number): number {
  return Math.min(
    policy.firstRetryIntervalInMilliseconds * (policy.backoffCoefficient ?? 1) ** (attempt - 1),
    policy.maxRetryIntervalInMilliseconds ?? Number.POSITIVE_INFINITY,
  );
}
