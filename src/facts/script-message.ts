import { z } from 'zod';
import type { ScriptFrame } from './script-protocol.ts';

const fact = z.object({
  kind: z.literal('fact'),
  name: z.string(),
  properties: z.array(z.string()),
  rows: z.array(z.array(z.unknown())),
  part: z.number().int().min(0).optional(),
  more: z.boolean(),
  ms: z.number().min(0),
});

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), powershell: z.string(), languageMode: z.string(), culture: z.string() }),
  fact,
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
