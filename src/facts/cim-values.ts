import type { CimWireInstance, CimWireValue } from '../winrm/winrm-session.ts';
import type { PropertyType, PropertyTypes } from './fact.ts';

/** A value on the wire that its declared type does not allow. */
export interface ValueMismatch {
  readonly mismatch: string;
}

type Scalar = string | number | boolean | Readonly<Record<string, string>>;
export type Canonical = Scalar | readonly Scalar[] | null;

/** True: the value is not of its declared type. */
export const isMismatch = (value: unknown): value is ValueMismatch =>
  typeof value === 'object' && value !== null && 'mismatch' in value;
const mismatch = (what: string, text: string): ValueMismatch => ({ mismatch: `not ${what}: "${text.slice(0, 80)}"` });

const isoDatetime = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?\s*(?:Z|([+-])(\d\d):?(\d\d))?$/;
const dmtfDatetime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$/;

/** Days of a month counted from 1. */
function daysOf(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}

/** `yyyy-MM-ddTHH:mm:ss` of a moment, any year from 1 on. */
function utcSeconds(parts: readonly (string | undefined)[], offsetMinutes: number): string | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const moment = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute - offsetMinutes, second);
  const inRange = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  const inDay = hour <= 24 && minute <= 59 && second <= 60;
  if (!inRange || !inDay || Number.isNaN(moment.getTime())) return undefined;
  // An offset may lead out of the years that have four digits.
  const utcYear = moment.getUTCFullYear();
  return utcYear >= 0 && utcYear <= 9999 ? moment.toISOString().slice(0, 19) : undefined;
}

/**
 * A CIM datetime as `yyyy-MM-ddTHH:mm:ss.ffffffZ`. Takes ISO 8601 with `Z`, with an offset or bare (then UTC), with any
 * number of decimals, and the DMTF form `yyyymmddHHMMSS.mmmmmm±UUU`. 1601, Windows' "never", stays as it is.
 */
export function canonicalDatetime(text: string): string | ValueMismatch {
  const trimmed = text.trim();
  const iso = isoDatetime.exec(trimmed);
  const dmtf = iso ? null : dmtfDatetime.exec(trimmed);
  const parts = iso ?? dmtf;
  if (!parts) return mismatch('a datetime', text);
  const sign = parts[8] === '-' ? -1 : 1;
  const offset = iso ? sign * (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) : sign * Number(parts[9] ?? 0);
  const seconds = utcSeconds(parts.slice(1, 7), offset);
  if (seconds === undefined) return mismatch('a datetime', text);
  return `${seconds}.${(parts[7] ?? '').slice(0, 6).padEnd(6, '0')}Z`;
}

const isoInterval = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/;
const dmtfInterval = /^(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000$/;

/** A CIM interval in whole milliseconds: ISO 8601 of days and less, or the DMTF form `ddddddddHHMMSS.mmmmmm:000`. */
export function canonicalInterval(text: string): number | ValueMismatch {
  const trimmed = text.trim().replace(/^(-?)P0Y(?:0M)?/, '$1P');
  const iso = isoInterval.exec(trimmed);
  const parts = iso ? iso.slice(2) : dmtfInterval.exec(trimmed)?.slice(1);
  if (!parts) return mismatch('an interval', text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(0, 4).map((part) => Number(part ?? 0));
  const fraction = Number((parts[4] ?? '').slice(0, 3).padEnd(3, '0'));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  if (!Number.isSafeInteger(ms)) return mismatch('an interval', text);
  return iso?.[1] && ms !== 0 ? -ms : ms;
}

const textOf = (value: CimWireValue): string | undefined =>
  value.kind === 'text' || value.kind === 'datetime' || value.kind === 'interval' ? value.text : undefined;

/** A value inside an embedded object as text; undefined for nil and for what has no text. */
function innerText(value: CimWireValue): string | undefined {
  const text = textOf(value);
  if (text === undefined || value.kind !== 'datetime') return text;
  const canonical = canonicalDatetime(text);
  return isMismatch(canonical) ? text : canonical;
}

function embeddedTexts(instance: CimWireInstance): Record<string, string> {
  const texts = Object.entries(instance.properties).flatMap(([name, values]) => {
    const inner = values.map(innerText).filter((text) => text !== undefined);
    return inner.length > 0 ? [[name, inner.join('\n')] as const] : [];
  });
  return Object.fromEntries(texts);
}

/** Keys without the selectors that WS-Management adds of its own (`__cimnamespace`). */
const referenceKeys = (keys: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).filter(([name]) => !name.startsWith('__')));

/** 64 bits have twenty digits; a few more may be leading zeros. */
const whole = /^[+-]?\d{1,40}$/;

/** Bits of the number types; signed ones have one of them for the sign. */
const numberTypes: ReadonlyMap<string, { readonly bits: number; readonly signed: boolean }> = new Map(
  [false, true].flatMap((signed) =>
    [8, 16, 32, 64].map((bits) => [`${signed ? 'sint' : 'uint'}${bits}`, { bits, signed }] as const),
  ),
);

/** A number of its type; cut down to it, what is out of its range would be another number. */
function canonicalNumber(text: string, type: string): string | number | ValueMismatch {
  const range = numberTypes.get(type);
  if (range === undefined || !whole.test(text.trim())) return mismatch('a number', text);
  const { bits, signed } = range;
  const value = BigInt(text.trim().replace(/^\+/, ''));
  if ((signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) !== value) {
    return mismatch(`a number of ${bits} bits`, text);
  }
  return bits === 64 ? value.toString() : Number(value);
}

function canonicalText(text: string, type: string): Scalar | ValueMismatch {
  switch (type) {
    case 'string':
      return text;
    case 'boolean': {
      const word = text.trim().toLowerCase();
      return word === 'true' || word === 'false' ? word === 'true' : mismatch('a boolean', text);
    }
    case 'datetime':
      return canonicalDatetime(text);
    case 'interval':
      return canonicalInterval(text);
    case 'reference':
    case 'instance':
      return mismatch(`a ${type}`, text);
    default:
      return canonicalNumber(text, type);
  }
}

function canonicalScalar(value: CimWireValue, type: string): Scalar | ValueMismatch | null {
  if (value.kind === 'nil') return null;
  if (value.kind === 'reference') {
    return type === 'reference' ? referenceKeys(value.keys) : mismatch(`a ${type}`, 'a reference');
  }
  if (value.kind === 'instance') {
    return type === 'instance' ? embeddedTexts(value.instance) : mismatch(`a ${type}`, 'an embedded object');
  }
  return canonicalText(value.text, type);
}

/**
 * The elements of one property as the value that the script gives for it, by the declared type: the XML tells neither
 * an array of one from a scalar nor a null array from a property that the class lacks (`cim-joins.md` section 10).
 */
export function canonicalValue(
  elements: readonly CimWireValue[] | undefined,
  type: PropertyType,
): Canonical | ValueMismatch {
  if (type.endsWith('[]')) {
    const values: Scalar[] = [];
    for (const element of elements ?? []) {
      const value = canonicalScalar(element, type.slice(0, -2));
      if (isMismatch(value)) return value;
      if (value !== null) values.push(value);
    }
    return values;
  }
  const [first, ...more] = elements ?? [];
  if (first === undefined) return null;
  if (more.length > 0) return { mismatch: `not one value but ${more.length + 1}` };
  return canonicalScalar(first, type);
}

/** A row in the order of `properties`; property names compare without case, as in CIM. */
export function canonicalRow(
  instance: CimWireInstance,
  properties: PropertyTypes,
): readonly Canonical[] | ValueMismatch {
  const byName = new Map(Object.entries(instance.properties).map(([name, values]) => [name.toLowerCase(), values]));
  const row: Canonical[] = [];
  for (const [name, type] of Object.entries(properties)) {
    const value = canonicalValue(byName.get(name.toLowerCase()), type);
    if (isMismatch(value)) return { mismatch: `${name} is ${value.mismatch}` };
    row.push(value);
  }
  return row;
}

/**
 * All rows of a fact, in the host's order. Instances of subclasses are not what was asked for and are left out, as far as
 * they name their class: the rows of a SELECT list do not, so a class that is read so must not have subclasses.
 */
export function canonicalRows(
  instances: readonly CimWireInstance[],
  className: string,
  properties: PropertyTypes,
): readonly (readonly Canonical[])[] | ValueMismatch {
  const rows: (readonly Canonical[])[] = [];
  for (const instance of instances) {
    if (instance.className !== undefined && instance.className.toLowerCase() !== className.toLowerCase()) continue;
    const row = canonicalRow(instance, properties);
    if (isMismatch(row)) return row;
    rows.push(row);
  }
  return rows;
}
