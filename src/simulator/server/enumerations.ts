import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import type { CimClass, CimInstance } from '../cim-repository.ts';
import type { WsmanOutcome } from './answer.ts';
import { answerEnvelope, type WsmanRequest } from './envelope.ts';
import { type Fault, faults } from './faults.ts';
import { fragmentXml, instanceXml, measured, type XmlItem } from './instance-xml.ts';
import { Machine } from './machine.ts';
import { namespaces, shellResource, wmiResourcePrefix } from './namespaces.ts';
import { classNamed, isDenied, isUnsupported } from './shown-repository.ts';
import { parseWql, propertyNamed, selectInstances } from './wql.ts';
import { child, type XmlElement } from './xml.ts';

/** The items of an enumeration; XML is made when an item is due. */
interface Listing {
  readonly length: number;
  item(index: number): XmlItem;
}

interface OpenEnumeration {
  readonly listing: Listing;
  readonly position: number;
}

const wqlDialects: ReadonlySet<string> = new Set([
  'http://schemas.microsoft.com/wbem/wsman/1/WQL',
  'http://schemas.microsoft.com/wbem/wsman/1/wql',
]);
/** MaxBatchItems. */
const maxBatchItems = 32_000;
/** WS-Enumeration over CIM classes and shells (DSP0226 8; MS-WSMV 3.1.4.8). */
export class Enumerations {
  readonly #machine: Machine;
  readonly #shells: () => readonly string[];
  readonly #open = new Map<string, OpenEnumeration>();
  /** Enumerate requests taken so far. */
  started = 0;

  /** `shells` gives the XML of each open shell. */
  constructor(machine: Machine, shells: () => readonly string[]) {
    this.#machine = machine;
    this.#shells = shells;
  }

  /** Contexts handed out and neither read to their end nor released. */
  get open(): number {
    return this.#open.size;
  }

  async enumerate(request: WsmanRequest): Promise<WsmanOutcome> {
    this.started += 1;
    const body = bodyNamed(request, 'Enumerate');
    const maxElements = countIn(child(body, namespaces.wsman, 'MaxElements'));
    if (body === undefined || maxElements === 'malformed') return failure(faults.schemaViolation);
    const listed = await this.#list(request, body);
    if (!listed.ok) return listed;
    const { listing, cutOff } = listed.value;
    if (child(body, namespaces.wsman, 'OptimizeEnumeration') === undefined) {
      const context = this.#keep({ listing, position: 0 });
      return answer('EnumerateResponse', `<n:EnumerateResponse>${contextXml(context)}</n:EnumerateResponse>`, cutOff);
    }
    return this.#page(request, 'EnumerateResponse', 'w', { listing, position: 0 }, maxElements, cutOff);
  }

  pull(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'Pull');
    const maxElements = countIn(child(body, namespaces.enumeration, 'MaxElements'));
    if (body === undefined || maxElements === 'malformed') return failure(faults.schemaViolation);
    const context = contextIn(body);
    const enumeration = this.#open.get(context);
    if (enumeration === undefined) return failure(faults.invalidEnumerationContext);
    const outcome = this.#page(request, 'PullResponse', 'n', enumeration, maxElements, false);
    // A context is good for one answer only; where there was none, it may be tried again with fewer elements.
    if (outcome.ok) this.#open.delete(context);
    return outcome;
  }

  release(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'Release');
    if (body === undefined) return failure(faults.schemaViolation);
    if (!this.#open.delete(contextIn(body))) return failure(faults.invalidEnumerationContext);
    return answer('ReleaseResponse', '', false);
  }

  async #list(request: WsmanRequest, body: XmlElement): Promise<Result<{ listing: Listing; cutOff: boolean }, Fault>> {
    if (request.resourceUri === shellResource) {
      const shells = this.#shells();
      return success({
        listing: { length: shells.length, item: (index) => measured(shells[index] ?? '') },
        cutOff: false,
      });
    }
    const target = wmiTarget(request.resourceUri);
    if (target === undefined) return failure(faults.invalidResourceUri);
    const filter = child(body, namespaces.wsman, 'Filter');
    const asked =
      filter === undefined ? success({ className: target.className }) : readFilter(filter, target.className);
    if (!asked.ok) return asked;
    const { className } = asked.value;
    if (isDenied(this.#machine.host, target.namespace)) return failure(faults.accessDenied);

    this.#machine.noteListing(className);
    await this.#machine.spendFactCost();
    const cimClass = classNamed(this.#machine.repository, target.namespace, className);
    if (cimClass === undefined) {
      return failure(filter === undefined ? faults.destinationUnreachable : faults.cannotProcessFilter);
    }
    if (isUnsupported(target.namespace, cimClass)) return failure(faults.notSupported);
    const listing =
      filter === undefined
        ? success(wholeInstances(target.namespace, cimClass, cimClass.instances, this.#machine))
        : this.#query(filter.text, target.namespace, cimClass);
    if (!listing.ok) return listing;
    const cutOff = Machine.isCollection(className) && this.#machine.cutsOff(request.messageId);
    return success({ listing: listing.value, cutOff });
  }

  #query(wql: string, namespace: string, cimClass: CimClass): Result<Listing, Fault> {
    const query = parseWql(wql);
    const selected = query.ok ? selectInstances(cimClass, query.value.conditions) : query;
    if (!query.ok || !selected.ok) return failure(faults.cannotProcessFilter);
    const instances = selected.value;
    if (query.value.properties === undefined) {
      return success(wholeInstances(namespace, cimClass, instances, this.#machine));
    }
    const names = query.value.properties.map((name) => propertyNamed(cimClass, name));
    if (names.includes(undefined)) return failure(faults.cannotProcessFilter);
    const properties = names.filter((name) => name !== undefined);
    return success({
      length: instances.length,
      item: (index) => fragmentXml(namespace, cimClass, at(instances, index), properties),
    });
  }

  #page(
    request: WsmanRequest,
    response: 'EnumerateResponse' | 'PullResponse',
    prefix: 'w' | 'n',
    { listing, position }: OpenEnumeration,
    maxElements: number | undefined,
    cutOff: boolean,
  ): WsmanOutcome {
    const ours = this.#machine.settings.limits.maxEnvelopeSize;
    const theirs = request.maxEnvelopeSize ?? ours;
    // Without MaxElements one item is given.
    const last = Math.min(listing.length, position + Math.min(maxElements ?? 1, maxBatchItems));
    const empty = pageXml(response, prefix, '', contextName(), false);
    const header = { action: actionOf(response), relatesTo: request.messageId, language: this.#machine.language };
    let room = Math.min(ours, theirs) - Buffer.byteLength(answerEnvelope(header, empty));
    let next = position;
    let items = '';
    while (next < last) {
      const { xml, bytes } = listing.item(next);
      if (bytes > room) break;
      room -= bytes;
      items += xml;
      next += 1;
    }
    if (next === position && next < last) {
      return failure(theirs <= ours ? faults.responseOverAnnouncedEnvelope : faults.responseOverServerEnvelope);
    }
    const complete = next === listing.length;
    const context = complete ? '' : this.#keep({ listing, position: next });
    return answer(response, pageXml(response, prefix, items, context, complete), cutOff);
  }

  #keep(enumeration: OpenEnumeration): string {
    const context = contextName();
    this.#open.set(context, enumeration);
    return context;
  }
}

const at = (instances: readonly CimInstance[], index: number): CimInstance => {
  const instance = instances[index];
  if (instance === undefined) throw new RangeError(`no instance ${index}`);
  return instance;
};

/** Whole instances, each by its own class: a class is answered with its subclasses' instances too. */
const wholeInstances = (
  namespace: string,
  cimClass: CimClass,
  instances: readonly CimInstance[],
  machine: Machine,
): Listing => ({
  length: instances.length,
  item: (index) => {
    const instance = at(instances, index);
    const own =
      instance.className === cimClass.className
        ? cimClass
        : classNamed(machine.repository, namespace, instance.className);
    return instanceXml(namespace, own ?? cimClass, instance);
  },
});

/** The class named in a WQL query, where the query can be one at all. */
function readFilter(filter: XmlElement, resourceClass: string): Result<{ className: string }, Fault> {
  if (!wqlDialects.has(filter.attributes.Dialect ?? '')) return failure(faults.filterDialect);
  const query = parseWql(filter.text);
  if (resourceClass !== '*' || !query.ok) return failure(faults.cannotProcessFilter);
  return success({ className: query.value.className });
}

/** Namespace and class of `…/wmi/root/virtualization/v2/Msvm_ComputerSystem`. */
function wmiTarget(resourceUri: string): { namespace: string; className: string } | undefined {
  if (!resourceUri.startsWith(wmiResourcePrefix)) return undefined;
  const path = resourceUri.slice(wmiResourcePrefix.length);
  const slash = path.lastIndexOf('/');
  return slash <= 0 || slash === path.length - 1
    ? undefined
    : { namespace: path.slice(0, slash), className: path.slice(slash + 1) };
}

const bodyNamed = ({ body }: WsmanRequest, name: string): XmlElement | undefined =>
  body?.namespace === namespaces.enumeration && body.name === name ? body : undefined;

const contextIn = (body: XmlElement): string =>
  child(body, namespaces.enumeration, 'EnumerationContext')?.text.trim() ?? '';

function countIn(element: XmlElement | undefined): number | undefined | 'malformed' {
  if (element === undefined) return undefined;
  return /^\s*[1-9]\d*\s*$/.test(element.text) ? Number(element.text) : 'malformed';
}

function contextName(): string {
  return `uuid:${randomUUID().toUpperCase()}`;
}

const contextXml = (context: string): string => `<n:EnumerationContext>${context}</n:EnumerationContext>`;

/** The optimised first answer has its items in WS-Management's namespace, a Pull in WS-Enumeration's. */
function pageXml(response: string, prefix: 'w' | 'n', items: string, context: string, complete: boolean): string {
  // Windows gives an empty context with the last items of an Enumerate, and none with those of a Pull.
  const contextPart = complete && prefix === 'n' ? '' : contextXml(context);
  const end = complete ? `<${prefix}:EndOfSequence/>` : '';
  return `<n:${response}>${contextPart}<${prefix}:Items>${items}</${prefix}:Items>${end}</n:${response}>`;
}

const answer = (response: string, body: string, cutOff: boolean): WsmanOutcome =>
  success({ action: actionOf(response), body, cutOff });

const actionOf = (response: string): string => `${namespaces.enumeration}/${response}`;
