/** Bytes and texts as a hostile or broken host could send them, for the property-based tests of every parser. */
import fc from 'fast-check';

/** The same seed finds the same cases on every machine. */
export const checked = (numRuns = 200): { seed: number; numRuns: number } => ({ seed: 20_261_123, numRuns });

/** Names that every JavaScript object has, and what looks like markup: wherever a host's text could become a key. */
export const treacherousName = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'prototype',
  'length',
);

/** Any text, and texts of the characters that parsers give a meaning. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...'<>&;#"\'\\/=:,.-_{}[]() \t\r\n\0aZ09é😀'), maxLength: 200 }),
  treacherousName,
);

export const anyBytes = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));

/** Valid bytes with some of them changed, cut off, doubled or put in. */
export const mutated = (valid: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: Math.max(0, valid.length - 1) }),
        kind: fc.constantFrom('change', 'cut', 'drop', 'double', 'insert'),
        byte: fc.nat({ max: 255 }),
        length: fc.nat({ max: 40 }),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((changes) =>
      changes.reduce((bytes, { at, kind, byte, length }) => {
        const [head, middle, tail] = [
          bytes.subarray(0, at),
          bytes.subarray(at, at + length),
          bytes.subarray(at + length),
        ];
        if (kind === 'cut') return head;
        if (kind === 'drop') return Buffer.concat([head, tail]);
        if (kind === 'double') return Buffer.concat([head, middle, middle, tail]);
        if (kind === 'insert') return Buffer.concat([head, Buffer.from([byte]), middle, tail]);
        return Buffer.concat([head, Buffer.alloc(middle.length, byte), tail]);
      }, valid),
    );
