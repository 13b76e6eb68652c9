/** A host on loopback that says what a test tells it to say. It reads questions with regular expressions only. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openWinrmSession, type SessionSurroundings } from '../../src/winrm/session.ts';
import type { WinrmSession, WinrmSessionOptions } from '../../src/winrm/winrm-session.ts';

export interface Question {
  /** Last part of the action: Enumerate, Receive …; `Identify` for Identify, empty for a body that is no SOAP. */
  readonly action: string;
  readonly messageId: string;
  readonly soap: string;
  readonly headers: IncomingHttpHeaders;
  /** Counts from 0, per action. */
  readonly turn: number;
}

export type Reply =
  | { readonly status?: number; readonly body?: string | Buffer; readonly headers?: Record<string, string | string[]> }
  | 'cut'
  | 'silence';

export interface ScriptedHost {
  readonly port: number;
  readonly questions: readonly Question[];
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts a host that answers every question by the script. `cut` breaks the connection; `silence` never answers. */
export async function scriptedHost(
  script: (question: Question) => Reply | Promise<Reply>,
  address = '127.0.0.1',
): Promise<ScriptedHost> {
  const questions: Question[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const soap = Buffer.concat(chunks).toString('utf8');
      const action = soap.includes('<wsmid:Identify/>') ? 'Identify' : (/\/(\w+)<\/a:Action>/.exec(soap)?.[1] ?? '');
      const question: Question = {
        action,
        messageId: /<a:MessageID>(.*?)<\/a:MessageID>/.exec(soap)?.[1] ?? '',
        soap,
        headers: request.headers,
        turn: questions.filter((earlier) => earlier.action === action).length,
      };
      questions.push(question);
      const reply = await script(question);
      if (reply === 'silence') return;
      if (reply === 'cut') {
        request.socket.destroy();
        return;
      }
      const body = Buffer.from(reply.body ?? '');
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/soap+xml;charset=UTF-8',
        'content-length': body.length,
        ...reply.headers,
      });
      response.end(body);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    questions,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const declarations =
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
  'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" ' +
  'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" ' +
  'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"';

export const envelopeText = (relatesTo: string, body: string): string =>
  `<s:Envelope ${declarations}><s:Header><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header>` +
  `<s:Body>${body}</s:Body></s:Envelope>`;

export const answer = (question: Question, body: string): Reply => ({ body: envelopeText(question.messageId, body) });

/** A fault with the number in the usual place. */
export const fault = (
  question: Question,
  number: number,
  subcode = 'w:InternalError',
  text = 'Told by the host.',
): Reply => ({
  status: 500,
  body: envelopeText(
    question.messageId,
    `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en-US">${text}</s:Text></s:Reason><s:Detail>` +
      `<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="${number}" Machine="h">` +
      `<f:Message>${text}</f:Message></f:WSManFault></s:Detail></s:Fault>`,
  ),
});

export const timedOut = (question: Question): Reply => fault(question, 2150858793, 'w:TimedOut');

export const items = (values: readonly string[]): string =>
  values.map((value) => `<w:XmlFragment><Name>${value}</Name></w:XmlFragment>`).join('');

/** Output of a command: pieces of stdout, then, with an exit code, the end. */
export const output = (pieces: readonly (string | Buffer)[], exitCode?: number, stderr?: string): string => {
  const stream = (name: string, bytes: string | Buffer) =>
    `<rsp:Stream Name="${name}" CommandId="C">${Buffer.from(bytes).toString('base64')}</rsp:Stream>`;
  const state = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState';
  return (
    '<rsp:ReceiveResponse>' +
    pieces.map((piece) => stream('stdout', piece)).join('') +
    (stderr === undefined ? '' : stream('stderr', stderr)) +
    (exitCode === undefined
      ? `<rsp:CommandState CommandId="C" State="${state}/Running"/>`
      : `<rsp:CommandState CommandId="C" State="${state}/Done"><rsp:ExitCode>${exitCode}</rsp:ExitCode></rsp:CommandState>`) +
    '</rsp:ReceiveResponse>'
  );
};

/** What a shell that works says, but for the answers that a test gives itself. */
export const shellScript =
  (own: (question: Question) => Reply | undefined) =>
  (question: Question): Reply => {
    const reply = own(question);
    if (reply !== undefined) return reply;
    const commandId = /CommandId="(.*?)"/.exec(question.soap)?.[1] ?? '';
    switch (question.action) {
      case 'Create':
        return answer(
          question,
          '<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name="ShellId">SHELL-1</w:Selector>' +
            '</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>OTHER</rsp:ShellId></rsp:Shell>',
        );
      case 'Command':
        return answer(
          question,
          `<rsp:CommandResponse><rsp:CommandId>${commandId}</rsp:CommandId></rsp:CommandResponse>`,
        );
      case 'Send':
        return answer(question, '<rsp:SendResponse/>');
      case 'Receive':
        return answer(question, output(['done'], 0));
      case 'Signal':
        return answer(question, '<rsp:SignalResponse/>');
      default:
        return answer(question, '');
    }
  };

export const secret = 'c0rrect h0rse!';

/** A session with a scripted host; Basic, because it is the message that is tested, and pauses that do not last. */
export const sessionWith = (
  port: number,
  options: Partial<WinrmSessionOptions> = {},
  surroundings: Partial<SessionSurroundings> = {},
): WinrmSession =>
  openWinrmSession(
    {
      target: { host: '127.0.0.1', scheme: 'http', port },
      credential: { user: 'reader', password: secret },
      authentication: 'basic',
      allowBasicOverHttp: true,
      connectTimeoutMs: 60_000,
      operationTimeoutMs: 60_000,
      ...options,
    },
    { resolve: async () => ['127.0.0.1'], wait: async () => undefined, ...surroundings },
  );
