import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDatetime, canonicalInterval, canonicalRows, canonicalValue } from '../../src/facts/cim-values.ts';
import type { PropertyType } from '../../src/facts/fact.ts';
import type { CimWireInstance, CimWireValue } from '../../src/winrm/winrm-session.ts';

const text = (value: string): CimWireValue => ({ kind: 'text', text: value });
const nil: CimWireValue = { kind: 'nil' };

describe('datetimes on the wire', () => {
  it.each([
    ['2013-04-15T16:28:43.488171Z', '2013-04-15T16:28:43.488171Z'],
    ['2013-04-15T16:28:43Z', '2013-04-15T16:28:43.000000Z'],
    ['2013-04-15T16:28:43.5Z', '2013-04-15T16:28:43.500000Z'],
    ['2013-04-15T16:28:43.1234567Z', '2013-04-15T16:28:43.123456Z'],
    ['2013-04-15T16:28:43.25+08:00', '2013-04-15T08:28:43.250000Z'],
    ['2013-12-31T20:30:00-05:30', '2014-01-01T02:00:00.000000Z'],
    ['2013-04-15T16:28:43', '2013-04-15T16:28:43.000000Z'],
    ['2013-04-15', '2013-04-15T00:00:00.000000Z'],
    ['1601-01-01T00:00:00Z', '1601-01-01T00:00:00.000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['20200403061332.261705-000', '2020-04-03T06:13:32.261705Z'],
    ['20200403061332.261705+120', '2020-04-03T04:13:32.261705Z'],
  ])('reads %s as %s', (wire, canonical) => {
    expect(canonicalDatetime(wire)).toBe(canonical);
  });

  it('keeps the moment of every offset form', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1601-01-02'), max: new Date('9000-01-01'), noInvalidDate: true }),
        fc.integer({ min: -840, max: 840 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0');
          const wire = `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
          expect(canonicalDatetime(wire)).toBe(date.toISOString().replace('Z', '000Z'));
        },
      ),
    );
  });

  it.each(['', 'yesterday', '2013-13-01T00:00:00Z', '00000000003000.000000:000'])(
    'does not take "%s" for one',
    (wire) => {
      expect(canonicalDatetime(wire)).toHaveProperty('mismatch');
    },
  );
});

describe('intervals on the wire', () => {
  it.each([
    ['P0DT0H30M0S', 1_800_000],
    ['P1DT1H1M1.5S', 90_061_500],
    ['PT0S', 0],
    ['P2D', 172_800_000],
    ['P0Y0M1DT0H0M0S', 86_400_000],
    ['00000001003000.250000:000', 88_200_250],
  ])('reads %s as %i ms', (wire, ms) => {
    expect(canonicalInterval(wire)).toBe(ms);
  });
  it('does not guess how long a month is', () => {
    expect(canonicalInterval('P1M')).toHaveProperty('mismatch');
  });
});

describe('values on the wire', () => {
  const cases: [string, CimWireValue[] | undefined, PropertyType, unknown][] = [
    ['a number', [text('42')], 'uint16', 42],
    ['the largest uint64', [text('18446744073709551615')], 'uint64', '18446744073709551615'],
    ['a negative number', [text('-5')], 'sint32', -5],
    ['a boolean', [text('true')], 'boolean', true],
    ['a boolean of CIM-XML', [text('FALSE')], 'boolean', false],
    ['text that looks like a number', [text('0012')], 'string', '0012'],
    ['empty text', [text('')], 'string', ''],
    ['nil', [nil], 'uint32', null],
    ['a property the class lacks', undefined, 'string', null],
    ['a null array', undefined, 'string[]', []],
    ['an array that is nil', [nil], 'uint16[]', []],
    ['an array of one', [text('2')], 'uint16[]', [2]],
    ['an array', [text('2'), text('65535')], 'uint16[]', [2, 65535]],
    [
      'a reference',
      [{ kind: 'reference', className: 'X', keys: { Name: 'a', __cimnamespace: 'root' } }],
      'reference',
      { Name: 'a' },
    ],
    [
      'an embedded object',
      [
        {
          kind: 'instance',
          instance: {
            className: 'P',
            properties: {
              VmID: [text('x')],
              None: [nil],
              Many: [text('a'), text('b')],
              At: [{ kind: 'datetime', text: '2020-01-01T00:00:00Z' }],
            },
          },
        },
      ],
      'instance',
      { VmID: 'x', Many: 'a\nb', At: '2020-01-01T00:00:00.000000Z' },
    ],
  ];
  it.each(cases)('reads %s', (_, wire, type, canonical) => {
    expect(canonicalValue(wire, type)).toEqual(canonical);
  });

  it('names the property whose value is not what the table says', () => {
    const instances = [{ className: 'C', properties: { A: [text('x')] } }];
    expect(canonicalRows(instances, 'C', { A: 'uint16' })).toEqual({ mismatch: 'A is not a number: "x"' });
    expect(canonicalValue([text('a'), text('b')], 'string')).toHaveProperty('mismatch');
  });

  it('leaves subclasses out, keeps projections, and minds no case of names', () => {
    const instances: CimWireInstance[] = [
      { className: 'msvm_x', properties: { NAME: [text('1')] } },
      { className: 'Msvm_XSpecial', properties: { Name: [text('2')] } },
      { className: undefined, properties: { Name: [text('3')] } },
    ];
    expect(canonicalRows(instances, 'Msvm_X', { Name: 'string' })).toEqual([['1'], ['3']]);
  });
});
