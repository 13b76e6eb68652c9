/** The bodies of shell operations (MS-WSMV 2.2.4 and 3.1.4.5 to 3.1.4.14). */
import { duration, type OutgoingMessage } from '../soap/envelope.ts';
import { actions, shellResource, terminateSignal } from '../soap/namespaces.ts';
import { attribute, child, descend, escapeXml, type XmlElement } from '../soap/xml.ts';
import { windowsNumber } from '../windows-number.ts';
import type { ShellOptions } from '../winrm-session.ts';

const upper = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

/** Create: a cmd shell that speaks UTF-8 and deletes itself when idle. */
export const createMessage = ({ name, idleTimeoutMs }: ShellOptions, operationTimeoutMs: number): OutgoingMessage => ({
  action: actions.create,
  resourceUri: shellResource,
  options: { WINRS_NOPROFILE: upper(true), WINRS_CODEPAGE: '65001' },
  operationTimeoutMs,
  body:
    '<rsp:Shell>' +
    `<rsp:IdleTimeOut>${duration(idleTimeoutMs)}</rsp:IdleTimeOut>` +
    '<rsp:InputStreams>stdin</rsp:InputStreams>' +
    `<rsp:Name>${escapeXml(name)}</rsp:Name>` +
    '<rsp:OutputStreams>stdout stderr</rsp:OutputStreams>' +
    '</rsp:Shell>',
});

/** The id for later calls: the selector that the host tells us to use, else the one it shows. */
export function createdShellId(body: XmlElement): string | undefined {
  const selectors = descend(body, 'ResourceCreated', 'ReferenceParameters', 'SelectorSet')?.children ?? [];
  const selector = selectors.find((one) => attribute(one, 'Name') === 'ShellId')?.text.trim();
  return selector || child(child(body, 'Shell'), 'ShellId')?.text.trim() || undefined;
}

const inShell = (
  shellId: string,
  action: string,
  body: string,
  operationTimeoutMs: number,
  options?: Readonly<Record<string, string>>,
): OutgoingMessage => ({
  action,
  resourceUri: shellResource,
  selectors: { ShellId: shellId },
  operationTimeoutMs,
  body,
  ...(options ? { options } : {}),
});

export interface CommandLine {
  readonly commandId: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** Where stdin is sent it is a pipe, otherwise a console. */
  readonly pipesStdin: boolean;
}

/** Command. Skipping cmd.exe does not work on every Windows, so it is not asked for. */
export const commandMessage = (shellId: string, line: CommandLine, operationTimeoutMs: number): OutgoingMessage =>
  inShell(
    shellId,
    actions.command,
    `<rsp:CommandLine CommandId="${escapeXml(line.commandId)}"><rsp:Command>${escapeXml(line.command)}</rsp:Command>` +
      line.arguments.map((argument) => `<rsp:Arguments>${escapeXml(argument)}</rsp:Arguments>`).join('') +
      '</rsp:CommandLine>',
    operationTimeoutMs,
    { WINRS_CONSOLEMODE_STDIN: upper(!line.pipesStdin), WINRS_SKIP_CMD_SHELL: upper(false) },
  );

/** The id the host uses for the command. */
export const startedCommandId = (body: XmlElement): string | undefined =>
  descend(body, 'CommandResponse', 'CommandId')?.text.trim() || undefined;

/** Send: a piece of stdin; `end` closes it. */
export const sendMessage = (
  shellId: string,
  commandId: string,
  piece: Buffer,
  end: boolean,
  operationTimeoutMs: number,
): OutgoingMessage =>
  inShell(
    shellId,
    actions.send,
    `<rsp:Send><rsp:Stream Name="stdin" CommandId="${escapeXml(commandId)}"${end ? ' End="true"' : ''}>` +
      `${piece.toString('base64')}</rsp:Stream></rsp:Send>`,
    operationTimeoutMs,
  );

/** Receive: whatever output there is, or the first that comes. */
export const receiveMessage = (shellId: string, commandId: string, operationTimeoutMs: number): OutgoingMessage =>
  inShell(
    shellId,
    actions.receive,
    `<rsp:Receive><rsp:DesiredStream CommandId="${escapeXml(commandId)}">stdout stderr</rsp:DesiredStream></rsp:Receive>`,
    operationTimeoutMs,
    { WSMAN_CMDSHELL_OPTION_KEEPALIVE: upper(true) },
  );

/** Signal: ends the command. */
export const terminateMessage = (shellId: string, commandId: string, operationTimeoutMs: number): OutgoingMessage =>
  inShell(
    shellId,
    actions.signal,
    `<rsp:Signal CommandId="${escapeXml(commandId)}"><rsp:Code>${terminateSignal}</rsp:Code></rsp:Signal>`,
    operationTimeoutMs,
  );

/** Delete: the shell and all that runs in it. */
export const deleteMessage = (shellId: string, operationTimeoutMs: number): OutgoingMessage =>
  inShell(shellId, actions.delete, '', operationTimeoutMs);

export interface ReceivedOutput {
  readonly stdout: readonly Buffer[];
  readonly stderr: readonly Buffer[];
  readonly done: boolean;
  /** Unsigned, as Windows counts it. */
  readonly exitCode: number | undefined;
}

/** The output in a ReceiveResponse; undefined where the answer is something else. */
export function parseReceived(body: XmlElement): ReceivedOutput | undefined {
  const response = child(body, 'ReceiveResponse');
  if (response === undefined) return undefined;
  const pieces = (name: string): Buffer[] =>
    response.children
      .filter((element) => element.name === 'Stream' && attribute(element, 'Name') === name && element.text !== '')
      .map(({ text }) => Buffer.from(text, 'base64'));
  const state = child(response, 'CommandState');
  const exitCode = child(state, 'ExitCode')?.text.trim() ?? '';
  return {
    stdout: pieces('stdout'),
    stderr: pieces('stderr'),
    done: state !== undefined && (attribute(state, 'State') ?? '').endsWith('/Done'),
    exitCode: windowsNumber(exitCode),
  };
}
