import functions, { app } from '@azure/functions';
import * as df from 'durable-functions';
import { describe, expect, it } from 'vitest';
import { createEmbeddedHost, type EmbeddedHost } from '../../src/embedded/embedded-host.ts';
import { type ManagementServer, startManagementServer } from '../functions-host/management-server.ts';
import { chain, sampleApp } from './sample-app.ts';

const minute = 60_000;
const inMs = (context: df.OrchestrationContext, ms: number): Date =>
  new Date(context.df.currentUtcDateTime.getTime() + ms);

const approval = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
  const timer = context.df.createTimer(inMs(context, 10 * minute));
  const event = context.df.waitForExternalEvent('approve');
  const winner = yield context.df.Task.any([event, timer]);
  if (winner !== event) return 'nobody came';
  timer.cancel();
  return 'approved';
};

const counter = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
  const n = context.df.getInput<number>();
  yield context.df.createTimer(inMs(context, 1));
  if (n >= 5) return `counted to ${n}`;
  context.df.continueAsNew(n + 1);
  return undefined;
};

async function run(host: EmbeddedHost, name: string, input?: unknown): Promise<{ status: string; output: unknown }> {
  const { runtimeStatus, output } = await host.waitForCompletion(host.start(name, { input }));
  return { status: runtimeStatus, output };
}

describe('an orchestration on the embedded host', () => {
  it('gets the results of its activities, each called once however often it is replayed', async () => {
    const { host, calls } = sampleApp({ chain });
    expect(await run(host, 'chain', { id: 'a' })).toEqual({ status: 'Completed', output: ['a@1', 'b@1'] });
    expect(calls).toEqual(['a#1', 'b#1']);
  });

  it('fans out over sub-orchestrations without running more activities at once than allowed', async () => {
    const fanOut = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      const ids = Array.from({ length: 40 }, (_, index) => ({ id: `h${index}` }));
      return yield context.df.Task.all(
        ids.map((input) => context.df.callSubOrchestrator('chain', input, `sub-${input.id}`)),
      );
    };
    const { host, mostAtOnce } = sampleApp({ chain, fanOut }, { maxConcurrentActivities: 3 });
    const { output } = await run(host, 'fanOut');
    expect(output).toHaveLength(40);
    expect(mostAtOnce()).toBe(3);
  });

  it('sees a failed sub-orchestration as an exception', async () => {
    const parent = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      try {
        return yield context.df.callSubOrchestrator('chain', { id: 'a', fail: 9 });
      } catch (error) {
        return `caught ${(error as Error).message.includes('no a 1')}`;
      }
    };
    const { host } = sampleApp({ chain, parent });
    expect(await run(host, 'parent')).toEqual({ status: 'Completed', output: 'caught true' });
  });

  it('is told of an external event before its timer', async () => {
    const { host } = sampleApp({ approval });
    const id = host.start('approval');
    host.raiseEvent(id, 'approve', { by: 'me' });
    expect((await host.waitForCompletion(id)).output).toBe('approved');
  });

  it('does not wait for timers once they are skipped', async () => {
    const { host } = sampleApp({ approval });
    const id = host.start('approval');
    await new Promise((resolve) => setTimeout(resolve, 30));
    host.skipTimers();
    expect((await host.waitForCompletion(id)).output).toBe('nobody came');
    expect((await run(host, 'approval')).output).toBe('nobody came');
  });

  it('starts afresh with continueAsNew', async () => {
    const { host } = sampleApp({ counter });
    expect((await run(host, 'counter', 1)).output).toBe('counted to 5');
  });

  it('ends at once when it is terminated, with the reason as its output', async () => {
    const { host } = sampleApp({ approval });
    const id = host.start('approval');
    host.terminate(id, 'not wanted any more');
    expect(await host.waitForCompletion(id)).toMatchObject({
      runtimeStatus: 'Terminated',
      output: 'not wanted any more',
    });
  });

  it('shows its custom status while it runs', async () => {
    const withStatus = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      context.df.setCustomStatus({ phase: 'waiting' });
      return yield context.df.waitForExternalEvent('go');
    };
    const { host } = sampleApp({ withStatus });
    const id = host.start('withStatus');
    await expect.poll(() => host.status(id)?.customStatus).toEqual({ phase: 'waiting' });
    host.raiseEvent(id, 'go', 1);
    await host.waitForCompletion(id);
  });

  it('waits while it is suspended', async () => {
    const { host, calls } = sampleApp({ chain });
    const id = host.start('chain', { input: { id: 'a' } });
    host.suspend(id);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toEqual([]);
    host.resume(id);
    expect((await host.waitForCompletion(id)).runtimeStatus).toBe('Completed');
  });

  it('fails when it is not deterministic', async () => {
    let turn = 0;
    const flips = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      turn += 1;
      if (turn > 1) yield context.df.createTimer(inMs(context, 1));
      return yield context.df.callActivity('step', { id: 'a' });
    };
    const { host } = sampleApp({ flips });
    const { status, output } = await run(host, 'flips');
    expect(status).toBe('Failed');
    expect(output).toMatch(/Non-deterministic/);
  });

  it('fails when it puts a pending task into two groups, which Azure would run twice', async () => {
    const slidingWindow = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      const [a, b, c] = ['a', 'b', 'c'].map((id) => context.df.callActivity('step', { id }));
      if (!a || !b || !c) return undefined;
      const first = yield context.df.Task.any([a, b]);
      yield context.df.Task.any([first === a ? b : a, c]);
      return 'ok';
    };
    const { host } = sampleApp({ slidingWindow });
    expect((await run(host, 'slidingWindow')).output).toMatch(/yielded in two/);
  });

  it('fails when it calls an activity that nobody registered', async () => {
    const lost = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      return yield context.df.callActivity('nowhere', {});
    };
    const { host } = sampleApp({ lost });
    const { status, output } = await run(host, 'lost');
    expect(status).toBe('Failed');
    expect(output).toMatch(/No function "nowhere"/);
  });
});

describe('an activity with a retry policy', () => {
  it('comes to the right result through any interleaving of failures, pauses and sub-orchestrations', async () => {
    const retry = new df.RetryOptions(3, 3);
    retry.backoffCoefficient = 2;
    const one = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      const step = context.df.getInput<{ id: string; fail: number }>();
      try {
        const first = yield context.df.callActivityWithRetry('step', retry, step);
        const second = yield context.df.callActivity('step', { id: `${step.id}b` });
        return `${first}+${second}`;
      } catch {
        return `failed ${step.id}`;
      }
    };
    const fails = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      return yield context.df.callActivity('step', context.df.getInput());
    };
    const flat = function* (context: df.OrchestrationContext): Generator<df.Task, unknown, unknown> {
      const steps = context.df.getInput<{ id: string; fail: number }[]>();
      const kept = steps.filter(({ fail }) => fail < 3);
      const direct = yield context.df.Task.all(
        kept.map((step) => context.df.callActivityWithRetry('step', retry, step)),
      );
      const nested = yield context.df.Task.all(
        steps.slice(0, 10).map(({ id, fail }) => context.df.callSubOrchestrator('one', { id: `s${id}`, fail })),
      );
      const sub = yield context.df.callSubOrchestratorWithRetry('fails', retry, { id: `sub${steps[0]?.id}`, fail: 2 });
      return { direct, nested, sub };
    };
    const { host } = sampleApp({ one, fails, flat }, { maxConcurrentActivities: 32 }, () => Math.random() * 8);
    for (let round = 0; round < 8; round += 1) {
      const steps = Array.from({ length: 40 }, (_, index) => ({
        id: `r${round}x${index}`,
        fail: Math.floor(Math.random() * 4),
      }));
      expect(await run(host, 'flat', steps)).toEqual({
        status: 'Completed',
        output: {
          direct: steps.filter(({ fail }) => fail < 3).map(({ id, fail }) => `${id}@${fail + 1}`),
          nested: steps
            .slice(0, 10)
            .map(({ id, fail }) => (fail < 3 ? `s${id}@${fail + 1}+s${id}b@1` : `failed s${id}`)),
          sub: `subr${round}x0@3`,
        },
      });
    }
  });
});

describe('the registrations of an app', () => {
  const activity = (name: string) => () => {
    df.app.activity(name, { handler: () => 1 });
  };

  it('are refused where Azure would refuse the name', () => {
    expect(() => createEmbeddedHost({ register: activity('host') })).toThrow(/reserved/);
    expect(() => createEmbeddedHost({ register: activity('write report') })).toThrow(/letters, digits/);
    expect(() => createEmbeddedHost({ register: activity('1st') })).toThrow(/letters, digits/);
  });

  it('are refused where two names differ by case only', () => {
    const both = (): void => {
      activity('collectHost')();
      activity('collecthost')();
    };
    expect(() => createEmbeddedHost({ register: both })).toThrow(/twice/);
  });

  it('belong to one host: two hosts in one process do not share them', async () => {
    const first = sampleApp({ chain });
    const second = sampleApp({ chain });
    await run(first.host, 'chain', { id: 'a' });
    expect(first.calls).toHaveLength(2);
    expect(second.calls).toHaveLength(0);
  });
});

describe('the management server', () => {
  it('lets an HTTP starter run its orchestration through the real DurableClient', async () => {
    const servers: ManagementServer[] = [];
    const { host } = sampleApp({ chain }, { clientData: () => servers[0]?.clientData() });
    const server = await startManagementServer(host);
    servers.push(server);
    try {
      const request = new functions.HttpRequest({
        method: 'POST',
        url: 'http://localhost/api/startRun',
        body: { string: JSON.stringify({ id: 'r1' }) },
      });
      const response = (await host.invoke('startRun', request)) as functions.HttpResponse;
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({ id: 'r1' });
      expect((await host.waitForCompletion('r1')).output).toEqual(['a@1', 'b@1']);
      const status = await fetch(`${server.url}instances/r1`);
      expect(await status.json()).toMatchObject({ instanceId: 'r1', runtimeStatus: 'Completed' });
      expect((await fetch(`${server.url}instances/unknown`)).status).toBe(404);
    } finally {
      await server.close();
    }
  });
});

describe('triggers that Azure would refuse', () => {
  const http = (name: string, route: string, authLevel = 'function'): void =>
    app.http(name, { route, methods: ['GET'], authLevel: authLevel as 'function', handler: () => ({}) });

  it.each([
    ['a route of its own host', () => http('a', 'admin/runs'), /route/],
    ['a route from the root', () => http('a', '/runs'), /route/],
    ['an authLevel that there is not', () => http('a', 'runs', 'everybody'), /authLevel/],
    ['a schedule that is none', () => app.timer('a', { schedule: '%NIGHT%', handler: () => undefined }), /schedule/],
    ['a schedule of two words', () => app.timer('a', { schedule: 'at two', handler: () => undefined }), /schedule/],
  ])('are refused: %s', (_what, register, error) => {
    expect(() => createEmbeddedHost({ register })).toThrow(error);
  });

  it('are refused where two functions have the same route', () => {
    const register = (): void => {
      http('a', 'runs/{id}');
      http('b', 'Runs/{runId}');
    };
    expect(() => createEmbeddedHost({ register })).toThrow(/both have the route/);
  });
});
