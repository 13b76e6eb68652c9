import { onTestFinished } from 'vitest';
import { registerFunctions } from '../../src/functions/register-functions.ts';
import { contextLog, type ServicesSource } from '../../src/functions/services-source.ts';
import type { Services } from '../../src/services.ts';
import { type FunctionsApp, startFunctionsApp } from '../functions-host/functions-app.ts';

export interface TestApp extends FunctionsApp {
  /** What was logged, function by function, through their contexts. */
  readonly logged: { readonly functionName: string; readonly text: string }[];
  /** Calls the API with the function key; a body is sent as JSON. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
}

export const functionKey = 'key-of-the-tests';

/** The app, as Azure would run it, until the test is over. */
export async function functionsApp(
  services: Services | ServicesSource,
  { maxConcurrentActivities = 32 } = {},
): Promise<TestApp> {
  const logged: TestApp['logged'] = [];
  const source: ServicesSource =
    typeof services === 'function' ? services : (context) => ({ ...services, log: contextLog(context) });
  const app = await startFunctionsApp({
    register: () => registerFunctions(source),
    functionKey,
    maxConcurrentActivities,
    log: (_level, functionName, text) => logged.push({ functionName, text: String(text) }),
  });
  onTestFinished(() => app.close());
  return {
    ...app,
    logged,
    call: (method, path, body) =>
      fetch(`${app.url}/api/${path}`, {
        method,
        headers: {
          'x-functions-key': functionKey,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

/** Waits for a run's end as a pipeline does; the last status. */
export async function finished(app: TestApp, runId: string): Promise<Record<string, unknown>> {
  for (;;) {
    const status = (await (await app.call('GET', `runs/${runId}`)).json()) as Record<string, unknown>;
    if (!['waiting', 'running', 'cancelling'].includes(String(status.state))) return status;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
