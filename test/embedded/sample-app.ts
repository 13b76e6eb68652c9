import { app } from '@azure/functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';
import * as df from 'durable-functions';
import { createEmbeddedHost, type EmbeddedHost, type EmbeddedHostOptions } from '../../src/embedded/embedded-host.ts';

export interface Step {
  readonly id: string;
  /** How often it throws before it succeeds. */
  readonly fail?: number;
}

export interface SampleApp {
  readonly host: EmbeddedHost;
  /** Activities called, in order, as `id#attempt`. */
  readonly calls: string[];
  /** The most activities that ran at once. */
  mostAtOnce(): number;
}

/** An orchestrator whose results are of unknown type. */
export type Orchestrator = (context: OrchestrationContext) => Generator<df.Task, unknown, unknown>;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An embedded host with one activity, `step`, and the given orchestrators. */
export function sampleApp(
  orchestrators: Readonly<Record<string, Orchestrator>>,
  options: Partial<EmbeddedHostOptions> = {},
  stepMs: () => number = () => 1,
): SampleApp {
  const calls: string[] = [];
  const tries = new Map<string, number>();
  let running = 0;
  let most = 0;
  const step = async ({ id, fail = 0 }: Step): Promise<string> => {
    const attempt = (tries.get(id) ?? 0) + 1;
    tries.set(id, attempt);
    calls.push(`${id}#${attempt}`);
    running += 1;
    most = Math.max(most, running);
    await sleep(stepMs());
    running -= 1;
    if (attempt <= fail) throw new Error(`no ${id} ${attempt}`);
    return `${id}@${attempt}`;
  };
  const register = (): void => {
    df.app.activity('step', { handler: step });
    for (const [name, handler] of Object.entries(orchestrators))
      df.app.orchestration(name, handler as OrchestrationHandler);
    app.http('startRun', {
      methods: ['POST'],
      extraInputs: [df.input.durableClient()],
      handler: async (request, context) => {
        const { id } = (await request.json()) as { id: string };
        const client = df.getClient(context);
        await client.startNew('chain', { instanceId: id, input: { id: 'a' } });
        return client.createCheckStatusResponse(request, id);
      },
    });
  };
  return { host: createEmbeddedHost({ register, ...options }), calls, mostAtOnce: () => most };
}

export const chain = function* (context: OrchestrationContext): Generator<df.Task, unknown, unknown> {
  const first = yield context.df.callActivity('step', context.df.getInput());
  const second = yield context.df.callActivity('step', { id: 'b' });
  return [first, second];
};
