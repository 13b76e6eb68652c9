import { type Part, parsed } from './kql-syntax.ts';

/** A row by its columns. A datetime is its milliseconds, a timespan too; what is not there is null. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What a query finds in tables given as rows: as much of the language as our alerts use; anything else throws. That the
 * query is one at all is for `problemsOf` to say.
 */
export function rowsOf(query: string, tables: Readonly<Record<string, readonly Row[]>>, now: Date): readonly Row[] {
  const statement = parsed(query).parts.flatMap(({ parts }) => parts)[0];
  return tabular(only(statement ?? parsed(query)), { tables, now: now.getTime() });
}

interface Known {
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly now: number;
}

function only({ parts, kind }: Part): Part {
  const [part] = parts;
  if (part === undefined) throw new Error(`${kind} is empty`);
  return part;
}

function pair({ parts, kind }: Part): readonly [Part, Part] {
  const [left, right] = parts;
  if (left === undefined || right === undefined) throw new Error(`${kind} is not of two`);
  return [left, right];
}

function tabular(part: Part, known: Known): readonly Row[] {
  if (part.kind === 'ParenthesizedExpression') return tabular(only(part), known);
  if (part.kind === 'NameReference') return known.tables[part.text] ?? [];
  if (part.kind !== 'PipeExpression') throw new Error(`${part.kind} is no table`);
  const [before, operator] = pair(part);
  return applied(operator, tabular(before, known), known);
}

function applied(operator: Part, rows: readonly Row[], known: Known): readonly Row[] {
  const list = operator.parts.filter(({ parts, kind }) => kind === 'List' && parts.length > 0).flatMap((l) => l.parts);
  switch (operator.kind) {
    case 'FilterOperator': {
      const condition = operator.parts.at(-1);
      return rows.filter((row) => condition && scalar(condition, row, known) === true);
    }
    case 'ExtendOperator':
      return rows.map((row) => ({ ...row, ...columns(list, row, known) }));
    case 'ProjectOperator':
      return rows.map((row) => columns(list, row, known));
    case 'UnionOperator':
      return [...rows, ...list.flatMap((other) => tabular(other, known))];
    case 'SummarizeOperator':
      return summarized(operator, list, rows);
    default:
      throw new Error(`${operator.kind} is not known here`);
  }
}

function columns(list: readonly Part[], row: Row, known: Known): Row {
  return Object.fromEntries(
    list.map((column) => {
      if (column.kind === 'NameReference') return [column.text, row[column.text] ?? null];
      const [name, value] = pair(column);
      return [name.text, scalar(value, row, known)];
    }),
  );
}

/** `count()` of all rows, or `arg_max(column, others) by column`. */
function summarized(operator: Part, aggregates: readonly Part[], rows: readonly Row[]): readonly Row[] {
  const by = operator.parts.find(({ kind }) => kind === 'SummarizeByClause');
  const [aggregate] = aggregates;
  if (by === undefined && aggregate?.kind === 'SimpleNamedExpression' && /count\(\s*\)/.test(aggregate.text))
    return [{ [pair(aggregate)[0].text]: rows.length }];
  const call = /^arg_max\(([^)]*)\)$/.exec(aggregate?.text ?? '');
  if (by === undefined || call === null) throw new Error(`${operator.text} is not known here`);
  const [latest = '', ...others] = (call[1] ?? '').split(',').map((name) => name.trim());
  const key = only(only(by)).text;
  const found = new Map<unknown, Row>();
  for (const row of rows) {
    const best = found.get(row[key]);
    if (best === undefined || Number(row[latest]) > Number(best[latest])) found.set(row[key], row);
  }
  const kept = [key, latest, ...others];
  return [...found.values()].map((row) => Object.fromEntries(kept.map((name) => [name, row[name] ?? null])));
}

function scalar(part: Part, row: Row, known: Known): unknown {
  const value = (of: Part): unknown => scalar(of, row, known);
  const both = (): readonly [unknown, unknown] => {
    const [left, right] = pair(part);
    return [value(left), value(right)];
  };
  const numbers = (join: (left: number, right: number) => unknown): unknown => {
    const [left, right] = both();
    return left === null || right === null ? null : join(Number(left), Number(right));
  };
  switch (part.kind) {
    case 'NameReference':
      return row[part.text] ?? null;
    case 'PathExpression': {
      const [of, name] = pair(part);
      return (value(of) as Row | null)?.[name.text] ?? null;
    }
    case 'ParenthesizedExpression':
      return value(only(part));
    case 'StringLiteralExpression':
      return part.text.slice(1, -1);
    case 'BooleanLiteralExpression':
      return part.text === 'true';
    case 'LongLiteralExpression':
      return Number(part.text);
    case 'TimespanLiteralExpression':
      return Number(/^(\d+)h$/.exec(part.text)?.[1]) * 3_600_000;
    case 'AndExpression':
      return both().every((side) => side === true);
    case 'OrExpression':
      return both().some((side) => side === true);
    case 'EqualExpression':
      return same(both());
    case 'NotEqualExpression':
      return !same(both());
    case 'GreaterThanExpression':
      return numbers((left, right) => left > right);
    case 'AddExpression':
      return numbers((left, right) => left + right);
    case 'MultiplyExpression':
      return numbers((left, right) => left * right);
    case 'HasExpression': {
      const [text, term] = both();
      return has(String(text), String(term));
    }
    case 'HasAnyExpression': {
      const [text, terms] = pair(part);
      return terms.parts.flatMap(({ parts }) => parts).some((term) => has(String(value(text)), String(value(term))));
    }
    case 'FunctionCallExpression': {
      const [name, given] = pair(part);
      return called(name.text, given.parts.flatMap(({ parts }) => parts).map(value), known);
    }
    default:
      throw new Error(`${part.kind} is not known here: ${part.text}`);
  }
}

const same = ([left, right]: readonly [unknown, unknown]): boolean => left === right;

/** Whether a text has a term: bounded by what is no letter and no digit, without regard to case. */
function has(text: string, term: string): boolean {
  const bounded = term.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [start, end] = [/^[a-z0-9]/i.test(term) ? '(?<![a-z0-9])' : '', /[a-z0-9]$/i.test(term) ? '(?![a-z0-9])' : ''];
  return new RegExp(`${start}${bounded}${end}`, 'i').test(text);
}

function called(name: string, given: readonly unknown[], { now }: Known): unknown {
  const [first] = given;
  switch (name) {
    case 'parse_json':
      return JSON.parse(String(first));
    case 'tostring':
      return first === null ? '' : String(first);
    case 'tobool':
      return first === null ? null : String(first).toLowerCase() === 'true';
    case 'tolong':
      return first === null ? null : Math.trunc(Number(first));
    case 'strcat':
      return given.map((value) => value ?? '').join('');
    case 'ago':
      return now - Number(first);
    default:
      throw new Error(`${name}() is not known here`);
  }
}
