import type { CimScalar, CimValue } from '../cim-repository.ts';

/**
 * A CIM value as the collector script would send it, by the declared type of `fact.ts`: uint64 as text, datetimes in UTC
 * with six decimals, intervals in milliseconds, references and embedded objects as name → text without nulls, arrays
 * never null.
 */
export function factValue(type: string, value: CimValue | undefined): unknown {
  if (type.endsWith('[]')) {
    const elementType = type.slice(0, -2);
    const elements: readonly CimScalar[] = Array.isArray(value)
      ? value
      : value === null || value === undefined
        ? []
        : [scalarOf(value)];
    return elements.filter((element) => element !== null).map((element) => scalarValue(elementType, element));
  }
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') {
    if ('reference' in value) return value.reference.keys;
    if ('embedded' in value) return embeddedTexts(value.embedded.properties);
  }
  return scalarValue(type, scalarOf(value));
}

function scalarValue(type: string, value: CimScalar): unknown {
  if (value === null) return null;
  if (typeof value === 'object') return 'datetime' in value ? value.datetime : value.intervalMs;
  switch (type) {
    case 'string':
    case 'uint64':
    case 'sint64':
      return String(value);
    case 'boolean':
      return value === true || value === 'true';
    default:
      return Number(value);
  }
}

function embeddedTexts(properties: Readonly<Record<string, CimScalar>>): Readonly<Record<string, string>> {
  const entries = Object.entries(properties).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    return [[name, String(scalarValue('string', value))]];
  });
  return Object.fromEntries(entries);
}

/** A value that is neither reference, object nor array; anything else is a repository that contradicts its types. */
function scalarOf(value: CimValue): CimScalar {
  if (value !== null && typeof value === 'object' && !('datetime' in value) && !('intervalMs' in value)) {
    throw new TypeError('the repository holds an object where its class declares a plain value');
  }
  return value;
}
