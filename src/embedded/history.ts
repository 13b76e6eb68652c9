/** The history of an orchestration, in the shape in which the Durable extension feeds it to the SDK's executor. */

export const EventType = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  subOrchestrationCreated: 7,
  subOrchestrationCompleted: 8,
  subOrchestrationFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventRaised: 15,
} as const;

export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  /** ISO 8601, UTC. */
  readonly Timestamp: string;
  /** True once a turn has seen it. */
  IsPlayed: boolean;
  readonly Name?: string;
  /** JSON text. */
  readonly Input?: string;
  /** JSON text. */
  readonly Result?: string;
  readonly Reason?: string;
  readonly Details?: string;
  readonly InstanceId?: string;
  readonly FireAt?: string;
  /** On a completion: the EventId of what completed. */
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
}

/** An event of the given type; id and time only where they matter. */
export function historyEvent(
  type: (typeof EventType)[keyof typeof EventType],
  fields: Partial<Omit<HistoryEvent, 'EventType'>> = {},
): HistoryEvent {
  return { EventType: type, EventId: -1, IsPlayed: false, Timestamp: new Date().toISOString(), ...fields };
}

/** Values travel as JSON text, as they do in Azure: `undefined` becomes null, a Date its text. */
export const toJson = (value: unknown): string => JSON.stringify(value ?? null);

/** A value as it is after a journey through the history. */
export const throughJson = (value: unknown): unknown => JSON.parse(toJson(value));
