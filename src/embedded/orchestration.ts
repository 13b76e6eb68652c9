import { randomUUID } from 'node:crypto';
import { type Action, ActionType, assertSameActions, retryDelay, signatureOf } from './actions.ts';
import { EventType, type HistoryEvent, historyEvent, throughJson, toJson } from './history.ts';
import { messageOf, type ReplayOutcome, type ReplayRequest } from './replay.ts';

export type RuntimeStatus = 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Terminated' | 'Suspended';

/** What the world may see of an orchestration; the shape of DurableClient's status. */
export interface OrchestrationStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly input: unknown;
  /** The result, or the reason of a failure or termination. */
  readonly output: unknown;
  readonly customStatus: unknown;
  /** ISO 8601, UTC. */
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
}

export interface OrchestrationStart {
  readonly name: string;
  readonly instanceId: string;
  readonly input: unknown;
  readonly parentInstanceId?: string;
  /** Called once, with the final status. */
  readonly onSettled?: (status: OrchestrationStatus) => void;
}

/** What an orchestration needs of the host around it. */
export interface Surroundings {
  replay(name: string, request: ReplayRequest): Promise<ReplayOutcome>;
  /** Calls `done` with what came of the activity; never throws. */
  runActivity(name: string, input: unknown, done: (outcome: ActivityOutcome) => void): void;
  startSubOrchestration(start: OrchestrationStart): void;
  /** Wait for a durable timer that is due in `ms`, in real milliseconds. */
  timerWait(ms: number): number;
}

export type ActivityOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly reason: string; readonly details: string };

/** A task under way; a retry policy's pause is a task of its own. */
interface PendingTask {
  readonly action: Action;
  readonly attempt: number;
  readonly isRetryPause?: boolean;
  fire?: () => void;
  timeout?: NodeJS.Timeout;
}

const settledStatuses: ReadonlySet<RuntimeStatus> = new Set(['Completed', 'Failed', 'Terminated']);

/** Completions that arrive this close together (ms) share one replay, as they do in a control-queue batch. */
const coalesceMs = 4;

/** One orchestration: its history, its inbox, and the tasks under way. All in memory. */
export class Orchestration {
  readonly #surroundings: Surroundings;
  readonly #start: OrchestrationStart;
  readonly #createdTime = new Date().toISOString();
  readonly #settled: Promise<OrchestrationStatus>;
  #settle: (status: OrchestrationStatus) => void = () => {};
  #input: unknown;
  #output: unknown = null;
  #customStatus: unknown = null;
  #runtimeStatus: RuntimeStatus = 'Pending';
  #lastUpdatedTime = this.#createdTime;
  #history: HistoryEvent[] = [];
  #inbox: HistoryEvent[] = [];
  #pending = new Map<number, PendingTask>();
  /** Signatures of the actions already begun, in order. */
  #scheduled: string[] = [];
  #nextTaskId = 0;
  /** Changes with continueAsNew: results of an earlier execution are dropped. */
  #executionId = randomUUID();
  #inTurn = false;
  #wake: NodeJS.Timeout | undefined;

  constructor(start: OrchestrationStart, surroundings: Surroundings) {
    this.#start = start;
    this.#surroundings = surroundings;
    this.#input = throughJson(start.input);
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#post(historyEvent(EventType.executionStarted, { Name: start.name, Input: toJson(start.input) }));
  }

  get status(): OrchestrationStatus {
    return {
      name: this.#start.name,
      instanceId: this.#start.instanceId,
      runtimeStatus: this.#runtimeStatus,
      input: this.#input,
      output: this.#output,
      customStatus: this.#customStatus,
      createdTime: this.#createdTime,
      lastUpdatedTime: this.#lastUpdatedTime,
    };
  }

  get isSettled(): boolean {
    return settledStatuses.has(this.#runtimeStatus);
  }

  settled(): Promise<OrchestrationStatus> {
    return this.#settled;
  }

  raiseEvent(name: string, data: unknown): void {
    this.#post(historyEvent(EventType.eventRaised, { Name: name, Input: toJson(data) }));
  }

  /** As in Azure, activities and sub-orchestrations under way are not reached. */
  terminate(reason: string): void {
    if (!this.isSettled) this.#finish('Terminated', reason);
  }

  suspend(): void {
    if (!this.isSettled) this.#runtimeStatus = 'Suspended';
  }

  resume(): void {
    if (this.#runtimeStatus !== 'Suspended') return;
    this.#runtimeStatus = 'Running';
    void this.#takeTurns();
  }

  /** Lets every timer under way fire now. */
  fireTimers(): void {
    for (const { fire } of this.#pending.values()) fire?.();
  }

  #post(event: HistoryEvent): void {
    if (this.isSettled) return;
    this.#inbox.push(event);
    this.#wake ??= setTimeout(() => {
      this.#wake = undefined;
      void this.#takeTurns();
    }, coalesceMs);
  }

  async #takeTurns(): Promise<void> {
    if (this.#inTurn) return;
    this.#inTurn = true;
    try {
      while (this.#inbox.length > 0 && !this.isSettled && this.#runtimeStatus !== 'Suspended') await this.#takeTurn();
    } catch (error) {
      this.#finish('Failed', messageOf(error));
    } finally {
      this.#inTurn = false;
    }
  }

  async #takeTurn(): Promise<void> {
    this.#runtimeStatus = 'Running';
    this.#history.push(historyEvent(EventType.orchestratorStarted));
    this.#receive();
    const { name, instanceId, parentInstanceId } = this.#start;
    const outcome = await this.#surroundings.replay(name, {
      history: this.#history,
      input: this.#input,
      instanceId,
      parentInstanceId,
    });
    if (this.isSettled) return;
    if (outcome.customStatus !== undefined) this.#customStatus = outcome.customStatus;
    this.#lastUpdatedTime = new Date().toISOString();
    this.#schedule(outcome.actions.filter(isTask));
    this.#history.push(historyEvent(EventType.orchestratorCompleted));
    for (const event of this.#history) event.IsPlayed = true;
    const last = outcome.actions.at(-1);
    if (outcome.error !== undefined) this.#finish('Failed', `Orchestrator function '${name}' failed: ${outcome.error}`);
    else if (outcome.isDone && last?.actionType === ActionType.continueAsNew) this.#continueAsNew(last.input);
    else if (outcome.isDone) this.#finish('Completed', outcome.output ?? null);
  }

  /** Takes the inbox into the history. What a retry begins takes its id as its event is processed: it comes first in its turn. */
  #receive(): void {
    for (let first = true; ; first = false) {
      const event = this.#inbox[0];
      if (!event) return;
      const retry = this.#retryAfter(event);
      if (retry && !first) return;
      this.#inbox.shift();
      this.#history.push(event);
      retry?.();
    }
  }

  #continueAsNew(input: unknown): void {
    this.#clearTimers();
    const events = this.#inbox.filter((event) => event.EventType === EventType.eventRaised);
    this.#input = input;
    this.#history = [];
    this.#pending = new Map();
    this.#scheduled = [];
    this.#nextTaskId = 0;
    this.#executionId = randomUUID();
    this.#inbox = [];
    this.#post(historyEvent(EventType.executionStarted, { Name: this.#start.name, Input: toJson(input) }));
    this.#inbox.push(...events);
  }

  #finish(status: RuntimeStatus, output: unknown): void {
    this.#clearTimers();
    this.#runtimeStatus = status;
    this.#output = output;
    this.#inbox = [];
    this.#lastUpdatedTime = new Date().toISOString();
    this.#start.onSettled?.(this.status);
    this.#settle(this.status);
  }

  #clearTimers(): void {
    for (const { timeout } of this.#pending.values()) clearTimeout(timeout);
  }

  #schedule(actions: readonly Action[]): void {
    assertSameActions(this.#scheduled, actions);
    for (const action of actions.slice(this.#scheduled.length)) {
      this.#scheduled.push(signatureOf(action));
      this.#begin({ action, attempt: 1 });
    }
    for (const action of actions) if (action.isCanceled) this.#cancelTimer(action);
  }

  #cancelTimer(action: Action): void {
    for (const task of this.#pending.values()) {
      if (task.action.fireAt !== action.fireAt || task.isRetryPause) continue;
      clearTimeout(task.timeout);
      task.fire = undefined;
    }
  }

  #begin(task: PendingTask): void {
    const id = this.#nextTaskId++;
    const { action } = task;
    const name = action.functionName ?? '';
    this.#pending.set(id, task);
    switch (action.actionType) {
      case ActionType.activity:
      case ActionType.activityWithRetry:
        this.#history.push(
          historyEvent(EventType.taskScheduled, { EventId: id, Name: name, Input: toJson(action.input) }),
        );
        this.#beginActivity(id, name, action.input);
        break;
      case ActionType.subOrchestration:
      case ActionType.subOrchestrationWithRetry:
        this.#beginSubOrchestration(id, name, action);
        break;
      case ActionType.timer: {
        const fireAt = action.fireAt ?? new Date().toISOString();
        this.#history.push(historyEvent(EventType.timerCreated, { EventId: id, FireAt: fireAt }));
        this.#beginTimer(id, task, Date.parse(fireAt) - Date.now());
        break;
      }
      default:
        throw new Error(`The embedded host does not know the durable action ${action.actionType}`);
    }
  }

  #beginActivity(id: number, name: string, input: unknown): void {
    const executionId = this.#executionId;
    // Inputs come from the executor as JSON text already.
    const trigger = typeof input === 'string' ? (JSON.parse(input) as unknown) : throughJson(input);
    this.#surroundings.runActivity(name, trigger, (outcome) => {
      if (executionId !== this.#executionId) return;
      this.#post(
        outcome.ok
          ? historyEvent(EventType.taskCompleted, { TaskScheduledId: id, Result: toJson(outcome.result) })
          : historyEvent(EventType.taskFailed, {
              TaskScheduledId: id,
              Reason: `Activity function '${name}' failed: ${outcome.reason}`,
              Details: outcome.details,
            }),
      );
    });
  }

  #beginSubOrchestration(id: number, name: string, action: Action): void {
    const executionId = this.#executionId;
    const instanceId = action.instanceId ?? `${this.#start.instanceId}:${id.toString(16)}`;
    this.#history.push(
      historyEvent(EventType.subOrchestrationCreated, {
        EventId: id,
        Name: name,
        InstanceId: instanceId,
        Input: toJson(action.input),
      }),
    );
    this.#surroundings.startSubOrchestration({
      name,
      instanceId,
      input: action.input,
      parentInstanceId: this.#start.instanceId,
      onSettled: ({ runtimeStatus, output }) => {
        if (executionId !== this.#executionId) return;
        this.#post(
          runtimeStatus === 'Completed'
            ? historyEvent(EventType.subOrchestrationCompleted, { TaskScheduledId: id, Result: toJson(output) })
            : historyEvent(EventType.subOrchestrationFailed, {
                TaskScheduledId: id,
                Reason: String(output),
                Details: `instance ${instanceId}`,
              }),
        );
      },
    });
  }

  #beginTimer(id: number, task: PendingTask, ms: number): void {
    const fireAt = new Date(Date.now() + ms).toISOString();
    task.fire = () => {
      clearTimeout(task.timeout);
      task.fire = undefined;
      this.#post(historyEvent(EventType.timerFired, { TimerId: id, FireAt: fireAt, Timestamp: fireAt }));
    };
    task.timeout = setTimeout(task.fire, this.#surroundings.timerWait(Math.max(0, ms)));
  }

  /** What must happen as this event is processed, where it belongs to a task with a retry policy. */
  #retryAfter(event: HistoryEvent): (() => void) | undefined {
    const task = this.#pending.get(event.TaskScheduledId ?? event.TimerId ?? -1);
    const policy = task?.action.retryOptions;
    if (!task || !policy) return undefined;
    const mayRetry = task.attempt < policy.maxNumberOfAttempts;
    if (event.EventType === EventType.taskFailed || event.EventType === EventType.subOrchestrationFailed)
      // The SDK waits for one more timer after the last attempt, as DTFx does; there is nothing to wait for then.
      return () => this.#beginRetryPause(task, mayRetry ? retryDelay(policy, task.attempt) : 0);
    if (event.EventType === EventType.timerFired && task.isRetryPause && mayRetry)
      return () => this.#begin({ action: { ...task.action, instanceId: undefined }, attempt: task.attempt + 1 });
    return undefined;
  }

  #beginRetryPause(failed: PendingTask, delay: number): void {
    const id = this.#nextTaskId++;
    const pause: PendingTask = { action: failed.action, attempt: failed.attempt, isRetryPause: true };
    this.#pending.set(id, pause);
    this.#history.push(
      historyEvent(EventType.timerCreated, { EventId: id, FireAt: new Date(Date.now() + delay).toISOString() }),
    );
    this.#beginTimer(id, pause, delay);
  }
}

const isTask = ({ actionType }: Action): boolean =>
  actionType !== ActionType.continueAsNew && actionType !== ActionType.externalEvent;
