import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { credential } from './small-fleet.ts';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; as many entries as there were lines. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly text: string;
}

export const headersNamed = ({ headers }: RawAnswer, name: string): readonly string[] =>
  headers.filter(([candidate]) => candidate === name).map(([, value]) => value);

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** One TCP connection that writes HTTP by hand and reads answers by their Content-Length. */
export class RawConnection {
  readonly socket: Socket;
  readonly #url: URL;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(url: string, socket: Socket) {
    this.#url = new URL(url);
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    // An ended connection shows in what was received.
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawConnection(url, socket);
  }

  write(body: Buffer | string, headers: Readonly<Record<string, string>> = {}, path = '/wsman'): void {
    const bytes = Buffer.from(body);
    const all = {
      Host: this.#url.host,
      'Content-Type': 'application/soap+xml;charset=UTF-8',
      'Content-Length': String(bytes.length),
      ...headers,
    };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes]));
  }

  /** The next answer; undefined where the connection ends before it is complete. */
  async read(): Promise<RawAnswer | undefined> {
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined) return answer;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async exchange(
    body: Buffer | string,
    headers: Readonly<Record<string, string>> = {},
    path?: string,
  ): Promise<RawAnswer> {
    this.write(body, headers, path);
    const answer = await this.read();
    if (answer === undefined) throw new Error('the connection ended without an answer');
    return answer;
  }

  /** Sends SOAP as the fleet's account, by Basic. */
  soap(envelope: string): Promise<RawAnswer> {
    return this.exchange(envelope, { Authorization: basic(credential.user, credential.password) });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    const start = end + 4;
    if (this.#received.length < start + length) return undefined;
    const body = this.#received.subarray(start, start + length);
    this.#received = this.#received.subarray(start + length);
    return { status: Number(statusLine.split(' ')[1]), headers, body, text: body.toString('utf8') };
  }
}

const shellUri = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const enumerationUri = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration';
const transferUri = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';

export interface EnvelopeParts {
  readonly action: string;
  readonly resource: string;
  readonly body: string;
  readonly header?: string;
  readonly messageId?: string;
  readonly maxEnvelopeSize?: number;
  readonly timeout?: string;
}

export const envelope = (parts: EnvelopeParts): string =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
 xmlns:n="${enumerationUri}" xmlns:rsp="${shellUri}"><s:Header><a:To>http://host:5985/wsman</a:To>
<w:ResourceURI s:mustUnderstand="true">${parts.resource}</w:ResourceURI>
<a:ReplyTo><a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
<a:Action s:mustUnderstand="true">${parts.action}</a:Action>
<w:MaxEnvelopeSize s:mustUnderstand="true">${parts.maxEnvelopeSize ?? 512_000}</w:MaxEnvelopeSize>
<a:MessageID>${parts.messageId ?? `uuid:${randomUUID()}`}</a:MessageID>
<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>
<w:OperationTimeout>${parts.timeout ?? 'PT20S'}</w:OperationTimeout>${parts.header ?? ''}</s:Header><s:Body>${parts.body}</s:Body></s:Envelope>`;

const wmi = (path: string): string => `http://schemas.microsoft.com/wbem/wsman/1/wmi/${path}`;

export interface EnumerateParts extends Partial<EnvelopeParts> {
  readonly wql?: string;
  readonly optimize?: boolean;
  readonly maxElements?: number;
}

/** Enumerate of a class (`root/cimv2/Win32_Service`) or, with `wql`, of a namespace (`root/cimv2/*`). */
export const enumerate = (path: string, parts: EnumerateParts = {}): string =>
  envelope({
    ...parts,
    action: `${enumerationUri}/Enumerate`,
    resource: parts.resource ?? wmi(path),
    body: `<n:Enumerate>${parts.optimize === false ? '' : '<w:OptimizeEnumeration/>'}${
      parts.maxElements === undefined ? '' : `<w:MaxElements>${parts.maxElements}</w:MaxElements>`
    }${
      parts.wql === undefined
        ? ''
        : `<w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">${parts.wql}</w:Filter>`
    }</n:Enumerate>`,
  });

export const pull = (path: string, context: string, parts: EnumerateParts = {}): string =>
  envelope({
    ...parts,
    action: `${enumerationUri}/Pull`,
    resource: wmi(path),
    body: `<n:Pull><n:EnumerationContext>${context}</n:EnumerationContext>${
      parts.maxElements === undefined ? '' : `<n:MaxElements>${parts.maxElements}</n:MaxElements>`
    }</n:Pull>`,
  });

export const release = (path: string, context: string): string =>
  envelope({
    action: `${enumerationUri}/Release`,
    resource: wmi(path),
    body: `<n:Release><n:EnumerationContext>${context}</n:EnumerationContext></n:Release>`,
  });

const ofShell = (shellId: string): string =>
  `<w:SelectorSet><w:Selector Name="ShellId">${shellId}</w:Selector></w:SelectorSet>`;

export const createShell = (parts: Partial<EnvelopeParts> & { idleTimeOut?: string; name?: string } = {}): string =>
  envelope({
    ...parts,
    action: `${transferUri}/Create`,
    resource: `${shellUri}/cmd`,
    body: `<rsp:Shell>${parts.name === undefined ? '' : `<rsp:Name>${parts.name}</rsp:Name>`}${
      parts.idleTimeOut === undefined ? '' : `<rsp:IdleTimeOut>${parts.idleTimeOut}</rsp:IdleTimeOut>`
    }<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>`,
  });

export const deleteShell = (shellId: string): string =>
  envelope({ action: `${transferUri}/Delete`, resource: `${shellUri}/cmd`, header: ofShell(shellId), body: '' });

export const listShells = (): string => enumerate('', { resource: shellUri, maxElements: 100 });

export const command = (shellId: string, commandId: string, line: string): string =>
  envelope({
    action: `${shellUri}/Command`,
    resource: `${shellUri}/cmd`,
    header: ofShell(shellId),
    body: `<rsp:CommandLine CommandId="${commandId}"><rsp:Command>${line.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</rsp:Command></rsp:CommandLine>`,
  });

export const sendStdin = (shellId: string, commandId: string, bytes: Buffer, end: boolean): string =>
  envelope({
    action: `${shellUri}/Send`,
    resource: `${shellUri}/cmd`,
    header: ofShell(shellId),
    body: `<rsp:Send><rsp:Stream Name="stdin" CommandId="${commandId}"${end ? ' End="true"' : ''}>${bytes.toString('base64')}</rsp:Stream></rsp:Send>`,
  });

export const receive = (shellId: string, commandId: string, parts: Partial<EnvelopeParts> = {}): string =>
  envelope({
    ...parts,
    action: `${shellUri}/Receive`,
    resource: `${shellUri}/cmd`,
    header: ofShell(shellId),
    body: `<rsp:Receive><rsp:DesiredStream CommandId="${commandId}">stdout stderr</rsp:DesiredStream></rsp:Receive>`,
  });

export const signal = (shellId: string, commandId: string, code: string): string =>
  envelope({
    action: `${shellUri}/Signal`,
    resource: `${shellUri}/cmd`,
    header: ofShell(shellId),
    body: `<rsp:Signal CommandId="${commandId}"><rsp:Code>${shellUri}/signal/${code}</rsp:Code></rsp:Signal>`,
  });

export const bootstrap =
  'powershell.exe -NoLogo -NoProfile -NonInteractive -Command "& ([ScriptBlock]::Create([Console]::In.ReadToEnd()))"';

/** The text of the first element with that local name. */
export const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:\\w+:)?${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1];

export const faultCode = ({ text }: RawAnswer): number => Number(/WSManFault [^>]*Code="(\d+)"/.exec(text)?.[1]);

export const contextOf = ({ text }: RawAnswer): string => textOf(text, 'EnumerationContext') ?? '';

export const itemCount = ({ text }: RawAnswer, element: string): number => text.split(`<${element} `).length - 1;

/** What a stream of a Receive's answer holds. */
export const streamOf = ({ text }: RawAnswer, name: string): Buffer =>
  Buffer.concat(
    [...text.matchAll(new RegExp(`<rsp:Stream Name="${name}"[^>]*>([^<]*)<`, 'g'))].map((match) =>
      Buffer.from(match[1] ?? '', 'base64'),
    ),
  );
