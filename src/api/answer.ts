import type { Readable } from 'node:stream';
import { StoreError } from '../stores/store-error.ts';
import { RunsUnavailable } from './runs.ts';

/** What a call of the API comes to, without HTTP's own types. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it comes, where there is no JSON. */
  readonly content?: Readable;
}

/** One thing that is wrong with a request. */
export interface FieldProblem {
  /** Path of the field, e.g. `only.0`; `body` for the whole. */
  readonly field: string;
  readonly problem: string;
}

/** Why a call was refused or failed. Codes are stable; nothing here is ever a secret. */
export interface ApiProblem {
  readonly code: ApiProblemCode | StoreError['code'];
  readonly message: string;
  readonly advice: string;
  /** Everything that is wrong, not only the first. */
  readonly problems?: readonly FieldProblem[];
  /** The run it is about, where there is one. */
  readonly runId?: string;
}

const statuses = {
  badRequest: 400,
  noHosts: 400,
  runNotFound: 404,
  fileNotFound: 404,
  runConflict: 409,
  runNotFinished: 409,
  bodyTooLarge: 413,
  notJson: 415,
  internalError: 500,
  settingsUnusable: 503,
  runNotStarted: 503,
  orchestratorUnavailable: 503,
} as const;

export type ApiProblemCode = keyof typeof statuses;

/** Seconds after which a call that failed for a passing reason may be repeated. */
const retryAfterSeconds = 30;

/** The answer to a call that cannot be served, with the status of its code. */
export function refuse(problem: ApiProblem & { readonly code: ApiProblemCode }): ApiAnswer {
  return answerOf(statuses[problem.code], problem);
}

/** Runs a call; where the store or the orchestrations fail as a whole, the answer says that `what` was not done. */
export async function unlessDown(what: string, call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof StoreError)
      return answerOf(503, { code: thrown.code, message: `${what}: ${thrown.message}.`, advice: thrown.advice });
    if (thrown instanceof RunsUnavailable)
      return refuse({
        code: 'orchestratorUnavailable',
        message: `${what}: Durable Functions does not answer.`,
        advice: "Repeat the call in a moment; if it stays so, see the app's log and its own storage account.",
      });
    throw thrown;
  }
}

const answerOf = (status: number, error: ApiProblem): ApiAnswer => ({
  status,
  ...(status === 503 ? { headers: { 'Retry-After': String(retryAfterSeconds) } } : {}),
  json: { error },
});

/** The answer to a call about a run of which nothing is stored. */
export const runNotFound = (runId: string): ApiAnswer =>
  refuse({
    code: 'runNotFound',
    message: `There is no run ${JSON.stringify(runId.slice(0, 60))}.`,
    advice: 'GET /api/runs lists the runs there are.',
  });
