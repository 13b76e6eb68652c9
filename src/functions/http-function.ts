import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import * as df from 'durable-functions';
import { type ApiAnswer, refuse } from '../api/answer.ts';
import type { Runs } from '../api/runs.ts';
import type { Services } from '../services.ts';
import { durableRuns } from './durable-runs.ts';
import { pacedBody } from './paced-body.ts';
import { type ServicesSource, UnusableSettings } from './services-source.ts';

export interface HttpFunction {
  readonly name: string;
  readonly methods: readonly HttpMethod[];
  /** Below the app's prefix, `api`. */
  readonly route: string;
  readonly call: (request: HttpRequest, services: Services, runs: Runs) => Promise<ApiAnswer>;
}

/** Registers a call of the API. Every call needs a function key; whatever fails is an answer, and no stack. */
export function registerHttp({ name, methods, route, call }: HttpFunction, services: ServicesSource): void {
  df.app.client.http(name, {
    authLevel: 'function',
    methods: [...methods],
    route,
    handler: async (request, client, context): Promise<HttpResponseInit> => {
      try {
        return toResponse(await call(request, await services(context), durableRuns(client)), context.invocationId);
      } catch (thrown) {
        if (thrown instanceof UnusableSettings) return toResponse(settingsAnswer(thrown), context.invocationId);
        context.error(thrown);
        return toResponse(internalError(context.invocationId), context.invocationId);
      }
    },
  });
}

const toResponse = ({ status, headers, json, content }: ApiAnswer, invocationId: string): HttpResponseInit => ({
  status,
  headers: { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers },
  ...(json === undefined ? { body: content && pacedBody(content, invocationId) } : { jsonBody: json }),
});

const settingsAnswer = ({ problems }: UnusableSettings): ApiAnswer =>
  refuse({
    code: 'settingsUnusable',
    message: problems.join(' '),
    advice: "Mend the app's settings; the app starts anew with them by itself.",
    problems: problems.map((problem) => ({ field: 'settings', problem })),
  });

const internalError = (invocationId: string): ApiAnswer =>
  refuse({
    code: 'internalError',
    message: 'The exporter itself failed.',
    advice: `A bug: report it, with what the app's log says of the invocation ${invocationId}.`,
  });
