/** CIM instances as WS-Management writes them (DSP0230; Windows' own habits in MS-WSMV). */
import { attribute, child, descend, type XmlElement } from '../soap/xml.ts';
import type { CimWireInstance, CimWireValue } from '../winrm-session.ts';

/** One element of Items: an instance under its class's name, or the XmlFragment of a projection, which has none. */
export const parseInstance = (element: XmlElement): CimWireInstance =>
  instanceOf(element, element.name === 'XmlFragment' ? undefined : element.name);

function instanceOf(element: XmlElement, className: string | undefined): CimWireInstance {
  const properties = new Map<string, CimWireValue[]>();
  for (const property of element.children) {
    const values = properties.get(property.name);
    if (values === undefined) properties.set(property.name, [wireValue(property)]);
    else values.push(wireValue(property));
  }
  return { className, properties: Object.fromEntries(properties) };
}

function wireValue(element: XmlElement): CimWireValue {
  const nil = attribute(element, 'nil');
  if (nil === 'true' || nil === '1') return { kind: 'nil' };
  const [first, second] = element.children;
  if (first === undefined) return { kind: 'text', text: element.text };
  if (second === undefined && (first.name === 'Datetime' || first.name === 'Date')) {
    return { kind: 'datetime', text: first.text.trim() };
  }
  if (second === undefined && first.name === 'Interval') return { kind: 'interval', text: first.text.trim() };
  if (child(element, 'ReferenceParameters') !== undefined) return referenceOf(element);
  return { kind: 'instance', instance: instanceOf(element, embeddedClass(element)) };
}

function referenceOf(element: XmlElement): CimWireValue & { readonly kind: 'reference' } {
  const parameters = child(element, 'ReferenceParameters');
  const resource = child(parameters, 'ResourceURI')?.text.trim();
  const selectors = child(parameters, 'SelectorSet')?.children ?? [];
  return {
    kind: 'reference',
    className: resource === undefined ? undefined : lastSegment(resource),
    keys: Object.fromEntries(
      selectors.map((selector) => [attribute(selector, 'Name') ?? '', selectorText(selector)] as const),
    ),
  };
}

/** A key that is itself a reference becomes an object path, `Class.Key="value"`, as WMI would write it. */
function selectorText(selector: XmlElement): string {
  const nested = child(selector, 'EndpointReference');
  if (nested === undefined) return selector.text;
  const { className, keys } = referenceOf(nested);
  const path = Object.entries(keys).map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&')}"`);
  return `${className ?? ''}.${path.join(',')}`;
}

/** An embedded object names its class by xsi:type, or only by the namespace of its properties. */
function embeddedClass(element: XmlElement): string | undefined {
  const type = attribute(element, 'type')?.split(':').at(-1);
  if (type !== undefined) return type.replace(/_Type$/, '');
  const prefix = element.children[0]?.prefix ?? '';
  const namespace = element.attributes[prefix === '' ? 'xmlns' : `xmlns:${prefix}`];
  return namespace === undefined ? undefined : lastSegment(namespace);
}

const lastSegment = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1);

export interface EnumerationPage {
  readonly items: readonly CimWireInstance[];
  /** For the next Pull; undefined where this was the last page. */
  readonly context: string | undefined;
}

/** The page in the s:Body of an EnumerateResponse or a PullResponse; undefined where there is neither. */
export function parsePage(body: XmlElement): EnumerationPage | undefined {
  const response = child(body, 'EnumerateResponse') ?? child(body, 'PullResponse');
  if (response === undefined) return undefined;
  const context = child(response, 'EnumerationContext')?.text.trim();
  const ended = child(response, 'EndOfSequence') !== undefined || context === undefined || context === '';
  return {
    items: (descend(response, 'Items')?.children ?? []).map(parseInstance),
    context: ended ? undefined : context,
  };
}
