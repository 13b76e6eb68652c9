/** SOAP envelopes: ours written, theirs taken apart. */
import { failure, type Result, success } from '../../result.ts';
import { anonymousRole, namespaces } from './namespaces.ts';
import { child, descend, escapeXml, parseXml, type XmlElement } from './xml.ts';

/** The largest answer we ask for, in bytes; the host's own limit may be lower. */
const announcedEnvelopeSize = 512_000;

export interface OutgoingMessage {
  readonly action: string;
  readonly resourceUri: string;
  readonly selectors?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  /** XML inside the body, with the prefixes of `namespaces`. */
  readonly body: string;
  /** How long the host may take, in milliseconds. */
  readonly operationTimeoutMs: number;
}

export interface Addressing {
  readonly to: string;
  /** `uuid:…`, new for each message; the same only where a message is sent again. */
  readonly messageId: string;
  /** `uuid:…`, one per session. */
  readonly sessionId: string;
}

/** A whole number of milliseconds as an xs:duration. */
export const duration = (milliseconds: number): string => `PT${(Math.round(milliseconds) / 1000).toFixed(3)}S`;

const declarations = (['s', 'a', 'w', 'p', 'n', 'rsp'] as const)
  .map((prefix) => `xmlns:${prefix}="${namespaces[prefix]}"`)
  .join(' ');

const entries = (tag: 'Selector' | 'Option', values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `<w:${tag} Name="${escapeXml(name)}">${escapeXml(value)}</w:${tag}>`)
    .join('');

/** The envelope's text (MS-WSMV 2.2.4 and 3.1.4.1). */
export function envelope(message: OutgoingMessage, { to, messageId, sessionId }: Addressing): string {
  const { selectors, options } = message;
  return (
    `<s:Envelope ${declarations}><s:Header>` +
    `<a:To>${escapeXml(to)}</a:To>` +
    `<w:ResourceURI s:mustUnderstand="true">${escapeXml(message.resourceUri)}</w:ResourceURI>` +
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${anonymousRole}</a:Address></a:ReplyTo>` +
    `<a:Action s:mustUnderstand="true">${message.action}</a:Action>` +
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${announcedEnvelopeSize}</w:MaxEnvelopeSize>` +
    `<a:MessageID>${messageId}</a:MessageID>` +
    '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>' +
    `<p:SessionId s:mustUnderstand="false">${sessionId}</p:SessionId>` +
    `<w:OperationTimeout>${duration(message.operationTimeoutMs)}</w:OperationTimeout>` +
    (selectors ? `<w:SelectorSet>${entries('Selector', selectors)}</w:SelectorSet>` : '') +
    (options ? `<w:OptionSet s:mustUnderstand="true">${entries('Option', options)}</w:OptionSet>` : '') +
    `</s:Header><s:Body>${message.body}</s:Body></s:Envelope>`
  );
}

export interface IncomingMessage {
  readonly relatesTo: string | undefined;
  readonly body: XmlElement;
  /** The s:Fault inside the body. */
  readonly fault: XmlElement | undefined;
}

/** Takes an answer apart; the error says what about it is not a SOAP envelope. */
export function parseEnvelope(bytes: Buffer): Result<IncomingMessage, string> {
  const text = bytes.toString('utf8');
  const root = parseXml(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  if (!root.ok) return root;
  const body = root.value.name === 'Envelope' ? child(root.value, 'Body') : undefined;
  if (body === undefined) return failure(`<${root.value.name}> is not a SOAP envelope with a body`);
  return success({
    relatesTo: descend(root.value, 'Header', 'RelatesTo')?.text.trim(),
    body,
    fault: child(body, 'Fault'),
  });
}
