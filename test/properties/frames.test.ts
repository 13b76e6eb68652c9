import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleFacts, type FactAssembly } from '../../src/facts/fact-assembly.ts';
import { rowsOf } from '../../src/facts/fact-rows.ts';
import { createFrameReader, type FrameEvent, maxFrameJson, maxNoise } from '../../src/facts/frame-reader.ts';
import { end, factMessage, frame, hello } from '../facts/frames.ts';
import { anyBytes, anyText, checked, mutated } from './outside-bytes.ts';

const requested = new Set(['switches', 'heartbeats']);

/** Reads bytes that arrive in pieces of these lengths, the last one over and over. */
function readInPieces(bytes: Buffer, lengths: readonly number[]): { events: FrameEvent[]; assembly: FactAssembly } {
  const reader = createFrameReader();
  const assembly = assembleFacts(requested);
  const events: FrameEvent[] = [];
  const take = (more: readonly FrameEvent[]): void => {
    for (const event of more) {
      events.push(event);
      assembly.take(event);
    }
  };
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const length = Math.max(1, lengths[Math.min(piece, lengths.length - 1)] ?? bytes.length);
    take(reader.push(bytes.subarray(at, at + length)));
    at += length;
  }
  take(reader.end());
  expect(reader.noise().length).toBeLessThanOrEqual(maxNoise);
  // What arrived is kept as JSON.
  JSON.stringify([...assembly.outcomes]);
  return { events, assembly };
}

const pieces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

const session = Buffer.from(
  frame(1, [hello, factMessage('switches', [['one'], ['two']], { part: 0, more: true, properties: ['Name'] })]) +
    frame(2, [factMessage('switches', [['three']], { part: 1, properties: ['Name'] })]) +
    frame(3, [factMessage('heartbeats', [['four']], { properties: ['SystemName'] }), end]),
);

/** A frame whose hash and length are right, whatever it holds. */
function frameOf(content: Buffer | string, sequence = 1): Buffer {
  const base64 = gzipSync(content).toString('base64');
  const hash = createHash('sha256').update(base64).digest('hex');
  return Buffer.from(`HVR1 ${sequence} ${base64.length} ${hash}\n${base64}\n`);
}

test('frames come out the same however the network cut them', () => {
  const whole = readInPieces(session, [session.length]);
  fc.assert(
    fc.property(pieces, (lengths) => {
      expect(readInPieces(session, lengths).events).toEqual(whole.events);
    }),
    checked(100),
  );
  expect(whole.assembly.damaged).toBe(false);
  expect(rowsOf(Object.fromEntries(whole.assembly.outcomes), 'switches')).toHaveLength(3);
});

test('output that was damaged on its way never gives rows that nobody sent', () => {
  const sent = ['one', 'two', 'three'];
  fc.assert(
    fc.property(mutated(session), pieces, (bytes, lengths) => {
      const { assembly } = readInPieces(bytes, lengths);
      const switches = assembly.outcomes.get('switches');
      if (switches?.status === 'ok') expect(switches.rows.map(([name]) => name)).toEqual(sent);
    }),
    checked(400),
  );
});

test('any output is noise, damage or messages', () => {
  const headers = fc
    .tuple(fc.nat({ max: 9_999_999 }), fc.nat({ max: 999_999_999 }), fc.stringMatching(/^[0-9a-f]{64}$/))
    .map(([sequence, length, hash]) => Buffer.from(`HVR1 ${sequence} ${length} ${hash}\nAAAA`));
  const part = fc.oneof(
    anyBytes,
    headers,
    fc.constant(Buffer.from('HVR1 ')),
    fc.json().map((json) => frameOf(json)),
    anyBytes.map((bytes) => frameOf(bytes)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), pieces, (parts, lengths) => {
      const { events } = readInPieces(Buffer.concat(parts), lengths);
      for (const event of events) expect(['message', 'damage']).toContain(event.kind);
    }),
    checked(200),
  );
});

test('any JSON inside a frame is a message of the protocol or damage', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const message = fc.record({
    kind: fc.constantFrom('hello', 'fact', 'absent', 'failed', 'end', '__proto__'),
    name: fc.oneof(fc.constantFrom('switches', 'heartbeats', '__proto__'), anyText),
    properties: fc.oneof(value, fc.array(fc.string())),
    rows: fc.oneof(value, fc.array(fc.array(value))),
    part: fc.oneof(value, fc.nat()),
    more: fc.oneof(value, fc.boolean()),
    ms: fc.oneof(value, fc.nat()),
    message: anyText,
    code: fc.constantFrom('factFailed', 'factTimedOut', 'accessDenied'),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const { assembly } = readInPieces(frameOf(JSON.stringify({ messages })), [1_000]);
      const outcomes = Object.fromEntries(assembly.outcomes);
      for (const name of assembly.outcomes.keys()) expect(requested).toContain(name);
      for (const row of rowsOf(outcomes, 'switches') ?? []) expect(Object.keys(row)).toContain('ElementName');
    }),
    checked(300),
  );
});

test('a value that is nested deeper than any fact has it is damage, so that a record can always be kept', () => {
  const depth = 50_000;
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const json = `{"messages":[{"kind":"fact","name":"switches","properties":["Name"],"rows":[[${deep}]],"more":false,"ms":1}]}`;
  const { events, assembly } = readInPieces(frameOf(json), [10_000]);
  expect(assembly.outcomes.size).toBe(0);
  expect(events).toEqual([{ kind: 'damage', reason: 'frame 1: it is not a frame of the protocol' }]);
});

test('a frame of more messages than a call takes arguments is read', () => {
  const messages = Array.from({ length: 300_000 }, () => '{"kind":"end","facts":1}').join(',');
  const { events } = readInPieces(frameOf(`{"messages":[${messages}]}`), [1_000_000]);
  expect(events).toHaveLength(300_000);
});

test('a frame that unfolds to more than any script sends is damage', () => {
  const { events } = readInPieces(frameOf(Buffer.alloc(maxFrameJson + 1, 0x20)), [1_000_000]);
  expect(events).toEqual([{ kind: 'damage', reason: 'frame 1: it does not decompress' }]);
  // Millions of empty values of one frame have to fit into memory.
  expect(maxFrameJson).toBeLessThanOrEqual(16 * 1024 * 1024);
});

test('output that is nothing but beginnings of frames is passed over in one go', () => {
  const { events } = readInPieces(Buffer.from('HVR1 '.repeat(800_000)), [4_000_000]);
  expect(events).toEqual([]);
  expect(readInPieces(Buffer.from(`${'HVR1 '.repeat(800_000)}\n`), [4_000_000]).events).toEqual([]);
});
