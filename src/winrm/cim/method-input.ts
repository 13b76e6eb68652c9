/** A method's in-parameters as XML: elements in the namespace of the class, in the order of the method (DSP0230 7). */
import { anonymousRole, cimResource, namespaces } from '../soap/namespaces.ts';
import { escapeXml } from '../soap/xml.ts';
import type { CimInput, CimInputScalar, InvokeRequest } from '../winrm-session.ts';

/** The body of the request. An array is the element repeated. */
export function inputBody({ namespace, className, method, parameters }: InvokeRequest): string {
  const uri = escapeXml(cimResource(namespace, className));
  const inner = membersXml('m', parameters, namespace);
  return `<m:${method}_INPUT xmlns:m="${uri}" xmlns:xsi="${namespaces.xsi}">${inner}</m:${method}_INPUT>`;
}

const membersXml = (prefix: string, members: Readonly<Record<string, CimInput>>, namespace: string): string =>
  Object.entries(members)
    .flatMap(([name, value]) => elementsOf(value).map((scalar) => scalarXml(`${prefix}:${name}`, scalar, namespace)))
    .join('');

const elementsOf = (value: CimInput): readonly CimInputScalar[] => (isList(value) ? value : [value]);
const isList = (value: CimInput): value is readonly CimInputScalar[] => Array.isArray(value);

function scalarXml(tag: string, value: CimInputScalar, namespace: string): string {
  if (typeof value !== 'object') return `<${tag}>${escapeXml(String(value))}</${tag}>`;
  if ('keys' in value) {
    const selectors = Object.entries(value.keys).map(
      ([name, key]) => `<w:Selector Name="${escapeXml(name)}">${escapeXml(key)}</w:Selector>`,
    );
    return (
      `<${tag}><a:Address>${anonymousRole}</a:Address><a:ReferenceParameters>` +
      `<w:ResourceURI>${escapeXml(cimResource(value.namespace, value.className))}</w:ResourceURI>` +
      `<w:SelectorSet>${selectors.join('')}</w:SelectorSet></a:ReferenceParameters></${tag}>`
    );
  }
  const uri = escapeXml(cimResource(namespace, value.className));
  return (
    `<${tag} xmlns:q="${uri}" xsi:type="q:${value.className}_Type">` +
    `${membersXml('q', value.properties, namespace)}</${tag}>`
  );
}
