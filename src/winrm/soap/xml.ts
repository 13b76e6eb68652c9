/** XML as WS-Management uses it: elements known by their local names, text exactly as it came. */
import { XMLParser } from 'fast-xml-parser';
import { failure, type Result, success } from '../../result.ts';

export interface XmlElement {
  /** Without prefix. */
  readonly name: string;
  /** The prefix it was written with; empty without one. */
  readonly prefix: string;
  /** By the name as written, prefix included. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The element's own text, entities resolved, white space kept. */
  readonly text: string;
}

// Numbers stay text ("0012", "1e10"), white space stays, and entities are resolved below: the five of XML and
// character references only, so that nothing can expand.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignorePiTags: true,
  ignoreDeclaration: true,
  cdataPropName: '#cdata',
});

/** Parses one document. SOAP forbids document types: one is refused. */
export function parseXml(source: string): Result<XmlElement, string> {
  if (source.includes('<!DOCTYPE')) return failure('a document type, which SOAP forbids');
  try {
    const [root, ...more] = elementsOf(parser.parse(source));
    if (root === undefined) return failure('no XML');
    if (more.length > 0) return failure('more than one root element');
    // The parser forgives a missing end; the last tag must close the root.
    const closes =
      source.trimEnd().endsWith('>') && source.lastIndexOf('</') === source.lastIndexOf(`</${written(root)}`);
    return closes || root.children.length === 0 ? success(root) : failure('the XML is cut off');
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

const written = ({ prefix, name }: XmlElement): string => (prefix === '' ? name : `${prefix}:${name}`);

function elementsOf(nodes: unknown): XmlElement[] {
  return listOf(nodes).flatMap((node) => {
    const written = Object.keys(node).find((key) => key !== ':@');
    return written === undefined || written.startsWith('#') ? [] : [elementOf(written, node)];
  });
}

function elementOf(written: string, node: Readonly<Record<string, unknown>>): XmlElement {
  const content = node[written];
  const colon = written.indexOf(':');
  return {
    name: written.slice(colon + 1),
    prefix: colon < 0 ? '' : written.slice(0, colon),
    attributes: attributesOf(node[':@']),
    children: elementsOf(content),
    text: textOf(content),
  };
}

function attributesOf(raw: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(isRecord(raw) ? raw : {}).map(([name, value]) => [name, withEntities(String(value))]),
  );
}

function textOf(nodes: unknown): string {
  return listOf(nodes)
    .map((node) => {
      if ('#cdata' in node) return textNode(node['#cdata']);
      return '#text' in node ? withEntities(String(node['#text'])) : '';
    })
    .join('');
}

const textNode = (content: unknown): string =>
  listOf(content)
    .map((node) => String(node['#text'] ?? ''))
    .join('');

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const listOf = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function withEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named.get(name) ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** The first child of that local name. */
export const child = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  parent?.children.find((element) => element.name === name);

/** The element at the end of a path of local names. */
export const descend = (from: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce(child, from);

/** Every element below, in document order. */
export const descendants = (from: XmlElement): XmlElement[] =>
  from.children.flatMap((element) => [element, ...descendants(element)]);

/** An attribute by its local name. */
export const attribute = (element: XmlElement, name: string): string | undefined =>
  Object.entries(element.attributes).find(([written]) => written === name || written.endsWith(`:${name}`))?.[1];

/** Text made safe for an element or an attribute; a carriage return would not survive as it is. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
