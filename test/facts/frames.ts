import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ScriptMessage } from '../../src/facts/script-protocol.ts';

/** A frame as the script writes it. */
export function frame(sequence: number, messages: readonly ScriptMessage[]): string {
  const base64 = gzipSync(JSON.stringify({ messages })).toString('base64');
  const hash = createHash('sha256').update(base64).digest('hex');
  return `HVR1 ${sequence} ${base64.length} ${hash}\n${base64}\n`;
}

export const hello: ScriptMessage = {
  kind: 'hello',
  powershell: '5.1.17763.1',
  languageMode: 'FullLanguage',
  culture: 'en-US',
};

export const end: ScriptMessage = { kind: 'end', facts: 1 };

export const factMessage = (
  name: string,
  rows: readonly (readonly unknown[])[],
  more: Partial<Extract<ScriptMessage, { kind: 'fact' }>> = {},
): ScriptMessage => ({ kind: 'fact', name, properties: ['Name'], rows, more: false, ms: 1, ...more });
