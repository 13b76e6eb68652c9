import { z } from 'zod';
import type { ScriptFrame } from './script-protocol.ts';

/** A value, or an array or object of values, or an array of such objects: nothing a fact declares is deeper. */
const isShallow = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1)));

const fact = z.object({
  kind: z.literal('fact'),
  name: z.string(),
  properties: z.array(z.string()),
  // What nests without end could be read, but never be written into a record.
  rows: z.array(z.array(z.unknown())).refine((rows) => rows.every((row) => row.every((value) => isShallow(value, 2)))),
  part: z.number().int().min(0).optional(),
  more: z.boolean(),
  ms: z.number().min(0),
});

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), powershell: z.string(), languageMode: z.string(), culture: z.string() }),
  fact,
  z.object({ kind: z.literal('asking'), name: z.string(), input: z.string() }),
  z.object({ kind: z.literal('absent'), name: z.string(), message: z.string() }),
  z.object({
    kind: z.literal('failed'),
    name: z.string(),
    code: z.enum(['factFailed', 'factTimedOut', 'factDenied']),
    message: z.string(),
  }),
  z.object({ kind: z.literal('end'), facts: z.number().int().min(0) }),
]);

const frame = z.object({ messages: z.array(message) });

/** The frame in a JSON text; undefined where the text is not JSON or not a frame of the protocol. */
export function parseScriptFrame(json: string): ScriptFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = frame.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
