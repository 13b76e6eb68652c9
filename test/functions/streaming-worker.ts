import { randomUUID } from 'node:crypto';
import Module from 'node:module';

/** What the test sends to a function, as the Functions host forwards it to the worker's own HTTP server. */
export interface ForwardedCall {
  readonly functionName: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call under way: where to send it, and what became of the function's invocation. */
export interface Forwarded {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined once the invocation has ended well, else what it failed with. */
  readonly invocation: Promise<unknown>;
}

export interface StreamingWorker {
  /** Tells the worker of a call; the test then sends it to the URL, with the headers. */
  begin(call: ForwardedCall): Forwarded;
}

interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string; readonly name: string }>>;
}

interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}

interface ProgrammingModel {
  getInvocationModel(coreContext: object): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<{ readonly HttpUri?: string }>;
}

/** What DurableClient is told of its host; nobody answers there. */
const durableClient = {
  taskHubName: 'hub',
  creationUrls: {},
  managementUrls: { id: 'INSTANCEID', statusQueryGetUri: 'http://127.0.0.1:9/instances/INSTANCEID' },
  rpcBaseUrl: 'http://127.0.0.1:9/',
};

/**
 * Carries calls out with the invocation code of `@azure/functions` itself, its HTTP streaming on, as the Node worker
 * does. `register` must load the app, which nothing in this process may have done before.
 */
export async function startStreamingWorker(register: () => Promise<void>): Promise<StreamingWorker> {
  const functions = new Map<string, { readonly metadata: Metadata; readonly callback: unknown }>();
  let model: ProgrammingModel | undefined;
  const core = {
    version: '3.12.0',
    hostVersion: '4.1037.0',
    setProgrammingModel: (given: ProgrammingModel) => {
      model = given;
    },
    registerHook: () => ({ dispose: () => undefined }),
    log: () => undefined,
    registerFunction: (metadata: Metadata, callback: unknown) => {
      functions.set(metadata.name, { metadata, callback });
      return { dispose: () => undefined };
    },
    Disposable: class {},
  };
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self: unknown, args: [string]) =>
      args[0] === '@azure/functions-core' ? core : Reflect.apply(target, self, args),
  });
  await register();
  const { HttpUri } = (await model?.getCapabilities({})) ?? {};
  if (!model || !HttpUri) throw new Error('HTTP streaming is not on');
  const programming = model;

  const invoke = async (invocationId: string, { functionName, params }: ForwardedCall): Promise<void> => {
    const called = functions.get(functionName);
    if (!called) throw new Error(`${functionName} is not registered`);
    const { metadata, callback } = called;
    const inputData = Object.entries(metadata.bindings)
      .filter(([, { type }]) => type === 'httpTrigger' || type === 'durableClient')
      .map(([name, { type }]) => ({
        name,
        data: type === 'durableClient' ? { json: JSON.stringify(durableClient) } : {},
      }));
    const triggerMetadata = Object.fromEntries(Object.entries(params).map(([name, string]) => [name, { string }]));
    const invocation = programming.getInvocationModel({
      invocationId,
      metadata,
      request: { inputData, triggerMetadata: { ...triggerMetadata, Headers: { json: '{}' } } },
      log: () => undefined,
      state: undefined,
    });
    const { context, inputs } = await invocation.getArguments();
    await invocation.getResponse(context, await invocation.invokeFunction(context, inputs, callback));
  };

  return {
    begin: (call) => {
      const invocationId = randomUUID();
      return {
        url: new URL(call.path, HttpUri).href,
        headers: {
          ...call.headers,
          'x-ms-invocation-id': invocationId,
          'x-forwarded-host': 'app.example',
          'x-forwarded-proto': 'https',
        },
        invocation: invoke(invocationId, call).catch((thrown: unknown) => thrown),
      };
    },
  };
}
