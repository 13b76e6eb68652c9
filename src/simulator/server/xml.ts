import { XMLParser } from 'fast-xml-parser';
import { namespaces } from './namespaces.ts';

/** An element of a request with its namespace resolved: a misplaced element must not be taken for the right one. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  /** By `name`, or `{namespace}name` where the attribute is prefixed. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, whitespace kept. */
  readonly text: string;
}

type Scope = Readonly<Record<string, string>>;
type OrderedNode = Readonly<Record<string, unknown>>;

const cdata = '#cdata';
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: cdata,
  ignoreDeclaration: true,
});

/** Reads an XML document's root element; undefined where it is not well-formed or uses an undeclared prefix. */
export function parseXml(text: string): XmlElement | undefined {
  try {
    const nodes = asNodes(parser.parse(text, true));
    const root = nodes.find((node) => elementName(node) !== undefined);
    return root && resolve(root, { xml: namespaces.xml });
  } catch {
    return undefined;
  }
}

/** The first child with that namespace and name. */
export const child = (element: XmlElement | undefined, namespace: string, name: string): XmlElement | undefined =>
  element?.children.find((candidate) => candidate.namespace === namespace && candidate.name === name);

/** All children with that namespace and name. */
export const childrenOf = (element: XmlElement | undefined, namespace: string, name: string): readonly XmlElement[] =>
  element?.children.filter((candidate) => candidate.namespace === namespace && candidate.name === name) ?? [];

// Beside the markup: characters that XML 1.0 cannot hold at all, which are left out.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const notPlain = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text as element content or attribute value. */
export const escapeXml = (text: string): string => text.replace(notPlain, (character) => escapes[character] ?? '');

function resolve(node: OrderedNode, outer: Scope): XmlElement {
  const tag = elementName(node) ?? '';
  const raw = Object.entries((node[':@'] ?? {}) as Record<string, string>).map(
    ([name, value]) => [name, unescapeXml(value)] as const,
  );
  const scope: Record<string, string> = { ...outer };
  for (const [name, value] of raw) {
    if (name === 'xmlns') scope[''] = value;
    else if (name.startsWith('xmlns:')) scope[name.slice('xmlns:'.length)] = value;
  }
  const attributes: Record<string, string> = {};
  for (const [name, value] of raw) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    const [prefix, local] = splitName(name);
    attributes[prefix === '' ? local : `{${lookUp(scope, prefix)}}${local}`] = value;
  }
  const inner = asNodes(node[tag]);
  const [prefix, name] = splitName(tag);
  return {
    namespace: prefix === '' ? (scope[''] ?? '') : lookUp(scope, prefix),
    name,
    attributes,
    children: inner.filter((entry) => elementName(entry) !== undefined).map((entry) => resolve(entry, scope)),
    text: inner.map(textOf).join(''),
  };
}

function textOf(node: OrderedNode): string {
  const plain = node['#text'];
  if (typeof plain === 'string') return unescapeXml(plain);
  return cdata in node
    ? asNodes(node[cdata])
        .map((part) => String(part['#text'] ?? ''))
        .join('')
    : '';
}

const elementName = (node: OrderedNode): string | undefined =>
  Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#') && !key.startsWith('?'));

function lookUp(scope: Scope, prefix: string): string {
  const namespace = scope[prefix];
  if (namespace === undefined) throw new Error(`undeclared prefix ${prefix}`);
  return namespace;
}

const splitName = (name: string): [string, string] => {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
};

const asNodes = (value: unknown): readonly OrderedNode[] => (Array.isArray(value) ? (value as OrderedNode[]) : []);

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(\w+));/g, (whole, hex, decimal, name) => {
        if (name !== undefined) return entities[name] ?? whole;
        return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
      })
    : text;
