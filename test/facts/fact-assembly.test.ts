import { describe, expect, it } from 'vitest';
import { assembleFacts } from '../../src/facts/fact-assembly.ts';
import { createFrameReader } from '../../src/facts/frame-reader.ts';
import { end, factMessage, frame, hello } from './frames.ts';

function assemble(...frames: string[]) {
  const assembly = assembleFacts(new Set(['a', 'b']));
  const reader = createFrameReader();
  for (const event of [...reader.push(Buffer.from(frames.join(''))), ...reader.end()]) assembly.take(event);
  return assembly;
}

const part = (number: number, row: string, more: boolean) => factMessage('a', [[row]], { part: number, more });

describe('putting the parts of a fact together', () => {
  it('joins the rows of all parts in order', () => {
    const assembly = assemble(frame(1, [hello, part(0, 'x', true)]), frame(2, [part(1, 'y', false), end]));
    expect(assembly.outcomes.get('a')).toEqual({
      status: 'ok',
      properties: ['Name'],
      rows: [['x'], ['y']],
      durationMs: 1,
    });
    expect(assembly).toMatchObject({ ended: true, damaged: false });
  });

  it('does not take a fact whose beginning, middle or end was lost for a whole one', () => {
    const parts = [frame(2, [part(0, 'x', true)]), frame(3, [part(1, 'y', true)]), frame(4, [part(2, 'z', false)])];
    for (const lost of parts) {
      const left = parts.filter((one) => one !== lost);
      const assembly = assemble(frame(1, [hello]), ...left, frame(5, [factMessage('b', [], { part: 0 }), end]));
      expect(assembly.outcomes.has('a')).toBe(false);
      expect(assembly.outcomes.has('b')).toBe(true);
      expect(assembly.damaged).toBe(true);
    }
  });

  it('does not trust the first fact after a lost frame where parts are not numbered', () => {
    const assembly = assemble(frame(1, [hello]), frame(3, [factMessage('a', [['y']]), factMessage('b', [])]));
    expect([...assembly.outcomes.keys()]).toEqual(['b']);
  });

  it('counts a fact that fails after some parts as failed', () => {
    const failed = { kind: 'failed', name: 'a', code: 'factDenied', message: 'no' } as const;
    const assembly = assemble(frame(1, [hello, part(0, 'x', true), failed, end]));
    expect(assembly.outcomes.get('a')).toEqual({ status: 'failed', error: { code: 'factDenied', message: 'no' } });
  });

  it('ignores facts that nobody asked for', () => {
    expect(assemble(frame(1, [hello, factMessage('c', []), end])).outcomes.size).toBe(0);
  });
});
