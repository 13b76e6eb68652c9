import type { InvocationContext } from '@azure/functions';
import { type Action, assertNoTaskInTwoGroups, flattenActions } from './actions.ts';
import { type HistoryEvent, toJson } from './history.ts';
import type { Registration } from './registration.ts';

/** What the SDK's executor is told at each turn: the extension's `DurableOrchestrationBindingInfo`. */
export interface ReplayRequest {
  readonly history: readonly HistoryEvent[];
  readonly input: unknown;
  readonly instanceId: string;
  readonly parentInstanceId: string | undefined;
}

export interface ReplayOutcome {
  readonly isDone: boolean;
  /** All actions since the start, groups taken apart. */
  readonly actions: readonly Action[];
  readonly output: unknown;
  /** Undefined where the orchestrator has set none. */
  readonly customStatus: unknown;
  /** What the orchestrator threw. */
  readonly error: string | undefined;
}

interface ExecutorState {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly customStatus?: unknown;
  readonly error?: string;
}

/** Follows the message of the error with which the executor reports that an orchestrator threw. */
const outOfProcessData = '\n\n$OutOfProcData$:';

/** Replays an orchestrator from its start through the SDK's own executor. Throws where it breaks the rules of Durable. */
export async function replay(
  orchestrator: Registration,
  request: ReplayRequest,
  context: InvocationContext,
): Promise<ReplayOutcome> {
  // A copy: the executor marks events in its history.
  const binding = structuredClone({
    ...request,
    isReplaying: request.history.length > 2,
    upperSchemaVersion: 2,
    upperSchemaVersionNew: 3,
    maximumShortTimerDuration: '24.00:00:00',
    longRunningTimerIntervalDuration: '12.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  });
  const { state, error } = await execute(orchestrator, binding, context);
  return {
    isDone: state.isDone,
    actions: flattenActions(state.actions.flat()),
    output: state.output,
    customStatus: state.customStatus,
    error,
  };
}

async function execute(
  orchestrator: Registration,
  binding: unknown,
  context: InvocationContext,
): Promise<{ readonly state: ExecutorState; readonly error: string | undefined }> {
  try {
    const state = (await orchestrator.callback(binding, context)) as ExecutorState;
    assertNoTaskInTwoGroups(state.actions.flat());
    return { state: JSON.parse(toJson(state)) as ExecutorState, error: undefined };
  } catch (thrown) {
    // The sentence in front of the data is not to be used: durable-functions 3.5 hands over something else there.
    const data = messageOf(thrown).split(outOfProcessData)[1];
    if (data === undefined) throw thrown;
    const state = JSON.parse(data) as ExecutorState;
    return { state, error: state.error ?? 'it threw' };
  }
}

/** The sentence of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
