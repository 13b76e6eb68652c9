/** All instances of a class, page by page (DSP0226 section 8; MS-WSMV 3.1.4.1.16). */
import { failure, type Result, success } from '../../result.ts';
import { faultNumbers, hasNumber, type SoapFault } from '../faults.ts';
import { sendPatiently } from '../patience.ts';
import { actions, cimResource, wqlDialect } from '../soap/namespaces.ts';
import { escapeXml, type XmlElement } from '../soap/xml.ts';
import { announcedMs, answerWaitMs, farewellMs, type Wait } from '../times.ts';
import type { ExchangeFailure, Transport } from '../transport.ts';
import { isTooLarge, type WinrmError, winrmError } from '../winrm-error.ts';
import type { CimWireInstance, EnumerateRequest } from '../winrm-session.ts';
import { type EnumerationPage, parsePage } from './instance.ts';

export interface EnumerationLimits {
  /** Per answer, in milliseconds. */
  readonly operationTimeoutMs: number;
  readonly signal?: AbortSignal;
  readonly wait: Wait;
}

interface Reader {
  readonly transport: Transport;
  readonly resourceUri: string;
  readonly signal: AbortSignal | undefined;
  readonly wait: Wait;
  /** Milliseconds the next answer may take; 0 or less once the whole time is over. */
  left(): number;
}

const defaultMaxElements = 1_000;

/** No class has more instances than this on one host. A host that goes on must not fill our memory. */
const mostInstances = 1_000_000;
/** Pages in a row without an instance, of a host that keeps saying there are more. */
const mostEmptyPages = 100;

/** Reads all instances that a request asks for, or says why not. */
export async function enumerate(
  transport: Transport,
  request: EnumerateRequest,
  limits: EnumerationLimits,
): Promise<Result<readonly CimWireInstance[], WinrmError>> {
  const query = queryOf(request);
  const reader: Reader = {
    transport,
    resourceUri: cimResource(request.namespace, query === undefined ? request.className : '*'),
    signal: limits.signal,
    wait: limits.wait,
    left: timeLeft(limits.operationTimeoutMs, request.timeoutMs),
  };
  const read = await readInFittingPages(reader, query, request.maxElements ?? defaultMaxElements);
  if (read.ok) return read;
  const { error } = read.error;
  return failure(
    error.code === 'invalidQuery' && query !== undefined ? await whyRefused(reader, request, error) : error,
  );
}

/** Reads all items of a resource that is no CIM class, such as the list of shells. */
export async function enumerateItems(
  transport: Transport,
  resourceUri: string,
  { operationTimeoutMs, signal, wait }: EnumerationLimits,
): Promise<Result<readonly CimWireInstance[], WinrmError>> {
  const reader: Reader = { transport, resourceUri, signal, wait, left: timeLeft(operationTimeoutMs, undefined) };
  const read = await readInFittingPages(reader, undefined, defaultMaxElements);
  return read.ok ? read : failure(read.error.error);
}

/** Starts over with half as many instances per answer where the host finds an answer too large, down to one. */
async function readInFittingPages(
  reader: Reader,
  query: string | undefined,
  wantedElements: number,
): Promise<Result<readonly CimWireInstance[], ExchangeFailure>> {
  let maxElements = Math.max(1, wantedElements);
  let startedOver = false;
  for (;;) {
    const read = await readAll(reader, query, maxElements);
    if (read.ok) return read;
    const { error, fault } = read.error;
    if (fault !== undefined && isTooLarge(error) && maxElements > 1) {
      maxElements = Math.floor(maxElements / 2);
    } else if (lostContext(fault) && !startedOver) {
      startedOver = true;
    } else {
      return read;
    }
  }
}

function timeLeft(perAnswerMs: number, wholeMs: number | undefined): () => number {
  if (wholeMs === undefined) return () => perAnswerMs;
  const endsAt = performance.now() + wholeMs;
  return () => Math.min(perAnswerMs, endsAt - performance.now());
}

/** WQL, where properties or a condition are asked for; whole instances are read by class URI. */
function queryOf({ className, properties, where }: EnumerateRequest): string | undefined {
  if (properties === undefined && where === undefined) return undefined;
  return `select ${properties?.join(',') ?? '*'} from ${className}${where === undefined ? '' : ` where ${where}`}`;
}

const lostContext = (fault: SoapFault | undefined): boolean =>
  hasNumber(fault, faultNumbers.invalidContext) ||
  hasNumber(fault, faultNumbers.contextTimedOut) ||
  fault?.subcode === 'InvalidEnumerationContext';

async function readAll(
  reader: Reader,
  query: string | undefined,
  maxElements: number,
): Promise<Result<readonly CimWireInstance[], ExchangeFailure>> {
  const items: CimWireInstance[] = [];
  let emptyPages = 0;
  let page = await ask(reader, actions.enumerate, enumerateBody(query, maxElements));
  for (;;) {
    if (!page.ok) return page;
    for (const item of page.value.items) items.push(item);
    const { context } = page.value;
    if (context === undefined) return success(items);
    emptyPages = page.value.items.length === 0 ? emptyPages + 1 : 0;
    if (items.length > mostInstances || emptyPages > mostEmptyPages) {
      await release(reader, context);
      return failure({ error: endless(reader.transport.host, items.length) });
    }
    page = await ask(reader, actions.pull, pullBody(context, maxElements));
    // After a fault the host still holds the enumeration; a broken connection has other worries.
    if (!page.ok && (page.error.fault !== undefined || reader.left() <= 0)) await release(reader, context);
  }
}

const endless = (host: string, instances: number): WinrmError =>
  winrmError('protocolViolation', host, undefined, `an enumeration without an end: ${instances} instances so far`);

const enumerateBody = (query: string | undefined, maxElements: number): string =>
  '<n:Enumerate><w:OptimizeEnumeration/>' +
  `<w:MaxElements>${maxElements}</w:MaxElements>` +
  (query === undefined ? '' : `<w:Filter Dialect="${wqlDialect}">${escapeXml(query)}</w:Filter>`) +
  '</n:Enumerate>';

const contextElement = (context: string): string =>
  `<n:EnumerationContext>${escapeXml(context)}</n:EnumerationContext>`;

const pullBody = (context: string, maxElements: number): string =>
  `<n:Pull>${contextElement(context)}<n:MaxElements>${maxElements}</n:MaxElements></n:Pull>`;

async function ask(reader: Reader, action: string, body: string): Promise<Result<EnumerationPage, ExchangeFailure>> {
  const { host } = reader.transport;
  const left = reader.left();
  if (left <= 0) {
    const detail = 'the time for the whole enumeration was up before its last page';
    return failure({ error: winrmError('operationTimedOut', host, undefined, detail) });
  }
  const endsAt = performance.now() + left;
  const answer = await sendPatiently(
    () => post(reader, action, body, announcedMs(Math.min(reader.left(), endsAt - performance.now())), reader.signal),
    { wait: reader.wait, left: () => endsAt - performance.now(), signal: reader.signal },
  );
  if (!answer.ok) return answer;
  const page = parsePage(answer.value);
  return page === undefined
    ? failure({ error: winrmError('protocolViolation', host, undefined, 'an enumeration answered by something else') })
    : success(page);
}

function post(
  { transport, resourceUri }: Reader,
  action: string,
  body: string,
  operationTimeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Result<XmlElement, ExchangeFailure>> {
  const message = transport.prepare({ action, resourceUri, body, operationTimeoutMs });
  return transport.send(message, { timeoutMs: answerWaitMs(operationTimeoutMs), signal });
}

/** Lets go of an enumeration that is not read to its end: open ones count against a quota. */
async function release(reader: Reader, context: string): Promise<void> {
  await post(reader, actions.release, `<n:Release>${contextElement(context)}</n:Release>`, farewellMs, undefined);
}

/**
 * Windows says "cannot process the filter" for a class or namespace that is not there too. An enumeration of the bare
 * class tells the two apart.
 */
async function whyRefused(reader: Reader, request: EnumerateRequest, refused: WinrmError): Promise<WinrmError> {
  const bare: Reader = { ...reader, resourceUri: cimResource(request.namespace, request.className) };
  const probe = await ask(bare, actions.enumerate, enumerateBody(undefined, 1));
  if (probe.ok) {
    if (probe.value.context !== undefined) await release(bare, probe.value.context);
    return refused;
  }
  const { error, fault } = probe.error;
  // A fault other than "not there" says nothing new about the query; a lost connection or a cancel does.
  return fault !== undefined && error.code !== 'resourceNotFound' ? refused : error;
}
