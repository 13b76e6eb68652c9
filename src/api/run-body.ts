import { createHash } from 'node:crypto';
import { failure, type Result, success } from '../result.ts';
import type { ApiProblem, ApiProblemCode, FieldProblem } from './answer.ts';

/** A request to start a run, as it came. */
export interface StartRunRequest {
  /** The URL of the call; answers give URLs of the same host. */
  readonly url: string;
  readonly contentType: string | null;
  /** Undefined: longer than {@link longestBody}. */
  readonly body: string | undefined;
}

/** Bytes: a list of the most hosts that a run takes, with all their options, is far shorter. */
export const longestBody = 4 * 1024 * 1024;

/** A body that is JSON and an object; what is in it has not been looked at. */
export interface RunBody {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same for the same body, however its fields are ordered; the run id does not count. Hex. */
  readonly hash: string;
}

export type BodyRefused = ApiProblem & { readonly code: ApiProblemCode };

/** Reads the body of a request to start a run; none at all asks for everything that is the default. */
export function readRunBody({ contentType, body }: Omit<StartRunRequest, 'url'>): Result<RunBody, BodyRefused> {
  if (body === undefined)
    return failure({
      code: 'bodyTooLarge',
      message: `The body is longer than ${longestBody / 1024 / 1024} MiB.`,
      advice: 'Start several runs, or keep the host list in the blob hosts.txt.',
    });
  if (body.trim() === '') return success(runBody({}));
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? ''))
    return failure({
      code: 'notJson',
      message: `The body has the content type ${JSON.stringify((contentType ?? 'none').slice(0, 80))}.`,
      advice: 'Send JSON, with the header "Content-Type: application/json".',
    });
  const parsed = parseJson(body);
  if (!parsed.ok) return failure(badRequest([{ field: 'body', problem: `is not JSON: ${parsed.error}` }]));
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failure(badRequest([{ field: 'body', problem: 'must be a JSON object' }]));
  try {
    return success(runBody(value as Record<string, unknown>));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return failure(badRequest([{ field: 'body', problem: 'is nested too deeply' }]));
  }
}

/** A body with every field named that is wrong with it. */
export function badRequest(problems: readonly FieldProblem[]): BodyRefused {
  return {
    code: 'badRequest',
    message: problems
      .map(({ field, problem }) => `${field}: ${problem}.`)
      .join(' ')
      .slice(0, longestMessage),
    advice: 'Mend what "problems" names, then send it again. Nothing was started.',
    problems,
  };
}

/** In characters: every problem stands in `problems`. */
const longestMessage = 2_000;

function runBody(fields: Readonly<Record<string, unknown>>): RunBody {
  const { runId: _runId, ...asked } = fields;
  return { fields, hash: createHash('sha256').update(canonicalJson(asked)).digest('hex') };
}

/** JSON with the fields of every object in alphabetical order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function parseJson(text: string): Result<unknown, string> {
  try {
    return success(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    // The engine quotes the text around the fault; it is the caller's own, but may hold anything: the place is enough.
    const [place] = /(?:position \d+|line \d+ column \d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    return failure(place ?? 'it ends too early');
  }
}
