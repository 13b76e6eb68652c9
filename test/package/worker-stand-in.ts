// Loads a built app the way the Functions Node worker does: the app's `main`, plain Node, a `@azure/functions-core` that
// only notes what is registered. Started as `node worker-stand-in.ts <app folder>`; answers one line of JSON.
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A function as the app registered it. */
export interface ListedFunction {
  readonly name: string;
  /** Types of its bindings. */
  readonly bindings: readonly string[];
  readonly hasHandler: boolean;
}

export interface LoadedApp {
  readonly functions: readonly ListedFunction[];
  /** From the start of the process to the functions listed, in milliseconds. */
  readonly startMs: number;
  /** Resident memory then, in bytes. */
  readonly memory: number;
  /** The answer to the first call over HTTP. */
  readonly firstAnswer: { readonly status?: number; readonly text: string };
}

interface Binding {
  readonly name: string;
  readonly type: string;
}

type Callback = (trigger: unknown, context: unknown) => Promise<{ status?: number; jsonBody?: unknown }>;

const folder = process.argv[2] ?? '.';
const functions: ListedFunction[] = [];
const registered = new Map<string, { readonly bindings: readonly Binding[]; readonly callback: Callback }>();

const core = {
  version: '3.12.0',
  hostVersion: '4.1037.0',
  setProgrammingModel: () => undefined,
  getProgrammingModel: () => undefined,
  registerHook: () => ({ dispose: () => undefined }),
  log: () => undefined,
  registerFunction: (metadata: { name: string; bindings: Record<string, Binding> }, callback: unknown) => {
    const bindings = Object.values(metadata.bindings);
    const types = bindings.map(({ type }) => type);
    functions.push({ name: metadata.name, bindings: types, hasHandler: typeof callback === 'function' });
    registered.set(metadata.name, { bindings, callback: callback as Callback });
    return { dispose: () => undefined };
  },
  Disposable: class {},
};
Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (target, self: unknown, args: [string]) =>
    args[0] === '@azure/functions-core' ? core : Reflect.apply(target, self, args),
});

const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };
const entry = join(folder, main);
await import(pathToFileURL(entry).href);
const startMs = Math.round(performance.now());
const memory = process.memoryUsage().rss;

const { HttpRequest, InvocationContext } = createRequire(entry)('@azure/functions') as {
  HttpRequest: new (init: object) => unknown;
  InvocationContext: new (init: object) => { readonly extraInputs: { set(name: string, value: unknown): void } };
};

/** The first call over HTTP that the app gets, as a user may make it: which runs are there? */
async function firstCall(name: string): Promise<LoadedApp['firstAnswer']> {
  const called = registered.get(name);
  if (!called) throw new Error(`${name} is not registered`);
  const clients = called.bindings.filter(({ type }) => type === 'durableClient');
  const context = new InvocationContext({
    functionName: name,
    invocationId: '1',
    logHandler: () => undefined,
    options: { extraInputs: clients },
  });
  // Nobody answers there: a call that needs no orchestration does not ask.
  const urls = { id: 'INSTANCEID', statusQueryGetUri: 'http://127.0.0.1:9/instances/INSTANCEID' };
  for (const client of clients)
    context.extraInputs.set(client.name, {
      taskHubName: 'hub',
      creationUrls: {},
      managementUrls: urls,
      rpcBaseUrl: 'http://127.0.0.1:9/',
    });
  const answer = await called.callback(
    new HttpRequest({ method: 'GET', url: 'https://app.example/api/runs' }),
    context,
  );
  return { status: answer.status, text: JSON.stringify(answer.jsonBody ?? null) };
}

const loaded: LoadedApp = { functions, startMs, memory, firstAnswer: await firstCall('listRuns') };
process.stdout.write(`${JSON.stringify(loaded)}\n`);
// Nothing that the app left open may keep the process.
process.exit();
