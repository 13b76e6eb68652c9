import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, type FrameEvent, maxFrameLength, maxNoise } from '../../src/facts/frame-reader.ts';
import type { ScriptMessage } from '../../src/facts/script-protocol.ts';
import { end, factMessage, frame, hello } from './frames.ts';

const messages: readonly ScriptMessage[] = [hello, factMessage('a', [['ä', 1]]), factMessage('b', []), end];
const stream = messages.map((message, index) => frame(index + 1, [message])).join('');

function read(...pieces: (string | Uint8Array)[]): { events: readonly FrameEvent[]; noise: string } {
  const reader = createFrameReader();
  const events = pieces.flatMap((piece) => [...reader.push(Buffer.from(piece))]);
  events.push(...reader.end());
  return { events, noise: reader.noise() };
}

const messagesIn = (events: readonly FrameEvent[]): readonly ScriptMessage[] =>
  events.flatMap((event) => (event.kind === 'message' ? [event.message] : []));
const damageIn = (events: readonly FrameEvent[]) => events.filter(({ kind }) => kind === 'damage');

/** The bytes cut at the given places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('reading the frames of the collector script', () => {
  it('gives the same messages however the bytes are cut', () => {
    const noisy = Buffer.from(`WARNING: x\n${stream.replace(/(?=HVR1 3)/, 'HVR1 noise\r\n')}`);
    const whole = read(noisy);
    expect(messagesIn(whole.events)).toEqual(messages);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(read(...pieces(noisy, cuts))).toEqual(whole);
      }),
    );
    expect(read(...pieces(noisy, [...noisy.keys()]))).toEqual(whole);
  });

  it('keeps what stands between the frames as noise, and only so much of it', () => {
    expect(read(`one ${stream}two`).noise).toMatch(/^one[\s]+two$/);
    expect(read('x'.repeat(50_000), stream).noise).toHaveLength(maxNoise);
    expect(messagesIn(read('x'.repeat(50_000), stream).events)).toEqual(messages);
  });

  it('takes a carriage return after the header for what it is', () => {
    expect(messagesIn(read(stream.replaceAll('\n', '\r\n')).events)).toEqual(messages);
  });

  it('keeps every whole frame of an output that was cut off anywhere', () => {
    fc.assert(
      fc.property(fc.nat(stream.length), (length) => {
        const found = messagesIn(read(stream.slice(0, length)).events);
        expect(found).toEqual(messages.slice(0, found.length));
      }),
    );
  });

  it('loses only its own frame to a cut, and says so', () => {
    const frames = messages.map((message, index) => frame(index + 1, [message]));
    fc.assert(
      fc.property(fc.nat((frames[1]?.length ?? 2) - 2), (length) => {
        const cut = [frames[0], frames[1]?.slice(0, length), frames[2], frames[3]].join('');
        const { events } = read(cut);
        expect(messagesIn(events)).toEqual([messages[0], messages[2], messages[3]]);
        expect(damageIn(events).length).toBeGreaterThan(0);
      }),
    );
  });

  it('never gives a message that was not sent, and loses at most one frame, when a byte is flipped', () => {
    fc.assert(
      fc.property(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const bytes = Buffer.from(stream);
        bytes[place] = (bytes[place] ?? 0) ^ mask;
        const found = messagesIn(read(bytes).events);
        for (const message of found) expect(messages).toContainEqual(message);
        expect(found.length).toBeGreaterThanOrEqual(messages.length - 1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not wait for a frame that claims to be huge', () => {
    const huge = `HVR1 1 ${maxFrameLength + 1} ${'0'.repeat(64)}\n`;
    const { events } = read(huge, frame(2, [end]));
    expect(messagesIn(events)).toEqual([end]);
    expect(damageIn(events)).toHaveLength(1);
  });

  it('refuses a frame whose content is no frame of the protocol, though length and hash are right', () => {
    const { events } = read(frame(1, [{ kind: 'shell' } as unknown as ScriptMessage]), frame(2, [end]));
    expect(messagesIn(events)).toEqual([end]);
    expect(damageIn(events)).toHaveLength(1);
  });

  it('tells that a frame is missing altogether', () => {
    const { events } = read(frame(1, [hello]), frame(3, [end]));
    expect(events.map(({ kind }) => kind)).toEqual(['message', 'damage', 'message']);
  });
});
