import { failure, type Result, success } from '../../result.ts';
import type { CimClass, CimInstance, CimValue } from '../cim-repository.ts';

/** `SELECT … FROM class [WHERE a = 'b' AND c <> 3]`, the part of WQL that an inventory needs. */
export interface WqlQuery {
  readonly className: string;
  /** Undefined for `*`. */
  readonly properties: readonly string[] | undefined;
  readonly conditions: readonly WqlCondition[];
}

export interface WqlCondition {
  readonly property: string;
  readonly equal: boolean;
  /** Null: `NULL`, which only what has no value equals. */
  readonly literal: string | number | boolean | null;
}

type Token =
  | { readonly kind: 'word' | 'symbol'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string };

/** Reads a query; a failure says what is wrong with it. */
export function parseWql(text: string): Result<WqlQuery, string> {
  const tokens = tokenize(text);
  if (tokens === undefined) return failure('Invalid query');
  const reader = new TokenReader(tokens);
  if (!reader.takeWord('select')) return failure('Invalid query');
  const properties = reader.takeSymbol('*') ? undefined : reader.takeList();
  if (properties?.length === 0 || !reader.takeWord('from')) return failure('Invalid query');
  const className = reader.takeName();
  if (className === undefined) return failure('Invalid query');
  const conditions = reader.takeWord('where') ? reader.takeConditions() : [];
  if (conditions === undefined || !reader.atEnd()) return failure('Invalid query');
  return success({ className, properties, conditions });
}

/** Reads a condition alone, as `Get-CimInstance -Filter` takes it. */
export function parseWqlCondition(text: string): Result<readonly WqlCondition[], string> {
  const parsed = parseWql(`SELECT * FROM X WHERE ${text}`);
  return parsed.ok ? success(parsed.value.conditions) : parsed;
}

/** The class's own spelling of a property's name; undefined where it has none such. */
export const propertyNamed = (cimClass: CimClass, name: string): string | undefined =>
  Object.keys(cimClass.properties).find((candidate) => candidate.toLowerCase() === name.toLowerCase());

/** The instances that satisfy all conditions; a failure names the property that the class lacks. */
export function selectInstances(
  cimClass: CimClass,
  conditions: readonly WqlCondition[],
): Result<readonly CimInstance[], string> {
  let instances = cimClass.instances;
  for (const { property, equal, literal } of conditions) {
    const name = propertyNamed(cimClass, property);
    if (name === undefined || cimClass.properties[name]?.endsWith('[]')) return failure('Invalid query');
    instances = instances.filter((instance) => {
      const value = instance.values[name] ?? null;
      if (literal === null) return (value === null) === equal;
      // As in SQL, a comparison with NULL holds for neither operator.
      return value !== null && equals(value, literal) === equal;
    });
  }
  return success(instances);
}

function equals(value: CimValue, literal: string | number | boolean): boolean {
  if (typeof value === 'boolean') return String(value) === String(literal).toLowerCase();
  if (typeof value === 'string' && typeof literal === 'string') return value.toLowerCase() === literal.toLowerCase();
  return String(value) === String(literal);
}

const tokenPattern = /\s*(?:([A-Za-z_]\w*)|(-?\d+)|('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(<>|!=|[=,*]))/y;

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < trimmed.length) {
    const match = tokenPattern.exec(trimmed);
    if (match === null) return undefined;
    const [, word, number, quoted, symbol] = match;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (quoted !== undefined)
      tokens.push({ kind: 'string', text: quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1') });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  takeWord(word: string): boolean {
    return this.#take((token) => token.kind === 'word' && token.text.toLowerCase() === word) !== undefined;
  }

  takeSymbol(symbol: string): boolean {
    return this.#take((token) => token.kind === 'symbol' && token.text === symbol) !== undefined;
  }

  takeName(): string | undefined {
    return this.#take((token) => token.kind === 'word')?.text;
  }

  /** Names between commas; empty where there is none. */
  takeList(): readonly string[] {
    const names: string[] = [];
    do {
      const name = this.takeName();
      if (name === undefined) return [];
      names.push(name);
    } while (this.takeSymbol(','));
    return names;
  }

  takeConditions(): readonly WqlCondition[] | undefined {
    const conditions: WqlCondition[] = [];
    do {
      const property = this.takeName();
      const equal = this.takeSymbol('=');
      if (property === undefined || !(equal || this.takeSymbol('<>') || this.takeSymbol('!='))) return undefined;
      const literal = this.#takeLiteral();
      if (literal === undefined) return undefined;
      conditions.push({ property, equal, literal });
    } while (this.takeWord('and'));
    return conditions;
  }

  #takeLiteral(): string | number | boolean | null | undefined {
    const token = this.#take(
      ({ kind, text }) => kind !== 'symbol' && (kind !== 'word' || /^(true|false|null)$/i.test(text)),
    );
    if (token?.kind === 'word' && /^null$/i.test(token.text)) return null;
    if (token?.kind === 'word') return token.text.toLowerCase() === 'true';
    return token?.kind === 'number' ? Number(token.text) : token?.text;
  }

  #take(matches: (token: Token) => boolean): Token | undefined {
    const token = this.#tokens[this.#position];
    if (token === undefined || !matches(token)) return undefined;
    this.#position += 1;
    return token;
  }
}
