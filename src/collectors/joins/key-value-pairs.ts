/** What a guest tells of itself by Data Exchange (KVP): values by item name. */
export type KeyValuePairs = ReadonlyMap<string, string>;

/** A value holds at most 2,048 characters on the wire to the host; escaping cannot make an honest item larger. */
const maxItemLength = 32_768;
/** Honest guests have some 25 intrinsic items. */
const maxItems = 256;

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function character(codePoint: number): string {
  return codePoint > 0 && codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '';
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/gi, (_, hex, decimal, name) => {
    if (hex) return character(Number.parseInt(hex, 16));
    if (decimal) return character(Number(decimal));
    return named[String(name).toLowerCase()] ?? '';
  });
}

/** The values of Name and Data of a CIM-XML instance; the first of a name counts, null: it has none. */
function propertiesOf(item: string): { readonly name?: string | null; readonly data?: string | null } {
  const values: { name?: string | null; data?: string | null } = {};
  for (const [, attributes = '', content = ''] of item.matchAll(/<PROPERTY\s([^<>]*)>([^<]*(?:<VALUE>[^<]*)?)/gi)) {
    const name = /\bNAME\s*=\s*["'](Name|Data)["']/i.exec(attributes)?.[1]?.toLowerCase();
    if ((name !== 'name' && name !== 'data') || values[name] !== undefined) continue;
    const value = /<VALUE>([^<]*)$/i.exec(content)?.[1];
    values[name] = value === undefined ? null : unescapeXml(value);
  }
  return values;
}

/**
 * Reads `Msvm_KvpExchangeComponent.GuestIntrinsicExchangeItems`: each item is one CIM-XML instance with the
 * properties Name and Data. The guest writes them, so they are read with bounds and without an XML parser's
 * features (entities, document types); an item that is not understood is passed over.
 */
export function keyValuePairsOf(items: readonly string[]): KeyValuePairs {
  const pairs = new Map<string, string>();
  for (const item of items.slice(0, maxItems)) {
    if (item.length > maxItemLength) continue;
    const { name, data } = propertiesOf(item);
    if (typeof name === 'string' && typeof data === 'string') pairs.set(name, data.replaceAll('\0', '').trim());
  }
  return pairs;
}
