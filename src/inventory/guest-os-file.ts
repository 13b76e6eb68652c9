import { isIP } from 'node:net';
import { type CsvError, parse } from 'csv-parse/sync';
import { failure, type Result, success } from '../result.ts';
import type { StatedGuest } from './guests.ts';

/** Columns of the file: `vm` is needed, and at least one of the last three. */
export const guestOsColumns = ['vm', 'host', 'os', 'dns_name', 'ip'] as const;
type Column = (typeof guestOsColumns)[number];

/** Longest value, in characters. */
const longestValue = 1_024;

/** An entry as it was given, and where. */
interface Entry {
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads a guest OS file: a CSV with a header line (commas, semicolons or tabs), or a JSON array of objects, with the columns of
 * {@link guestOsColumns}. Every bad line is named, not only the first.
 */
export function parseGuestOsFile(text: string): Result<readonly StatedGuest[], readonly string[]> {
  const content = text.replace(/^\uFEFF/, '');
  const entries = /^\s*[[{]/.test(content) ? jsonEntries(content) : csvEntries(content);
  if (!entries.ok) return entries;
  const guests: StatedGuest[] = [];
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const entry of entries.value) {
    const { guest, faults } = guestOf(entry);
    const key = JSON.stringify([guest.vm.toLowerCase(), guest.host?.toLowerCase() ?? null]);
    const earlier = seen.get(key);
    const repeated = earlier !== undefined && guest.vm !== '' ? [`names the same VM as ${earlier}`] : [];
    seen.set(key, earlier ?? entry.where);
    problems.push(...[...faults, ...repeated].map((fault) => `${entry.where}: ${fault}`));
    guests.push(guest);
  }
  return problems.length > 0 ? failure(problems) : success(guests);
}

function csvEntries(text: string): Result<readonly Entry[], readonly string[]> {
  try {
    // Its declaration does not know what `info` makes of a record.
    const rows = parse(text, {
      info: true,
      delimiter: delimiterOf(text),
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    const [head, ...lines] = rows;
    if (!head) return failure(['the file is empty']);
    const header = head.record.map((name) => name.toLowerCase());
    const unknown = header.filter((name) => !isColumn(name));
    const twice = header.find((name, index) => header.indexOf(name) < index);
    if (!header.includes('vm')) return failure([`line 1: there is no column "vm"; ${columnsSentence}`]);
    if (unknown.length > 0)
      return failure(unknown.map((name) => `line 1: there is no column "${name}"; ${columnsSentence}`));
    if (twice !== undefined) return failure([`line 1: the column "${twice}" is there twice`]);
    return success(
      lines.map(({ record, info }) => ({
        where: `line ${info.lines}`,
        values: {
          ...Object.fromEntries(header.map((name, index) => [name, record[index] ?? ''])),
          ...(record.length > header.length ? { [`value ${header.length + 1}`]: record[header.length] } : {}),
        },
      })),
    );
  } catch (error) {
    const { lines, message } = error as CsvError & { readonly lines?: number };
    return failure([`line ${lines ?? 1}: ${message}`]);
  }
}

/** What stands between the names of columns, none of which holds any: spreadsheets write semicolons in many countries. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  return [';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ',';
}

function jsonEntries(text: string): Result<readonly Entry[], readonly string[]> {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return failure(['the JSON must be an array of objects']);
    return success(
      list.map((values: unknown, index) => ({
        where: `entry ${index + 1}`,
        values:
          typeof values === 'object' && values !== null && !Array.isArray(values) ? { ...values } : { '': values },
      })),
    );
  } catch (error) {
    return failure([error instanceof Error ? error.message : 'no JSON']);
  }
}

const columnsSentence = `there are ${guestOsColumns.join(', ')}`;
const isColumn = (name: string): name is Column => (guestOsColumns as readonly string[]).includes(name);

function guestOf({ values }: Entry): { readonly guest: StatedGuest; readonly faults: readonly string[] } {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (!isColumn(name)) faults.push(name === '' ? 'must be an object' : `there is no "${name}"; ${columnsSentence}`);
    else if (typeof value !== 'string' && value !== null) faults.push(`"${name}" must be a text`);
    else if ((value ?? '').length > longestValue) faults.push(`"${name}" is longer than ${longestValue} characters`);
  }
  const text = (name: Column): string | null => {
    const value = values[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const guest = { vm: text('vm') ?? '', host: text('host'), os: text('os'), dnsName: text('dns_name'), ip: text('ip') };
  if (guest.vm === '') faults.push('names no VM');
  if (guest.os === null && guest.dnsName === null && guest.ip === null)
    faults.push('tells neither os, dns_name nor ip');
  if (guest.ip !== null && isIP(guest.ip) === 0) faults.push(`"${guest.ip}" is no IP address`);
  return { guest, faults };
}
