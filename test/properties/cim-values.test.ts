import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  canonicalDatetime,
  canonicalInterval,
  canonicalRow,
  canonicalValue,
  isMismatch,
} from '../../src/facts/cim-values.ts';
import type { PropertyType } from '../../src/facts/fact.ts';
import type { CimWireValue } from '../../src/winrm/winrm-session.ts';
import { anyText, checked, treacherousName } from './outside-bytes.ts';

const datetimeText = fc
  .tuple(
    fc.constantFrom('', '-', '+', '0000', '0001', '1601', '9999', '2024', '12345'),
    fc.stringMatching(/^[-T:.Z+0-9 ]{0,30}$/),
  )
  .map((parts) => parts.join(''));
const numberText = fc.oneof(
  fc.stringMatching(/^[+-]?\d{1,40}$/),
  fc.constantFrom('1e400', '0x10', ' 7 ', '-0', '9'.repeat(400), 'NaN', 'Infinity'),
);
const text = fc.oneof(anyText, datetimeText, numberText);

const wireValue: fc.Arbitrary<CimWireValue> = fc.oneof(
  text.map((one): CimWireValue => ({ kind: 'text', text: one })),
  fc.constant<CimWireValue>({ kind: 'nil' }),
  fc.tuple(fc.constantFrom('datetime' as const, 'interval' as const), text).map(([kind, one]) => ({ kind, text: one })),
  fc
    .array(fc.tuple(fc.oneof(treacherousName, anyText), anyText))
    .map((keys): CimWireValue => ({ kind: 'reference', className: 'C', keys: Object.fromEntries(keys) })),
  fc.array(fc.tuple(fc.oneof(treacherousName, anyText), anyText)).map(
    (properties): CimWireValue => ({
      kind: 'instance',
      instance: {
        className: 'C',
        properties: Object.fromEntries(properties.map(([name, one]) => [name, [{ kind: 'text', text: one }]])),
      },
    }),
  ),
);

const types: readonly PropertyType[] = [
  'string',
  'boolean',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'sint16',
  'sint32',
  'sint64',
  'datetime',
  'interval',
  'reference',
  'instance',
  'string[]',
  'uint16[]',
  'uint32[]',
];

test('any value is of its declared type or a mismatch that says so, and survives being kept as JSON', () => {
  fc.assert(
    fc.property(fc.array(wireValue, { maxLength: 4 }), fc.constantFrom(...types), (values, type) => {
      const value = canonicalValue(values, type);
      if (isMismatch(value)) {
        expect(value.mismatch).toMatch(/^not /);
        expect(value.mismatch.length).toBeLessThan(150);
        return;
      }
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }),
    checked(1_500),
  );
});

const properties: readonly (readonly [string, PropertyType])[] = [
  ['Name', 'string'],
  ['constructor', 'uint32'],
  ['InstallDate', 'datetime'],
];

test('a row of any properties is read or a mismatch', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(treacherousName, anyText), fc.array(wireValue, { maxLength: 3 }))),
      (all) => {
        const row = canonicalRow(
          { className: 'C', properties: Object.fromEntries(all) },
          Object.fromEntries(properties),
        );
        if (!isMismatch(row)) expect(row).toHaveLength(3);
      },
    ),
    checked(300),
  );
});

test('a datetime is always written in the one form that sorts and parses, or refused', () => {
  fc.assert(
    fc.property(fc.oneof(datetimeText, anyText), (given) => {
      const canonical = canonicalDatetime(given);
      if (!isMismatch(canonical)) expect(canonical).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }),
    checked(1_000),
  );
  for (const edge of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00']) {
    const canonical = canonicalDatetime(edge);
    expect(isMismatch(canonical) || /^\d{4}-/.test(canonical), edge).toBe(true);
  }
});

test('every moment of the years 1601 to 9998 survives both forms of a CIM datetime', () => {
  const moment = fc.date({ min: new Date('1601-01-02'), max: new Date('9998-12-30'), noInvalidDate: true });
  fc.assert(
    fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offset) => {
      const expected = `${date.toISOString().slice(0, 23)}000Z`;
      expect(canonicalDatetime(date.toISOString())).toBe(expected);
      const local = new Date(date.getTime() + offset * 60_000).toISOString();
      const dmtf = `${local.slice(0, 19).replace(/[-T:]/g, '')}.${local.slice(20, 23)}000${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(3, '0')}`;
      expect(canonicalDatetime(dmtf)).toBe(expected);
    }),
    checked(300),
  );
});

test('a day that no month has is no datetime', () => {
  expect(isMismatch(canonicalDatetime('2023-02-31T00:00:00Z'))).toBe(true);
  expect(isMismatch(canonicalDatetime('20230229000000.000000+000'))).toBe(true);
  expect(canonicalDatetime('2024-02-29T00:00:00Z')).toBe('2024-02-29T00:00:00.000000Z');
});

test('an interval is a whole number of milliseconds that JSON can hold, or refused', () => {
  const given = fc.oneof(
    anyText,
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.nat()).map(([days, seconds]) => `P${days}DT${seconds}S`),
  );
  fc.assert(
    fc.property(given, (one) => {
      const interval = canonicalInterval(one);
      if (!isMismatch(interval)) expect(Number.isSafeInteger(interval)).toBe(true);
    }),
    checked(500),
  );
});

test('a number outside the range of its declared type is a mismatch, never another number', () => {
  const ranges: readonly (readonly [PropertyType, bigint, bigint])[] = [
    ['uint8', 0n, 255n],
    ['uint16', 0n, 65_535n],
    ['uint32', 0n, 4_294_967_295n],
    ['uint64', 0n, 18_446_744_073_709_551_615n],
    ['sint16', -32_768n, 32_767n],
    ['sint32', -2_147_483_648n, 2_147_483_647n],
    ['sint64', -9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
  ];
  for (const [type, least, most] of ranges) {
    const read = (value: bigint) => canonicalValue([{ kind: 'text', text: String(value) }], type);
    for (const inside of [least, most]) expect(String(read(inside)), `${type} ${inside}`).toBe(String(inside));
    for (const outside of [least - 1n, most + 1n, 10n ** 400n]) {
      expect(isMismatch(read(outside)), `${type} ${outside}`).toBe(true);
    }
  }
});

test('an embedded object keeps a property of any name', () => {
  const value = canonicalValue(
    [
      {
        kind: 'instance',
        instance: {
          className: 'C',
          properties: Object.fromEntries([['__proto__', [{ kind: 'text', text: 'kept' } as const]]]),
        },
      },
    ],
    'instance',
  );
  expect(Object.entries(value ?? {})).toEqual([['__proto__', 'kept']]);
});
