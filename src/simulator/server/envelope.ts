import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import { parseDuration } from './duration.ts';
import { faultTexts } from './fault-texts.ts';
import { type Fault, faults, withText } from './faults.ts';
import { anonymousAddress, namespaces } from './namespaces.ts';
import { child, childrenOf, escapeXml, parseXml, type XmlElement } from './xml.ts';

/** A request as its headers describe it. */
export interface WsmanRequest {
  readonly action: string;
  readonly messageId: string;
  readonly resourceUri: string;
  readonly selectors: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** Bytes; undefined where the client named no limit. */
  readonly maxEnvelopeSize: number | undefined;
  readonly operationTimeoutMs: number | undefined;
  /** The only child of the body, if any. */
  readonly body: XmlElement | undefined;
}

/** The smallest envelope that Windows lets a client announce, in bytes. */
const smallestEnvelope = 8192;
const mustUnderstand = `{${namespaces.soap}}mustUnderstand`;

const understoodHeaders: ReadonlySet<string> = new Set([
  ...['To', 'Action', 'MessageID', 'ReplyTo', 'FaultTo', 'From', 'RelatesTo'].map(
    (name) => `{${namespaces.addressing}}${name}`,
  ),
  ...['ResourceURI', 'MaxEnvelopeSize', 'OperationTimeout', 'SelectorSet', 'OptionSet', 'RequestEPR'].map(
    (name) => `{${namespaces.wsman}}${name}`,
  ),
  ...['SessionId', 'OperationID', 'SequenceId', 'ActivityId'].map((name) => `{${namespaces.microsoft}}${name}`),
]);
/** These are understood only as hints. */
const localeHeaders: ReadonlySet<string> = new Set([
  `{${namespaces.wsman}}Locale`,
  `{${namespaces.microsoft}}DataLocale`,
]);

/** Why a request cannot be taken, with its MessageID where one could be read. */
export interface RefusedRequest {
  readonly fault: Fault;
  readonly messageId: string | undefined;
}

/** Reads a WS-Management request (DSP0226 6 and 13; MS-WSMV 2.2.4). */
export function parseRequest(text: string): Result<WsmanRequest, RefusedRequest> {
  const envelope = parseXml(text);
  const header = child(envelope, namespaces.soap, 'Header');
  const body = child(envelope, namespaces.soap, 'Body');
  const messageId = child(header, namespaces.addressing, 'MessageID')?.text.trim();
  const refuse = (fault: Fault) => failure({ fault, messageId });
  if (envelope?.name !== 'Envelope' || header === undefined || body === undefined)
    return refuse(faults.schemaViolation);

  for (const element of header.children) {
    const qualified = `{${element.namespace}}${element.name}`;
    if (!/^(true|1)$/.test(element.attributes[mustUnderstand] ?? '') || understoodHeaders.has(qualified)) continue;
    if (localeHeaders.has(qualified)) return refuse(faults.localeNotUnderstood);
    return refuse(withText(faults.headerNotUnderstood, `${faults.headerNotUnderstood.text} ${qualified}`));
  }

  const headerText = (namespace: string, name: string) => child(header, namespace, name)?.text.trim();
  const action = headerText(namespaces.addressing, 'Action');
  const resourceUri = headerText(namespaces.wsman, 'ResourceURI');
  const replyTo = child(child(header, namespaces.addressing, 'ReplyTo'), namespaces.addressing, 'Address')?.text.trim();
  if (!messageId || !action || !headerText(namespaces.addressing, 'To') || replyTo !== anonymousAddress) {
    return refuse(withText(faults.schemaViolation, 'The request lacks a required WS-Addressing header.'));
  }
  if (!resourceUri) return refuse(faults.invalidResourceUri);

  const announced = headerText(namespaces.wsman, 'MaxEnvelopeSize');
  if (announced !== undefined && !/^\d+$/.test(announced)) return refuse(faults.schemaViolation);
  if (announced !== undefined && Number(announced) < smallestEnvelope) return refuse(faults.announcedEnvelopeTooSmall);
  const timeout = headerText(namespaces.wsman, 'OperationTimeout');
  const operationTimeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout !== undefined && operationTimeoutMs === undefined) return refuse(faults.schemaViolation);

  return success({
    action,
    messageId,
    resourceUri,
    selectors: named(header, 'SelectorSet', 'Selector'),
    options: named(header, 'OptionSet', 'Option'),
    maxEnvelopeSize: announced === undefined ? undefined : Number(announced),
    operationTimeoutMs,
    body: body.children[0],
  });
}

/** What an answer is about. */
export interface AnswerHeader {
  readonly action: string;
  readonly relatesTo: string;
  /** The host's language, as in its other texts. */
  readonly language: string;
}

/** The prefixes that Windows declares on the answers of an enumeration, and on all others. */
const enumerationPrefixes = `xmlns:n="${namespaces.enumeration}" xmlns:w="${namespaces.wsman}"`;
const otherPrefixes =
  `xmlns:x="${namespaces.transfer}" xmlns:n="${namespaces.enumeration}" xmlns:w="${namespaces.wsman}"` +
  ` xmlns:rsp="${namespaces.shell}" xmlns:p="${namespaces.microsoft}"`;

/** An answer's envelope around the XML of its body. */
export const answerEnvelope = ({ action, relatesTo, language }: AnswerHeader, body: string): string =>
  `<s:Envelope xml:lang="${escapeXml(language)}" xmlns:s="${namespaces.soap}" xmlns:a="${namespaces.addressing}"` +
  ` ${action.startsWith(namespaces.enumeration) ? enumerationPrefixes : otherPrefixes}>` +
  `<s:Header><a:Action>${escapeXml(action)}</a:Action>` +
  `<a:MessageID>uuid:${randomUUID().toUpperCase()}</a:MessageID><a:To>${anonymousAddress}</a:To>` +
  `<a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`;

/** A fault's envelope, with the WSManFault detail of Windows. */
export function faultEnvelope(fault: Fault, relatesTo: string | undefined, language: string, machine: string): string {
  const text = escapeXml(faultTexts[language]?.[fault.code] ?? fault.text);
  const action = `${fault.subcode.startsWith('a:') ? namespaces.addressing : namespaces.wsman.replace('wsman.xsd', 'wsman')}/fault`;
  return answerEnvelope(
    { action, relatesTo: relatesTo ?? 'uuid:00000000-0000-0000-0000-000000000000', language },
    `<s:Fault><s:Code><s:Value>s:${fault.sender ? 'Sender' : 'Receiver'}</s:Value><s:Subcode><s:Value>${fault.subcode}</s:Value>` +
      `</s:Subcode></s:Code><s:Reason><s:Text xml:lang="${escapeXml(language)}">${text}</s:Text></s:Reason><s:Detail>` +
      `<f:WSManFault xmlns:f="${namespaces.fault}" Code="${fault.code}" Machine="${escapeXml(machine)}"><f:Message>${text}` +
      '</f:Message></f:WSManFault></s:Detail></s:Fault>',
  );
}

function named(header: XmlElement, set: string, item: string): Readonly<Record<string, string>> {
  const entries = childrenOf(child(header, namespaces.wsman, set), namespaces.wsman, item);
  return Object.fromEntries(entries.map((entry) => [entry.attributes.Name ?? '', entry.text]));
}
