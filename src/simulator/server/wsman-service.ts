import { randomUUID } from 'node:crypto';
import { failure } from '../../result.ts';
import type { Trouble } from '../behaviour.ts';
import type { WsmanOutcome } from './answer.ts';
import { Enumerations } from './enumerations.ts';
import { answerEnvelope, faultEnvelope, parseRequest, type WsmanRequest } from './envelope.ts';
import { type Fault, faults } from './faults.ts';
import { Invocations } from './invocations.ts';
import type { Machine } from './machine.ts';
import { commandShellResource, namespaces, shellResource, wmiResourcePrefix } from './namespaces.ts';
import { Shells } from './shells.ts';
import { classNamed } from './shown-repository.ts';
import { child, parseXml } from './xml.ts';

/** An answer as HTTP carries it, before sealing. */
export interface HttpAnswer {
  readonly status: number;
  readonly xml: string;
  /** True: the connection breaks in the middle of it. */
  readonly cutOff: boolean;
  /** What else goes wrong with it. */
  readonly trouble?: Trouble;
}

/** The WinRM service of one machine. */
export class WsmanService {
  readonly machine: Machine;
  readonly shells: Shells;
  readonly enumerations: Enumerations;
  readonly invocations: Invocations;
  readonly #operations: Readonly<
    Record<string, (request: WsmanRequest, user: string) => WsmanOutcome | Promise<WsmanOutcome>>
  >;

  constructor(machine: Machine) {
    this.machine = machine;
    const shells = new Shells(machine);
    const enumerations = new Enumerations(machine, () => shells.list());
    this.shells = shells;
    this.enumerations = enumerations;
    this.invocations = new Invocations(machine);
    this.#operations = {
      [`${namespaces.enumeration}/Enumerate`]: (request) => enumerations.enumerate(request),
      [`${namespaces.enumeration}/Pull`]: (request) => enumerations.pull(request),
      [`${namespaces.enumeration}/Release`]: (request) => enumerations.release(request),
      [`${namespaces.transfer}/Create`]: ofShells((request, user) => shells.create(request, user)),
      [`${namespaces.transfer}/Get`]: (request, user) =>
        isWmi(request.resourceUri) ? this.invocations.get(request) : ofShells(() => shells.get(request))(request, user),
      [`${namespaces.transfer}/Delete`]: ofShells((request) => shells.delete(request)),
      [`${namespaces.shell}/Command`]: ofShells((request) => shells.command(request)),
      [`${namespaces.shell}/Send`]: ofShells((request) => shells.send(request)),
      [`${namespaces.shell}/Receive`]: ofShells((request) => shells.receive(request)),
      [`${namespaces.shell}/Signal`]: ofShells((request) => shells.signal(request)),
    };
  }

  /** Takes one SOAP message of a user. */
  async handle(message: Buffer, user: string): Promise<HttpAnswer> {
    if (message.length > this.machine.settings.limits.maxEnvelopeSize) {
      return this.#fault(faults.envelopeTooLarge, undefined);
    }
    const text = message.toString('utf8');
    if (isIdentify(text)) return this.identify(true);
    const parsed = parseRequest(text);
    if (!parsed.ok) return this.#fault(parsed.error.fault, parsed.error.messageId);
    const request = parsed.value;
    const operation =
      this.#operations[request.action] ??
      (isWmi(request.action) ? (call: WsmanRequest) => this.invocations.invoke(call) : undefined);
    const trouble = this.machine.troubles.next(request.action.slice(request.action.lastIndexOf('/') + 1));
    if (trouble !== undefined && 'fault' in trouble) return this.#fault(faults[trouble.fault], request.messageId);
    if (isBeforehand(trouble)) return { status: 500, xml: '', cutOff: false, trouble };
    const outcome = operation === undefined ? failure(faults.actionNotSupported) : await operation(request, user);
    if (!outcome.ok) return { ...this.#fault(outcome.error, request.messageId), trouble };
    const { action, body, cutOff = false } = outcome.value;
    const misdirected = trouble !== undefined && 'answer' in trouble && trouble.answer === 'misdirected';
    const relatesTo = misdirected ? `uuid:${randomUUID().toUpperCase()}` : request.messageId;
    const header = { action, relatesTo, language: this.machine.language };
    return { status: 200, xml: answerEnvelope(header, body), cutOff, trouble };
  }

  /** Identify (DSP0226 11); only an authenticated client is told the version of Windows. */
  identify(authenticated: boolean): HttpAnswer {
    const system = classNamed(this.machine.repository, 'root/cimv2', 'Win32_OperatingSystem')?.instances[0];
    const version = authenticated ? (system?.values.Version ?? '0.0.0') : '0.0.0';
    return {
      status: 200,
      xml:
        `<s:Envelope xml:lang="${this.machine.language}" xmlns:s="${namespaces.soap}"><s:Header/><s:Body>` +
        `<wsmid:IdentifyResponse xmlns:wsmid="${namespaces.identity}">` +
        `<wsmid:ProtocolVersion>${namespaces.wsman}</wsmid:ProtocolVersion>` +
        '<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>' +
        `<wsmid:ProductVersion>OS: ${String(version)} SP: 0.0 Stack: 3.0</wsmid:ProductVersion>` +
        '</wsmid:IdentifyResponse></s:Body></s:Envelope>',
      cutOff: false,
    };
  }

  #fault(fault: Fault, relatesTo: string | undefined): HttpAnswer {
    const { language, host } = this.machine;
    return { status: fault.status ?? 500, xml: faultEnvelope(fault, relatesTo, language, host.fqdn), cutOff: false };
  }
}

/** True where the operation is not carried out. */
const isBeforehand = (trouble: Trouble | undefined): boolean =>
  trouble !== undefined && ('status' in trouble || ('reset' in trouble && trouble.reset === 'beforeTaken'));

/** True for a resource, or the action of a method, under the URIs of CIM classes. */
const isWmi = (uri: string): boolean => uri.toLowerCase().startsWith(wmiResourcePrefix);

const ofShells =
  (operation: (request: WsmanRequest, user: string) => WsmanOutcome | Promise<WsmanOutcome>) =>
  (request: WsmanRequest, user: string) => {
    const resource = request.resourceUri.toLowerCase();
    return resource === commandShellResource || resource === shellResource
      ? operation(request, user)
      : failure(faults.actionNotSupported);
  };

/** An Identify has no addressing headers, only its body. */
export const isIdentify = (text: string): boolean =>
  text.includes(namespaces.identity) &&
  child(child(parseXml(text), namespaces.soap, 'Body'), namespaces.identity, 'Identify') !== undefined;
