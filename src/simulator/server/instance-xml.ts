import type { CimClass, CimEmbedded, CimInstance, CimScalar, CimValue } from '../cim-repository.ts';
import { formatDuration } from './duration.ts';
import { anonymousAddress, namespaces, wmiResourcePrefix } from './namespaces.ts';
import { escapeXml } from './xml.ts';

/** XML as bytes count it: pages are cut by size. */
export interface XmlItem {
  readonly xml: string;
  readonly bytes: number;
}

// Instances are never changed after they were made, so their XML is written once, when first asked for.
const written = new WeakMap<CimInstance, XmlItem>();
const sortedNames = new WeakMap<CimClass, readonly string[]>();

/** Property names in the order of the wire: alphabetical, whatever their case. */
function propertiesInWireOrder(cimClass: CimClass): readonly string[] {
  let names = sortedNames.get(cimClass);
  if (names === undefined) {
    names = inWireOrder(Object.keys(cimClass.properties));
    sortedNames.set(cimClass, names);
  }
  return names;
}

/** A whole instance, typed by its own class (recorded answers of Windows; DSP0230 7). */
export function instanceXml(namespace: string, cimClass: CimClass, instance: CimInstance): XmlItem {
  const known = written.get(instance);
  if (known !== undefined) return known;
  const uri = classUri(namespace, instance.className);
  const properties = propertiesInWireOrder(cimClass).map((name) =>
    propertyXml(`p:${name}`, 'cim:', namespace, cimClass.properties[name] ?? '', instance.values[name]),
  );
  const item = measured(
    `<p:${instance.className} xmlns:xsi="${namespaces.schemaInstance}" xmlns:p="${uri}" xmlns:cim="${namespaces.cim}"` +
      ` xsi:type="p:${instance.className}_Type">${properties.join('')}</p:${instance.className}>`,
  );
  written.set(instance, item);
  return item;
}

/** The listed properties of an instance, as a SELECT list is answered: the class's name is lost. */
export function fragmentXml(
  namespace: string,
  cimClass: CimClass,
  instance: CimInstance,
  properties: readonly string[],
): XmlItem {
  const inner = inWireOrder(properties).map((name) =>
    propertyXml(name, '', namespace, cimClass.properties[name] ?? '', instance.values[name]),
  );
  return measured(
    `<w:XmlFragment xmlns:xsi="${namespaces.schemaInstance}" xmlns:w="${namespaces.wsman}">${inner.join('')}</w:XmlFragment>`,
  );
}

/** XML with its length in UTF-8 bytes. */
export const measured = (xml: string): XmlItem => ({ xml, bytes: Buffer.byteLength(xml) });

function propertyXml(
  tag: string,
  cimPrefix: string,
  namespace: string,
  type: string,
  value: CimValue | undefined,
): string {
  if (type.endsWith('[]') || Array.isArray(value)) {
    // A null array and an empty one are not on the wire at all.
    return Array.isArray(value) ? value.map((element) => scalarXml(tag, cimPrefix, element)).join('') : '';
  }
  if (value === null || value === undefined) return nil(tag);
  if (typeof value !== 'object') return scalarXml(tag, cimPrefix, value);
  if ('reference' in value) {
    const { className, namespace: target, keys } = value.reference;
    const selectors = Object.entries(keys).map(
      ([name, key]) => `<w:Selector Name="${escapeXml(name)}">${escapeXml(key)}</w:Selector>`,
    );
    return (
      `<${tag} xmlns:a="${namespaces.addressing}" xmlns:w="${namespaces.wsman}"><a:Address>${anonymousAddress}</a:Address>` +
      `<a:ReferenceParameters><w:ResourceURI>${classUri(target, className)}</w:ResourceURI>` +
      `<w:SelectorSet>${selectors.join('')}</w:SelectorSet></a:ReferenceParameters></${tag}>`
    );
  }
  if ('embedded' in value) return embeddedXml(tag, namespace, value);
  return scalarXml(tag, cimPrefix, value as CimScalar);
}

/** An embedded object, with the namespace of its own class. */
export function embeddedXml(tag: string, namespace: string, { embedded }: CimEmbedded): string {
  const { className, properties } = embedded;
  const inner = inWireOrder(Object.keys(properties)).map((name) =>
    scalarXml(`q:${name}`, 'cim:', properties[name] ?? null),
  );
  return (
    `<${tag} xmlns:q="${classUri(namespace, className)}" xmlns:cim="${namespaces.cim}" xsi:type="q:${className}_Type">` +
    `${inner.join('')}</${tag}>`
  );
}

function scalarXml(tag: string, cimPrefix: string, value: CimScalar): string {
  if (value === null) return nil(tag);
  if (typeof value !== 'object') return `<${tag}>${escapeXml(String(value))}</${tag}>`;
  if ('datetime' in value)
    return `<${tag}><${cimPrefix}Datetime>${trimFraction(value.datetime)}</${cimPrefix}Datetime></${tag}>`;
  return `<${tag}><${cimPrefix}Interval>${formatDuration(value.intervalMs)}</${cimPrefix}Interval></${tag}>`;
}

const nil = (tag: string): string => `<${tag} xsi:nil="true"/>`;

/** Windows drops the fraction's trailing zeros, and the point with the last of them. */
const trimFraction = (datetime: string): string =>
  datetime.replace(/\.(\d*?)0*Z$/, (_, kept: string) => (kept === '' ? 'Z' : `.${kept}Z`));

const inWireOrder = (names: readonly string[]): readonly string[] =>
  [...names].sort((left, right) => {
    const [a, b] = [left.toLowerCase(), right.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  });

const classUri = (namespace: string, className: string): string => `${wmiResourcePrefix}${namespace}/${className}`;
