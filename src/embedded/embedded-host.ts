import { randomUUID } from 'node:crypto';
import functions, { type InvocationContext, type LogLevel } from '@azure/functions';
import { ActivityQueue } from './activity-queue.ts';
import { collectRegistrations } from './functions-core.ts';
import {
  type ActivityOutcome,
  Orchestration,
  type OrchestrationStart,
  type OrchestrationStatus,
  type Surroundings,
} from './orchestration.ts';
import type { Registration, Registrations } from './registration.ts';
import { messageOf, replay } from './replay.ts';

export interface EmbeddedHostOptions {
  /** Makes the registrations, exactly as an Azure Functions app makes them. */
  readonly register: () => void;
  /** Activities run at once; the counterpart of `maxConcurrentActivityFunctions` in host.json. Default 10. */
  readonly maxConcurrentActivities?: number;
  /** Takes what functions log through their context. Default: nothing is kept. */
  readonly log?: (level: LogLevel, functionName: string, ...args: unknown[]) => void;
  /** What `df.getClient` needs to find the host; see test/functions-host/management-server.ts. */
  readonly clientData?: () => unknown;
}

/** Plays the Durable extension in-process: runs the very registrations of an app through the SDK's own executor. */
export interface EmbeddedHost {
  /** Starts an orchestration; its id. Throws where the name is unknown or an instance of that id is still going. */
  start(name: string, options?: { readonly instanceId?: string; readonly input?: unknown }): string;
  /** Undefined for an unknown id. */
  status(instanceId: string): OrchestrationStatus | undefined;
  list(): readonly OrchestrationStatus[];
  /** Resolves when the orchestration has completed, failed or was terminated. Throws on an unknown id. */
  waitForCompletion(instanceId: string): Promise<OrchestrationStatus>;
  raiseEvent(instanceId: string, eventName: string, data: unknown): void;
  terminate(instanceId: string, reason: string): void;
  suspend(instanceId: string): void;
  resume(instanceId: string): void;
  /** Forgets an instance; false where there is none. */
  purge(instanceId: string): boolean;
  /** From now on no durable timer is waited for: those under way fire now, later ones at once. */
  skipTimers(): void;
  /** Everything that is registered. */
  functions(): readonly Registration[];
  /** Runs any other registered function (HTTP, timer) with its trigger's value. */
  invoke(name: string, trigger: unknown): Promise<unknown>;
}

/** Makes a host of its own for the registrations that `register` makes. Nothing is kept on disk. */
export function createEmbeddedHost(options: EmbeddedHostOptions): EmbeddedHost {
  const registrations = collectRegistrations(options.register);
  const orchestrations = new Map<string, Orchestration>();
  const activities = new ActivityQueue(options.maxConcurrentActivities ?? 10);
  let timersAreSkipped = false;

  const contextFor = (registration: Registration): InvocationContext => createContext(registration, options);

  const surroundings: Surroundings = {
    replay: (name, request) => {
      const orchestrator = registered(registrations, name, 'orchestrationTrigger');
      return replay(orchestrator, request, contextFor(orchestrator));
    },
    runActivity: (name, input, done) =>
      activities.add(async () => done(await runActivity(registrations, name, input, contextFor))),
    startSubOrchestration: begin,
    timerWait: (ms) => (timersAreSkipped ? 0 : ms),
  };

  function begin(start: OrchestrationStart): void {
    orchestrations.set(start.instanceId, new Orchestration(start, surroundings));
  }

  function existing(instanceId: string): Orchestration {
    const orchestration = orchestrations.get(instanceId);
    if (!orchestration) throw new Error(`No orchestration "${instanceId}"`);
    return orchestration;
  }

  return {
    start: (name, { instanceId = randomUUID().replaceAll('-', ''), input } = {}) => {
      registered(registrations, name, 'orchestrationTrigger');
      if (orchestrations.get(instanceId)?.isSettled === false)
        throw new Error(`Orchestration "${instanceId}" is still going`);
      begin({ name, instanceId, input });
      return instanceId;
    },
    status: (instanceId) => orchestrations.get(instanceId)?.status,
    list: () => [...orchestrations.values()].map(({ status }) => status),
    waitForCompletion: (instanceId) => existing(instanceId).settled(),
    raiseEvent: (instanceId, eventName, data) => existing(instanceId).raiseEvent(eventName, data),
    terminate: (instanceId, reason) => existing(instanceId).terminate(reason),
    suspend: (instanceId) => existing(instanceId).suspend(),
    resume: (instanceId) => existing(instanceId).resume(),
    purge: (instanceId) => orchestrations.delete(instanceId),
    skipTimers: () => {
      timersAreSkipped = true;
      for (const orchestration of orchestrations.values()) orchestration.fireTimers();
    },
    functions: () => [...registrations.values()],
    invoke: async (name, trigger) => {
      const registration = registered(registrations, name);
      return registration.callback(trigger, contextFor(registration));
    },
  };
}

function registered(registrations: Registrations, name: string, trigger?: string): Registration {
  const registration = registrations.get(name);
  if (!registration) throw new Error(`No function "${name}" is registered`);
  if (trigger && !registration.bindings.some(({ type }) => type === trigger))
    throw new Error(`Function "${name}" has no ${trigger}`);
  return registration;
}

async function runActivity(
  registrations: Registrations,
  name: string,
  input: unknown,
  contextFor: (registration: Registration) => InvocationContext,
): Promise<ActivityOutcome> {
  try {
    const activity = registered(registrations, name, 'activityTrigger');
    return { ok: true, result: await activity.callback(input, contextFor(activity)) };
  } catch (error) {
    const details = error instanceof Error ? (error.stack ?? '') : '';
    return { ok: false, reason: messageOf(error), details };
  }
}

function createContext(registration: Registration, { log, clientData }: EmbeddedHostOptions): InvocationContext {
  const inputs = registration.bindings.filter(({ direction, type }) => direction === 'in' && !type.endsWith('Trigger'));
  const context = new functions.InvocationContext({
    functionName: registration.name,
    invocationId: randomUUID(),
    options: { extraInputs: inputs.map(({ name, type }) => ({ name, type })) },
    logHandler: (level, ...args) => log?.(level, registration.name, ...args),
  });
  for (const { name, type } of inputs) if (type === 'durableClient') context.extraInputs.set(name, clientData?.());
  return context;
}
