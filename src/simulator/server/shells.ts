import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import type { WsmanAnswer, WsmanOutcome } from './answer.ts';
import { type CommandProcess, startProcess } from './command-process.ts';
import { formatDuration, parseDuration } from './duration.ts';
import type { WsmanRequest } from './envelope.ts';
import { type Fault, faults } from './faults.ts';
import type { Machine } from './machine.ts';
import { anonymousAddress, commandShellResource, namespaces } from './namespaces.ts';
import { child, childrenOf, escapeXml, type XmlElement } from './xml.ts';

/** Windows' IdleTimeout where the client names none. */
const defaultIdleTimeoutMs = 7_200_000;
/** Room of a Receive's answer for everything but the streams' base64. */
const receiveOverhead = 3_000;
/** STATUS_CONTROL_C_EXIT, unsigned. */
const interruptedExitCode = 3_221_225_786;

/** What an earlier run of ours leaves behind where it dies, and for how long it has. */
const staleName = 'hyperv-rvtools/20261122T020000Z-000000';
const staleForMs = 3_600_000;

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Remote shells and what runs in them (MS-WSMV 3.1.4.5, 3.1.4.11 to 3.1.4.15). */
export class Shells {
  readonly #machine: Machine;
  readonly #shells = new Map<string, Shell>();
  /** Create requests granted so far. */
  opened = 0;
  /** Commands started so far. */
  commandsRun = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    machine.onCut(() => this.closeAll());
    for (let number = 0; number < (machine.behaviour.staleShells ?? 0); number++) this.#leaveBehind();
  }

  get open(): number {
    return this.#shells.size;
  }

  /** The shells as an enumeration lists them. */
  list(): readonly string[] {
    return [...this.#shells.values()].map((shell) => shell.xml(this.#machine.host.name));
  }

  closeAll(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  create(request: WsmanRequest, owner: string): WsmanOutcome {
    const body = bodyNamed(request, 'Shell');
    const part = (name: string) => child(body, namespaces.shell, name)?.text.trim();
    const idle = part('IdleTimeOut');
    const wantedMs = idle === undefined ? defaultIdleTimeoutMs : parseDuration(idle);
    const id = body?.attributes.ShellId ?? randomUUID().toUpperCase();
    const complete = body !== undefined && part('InputStreams') !== undefined && part('OutputStreams') !== undefined;
    if (!complete || wantedMs === undefined || !guidPattern.test(id)) return failure(faults.schemaViolation);
    if (request.resourceUri.toLowerCase() !== commandShellResource) return failure(faults.invalidResourceUri);
    const { limits } = this.#machine.settings;
    const idleTimeoutMs = Math.min(wantedMs, limits.maxIdleTimeoutMs);
    if (this.#shells.size >= (this.#machine.behaviour.staleShells ?? limits.maxShells)) {
      return failure(faults.tooManyShells);
    }

    const shell = new Shell({ id, name: part('Name'), idleTimeoutMs, owner }, () => this.#shells.delete(id));
    this.#shells.set(id, shell);
    this.opened += 1;
    return answer(
      `${namespaces.transfer}/CreateResponse`,
      `<x:ResourceCreated><a:Address>${anonymousAddress}</a:Address><a:ReferenceParameters>` +
        `<w:ResourceURI>${commandShellResource}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">${id}</w:Selector>` +
        `</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>${shell.xml(this.#machine.host.name)}`,
    );
  }

  /** A shell of an earlier run of ours, which died a while ago. */
  #leaveBehind(): void {
    const id = randomUUID().toUpperCase();
    const description = { id, name: staleName, idleTimeoutMs: defaultIdleTimeoutMs, owner: 'inventory' };
    this.#shells.set(id, new Shell(description, () => this.#shells.delete(id), Date.now() - staleForMs));
  }

  get(request: WsmanRequest): WsmanOutcome {
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    return answer(`${namespaces.transfer}/GetResponse`, shell.xml(this.#machine.host.name));
  }

  delete(request: WsmanRequest): WsmanOutcome {
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    shell.close();
    this.#shells.delete(shell.id);
    return answer(`${namespaces.transfer}/DeleteResponse`, '');
  }

  command(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'CommandLine');
    const program = child(body, namespaces.shell, 'Command')?.text;
    const id = body?.attributes.CommandId ?? randomUUID().toUpperCase();
    if (program === undefined || !guidPattern.test(id)) return failure(faults.schemaViolation);
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    if (shell.command(id) !== undefined) return failure(faults.commandExists);
    if (shell.running >= this.#machine.settings.limits.maxCommandsPerShell) return failure(faults.tooManyCommands);

    const parts = childrenOf(body, namespaces.shell, 'Arguments').map((element) => element.text);
    shell.start(id, [program, ...parts].join(' '), this.#machine);
    this.commandsRun += 1;
    return answer(
      `${namespaces.shell}/CommandResponse`,
      `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`,
    );
  }

  send(request: WsmanRequest): WsmanOutcome {
    const streams = childrenOf(bodyNamed(request, 'Send'), namespaces.shell, 'Stream');
    if (streams.length === 0) return failure(faults.schemaViolation);
    for (const stream of streams) {
      const base64 = stream.text.replaceAll(/\s/g, '');
      if (stream.attributes.Name !== 'stdin' || !isBase64(base64)) return failure(faults.schemaViolation);
      const command = this.#find(request)?.command(stream.attributes.CommandId);
      if (command === undefined) return failure(faults.shellNotFound);
      const end = /^(true|1)$/i.test(stream.attributes.End ?? '');
      if (!command.process.writeStdin(Buffer.from(base64, 'base64'), end)) return failure(faults.brokenPipe);
    }
    return answer(`${namespaces.shell}/SendResponse`, '<rsp:SendResponse/>');
  }

  async receive(request: WsmanRequest): Promise<WsmanOutcome> {
    const desired = child(bodyNamed(request, 'Receive'), namespaces.shell, 'DesiredStream');
    if (desired === undefined) return failure(faults.schemaViolation);
    const shell = this.#find(request);
    const command = shell?.command(desired.attributes.CommandId);
    if (shell === undefined || command === undefined) return failure(faults.shellNotFound);
    const { maxEnvelopeSize, maxTimeoutMs } = this.#machine.settings.limits;
    const envelope = Math.min(maxEnvelopeSize, request.maxEnvelopeSize ?? maxEnvelopeSize);
    const outcome = await command.receive(
      request.messageId,
      Math.floor(((envelope - receiveOverhead) * 3) / 4),
      Math.min(request.operationTimeoutMs ?? maxTimeoutMs, maxTimeoutMs),
    );
    shell.touch();
    if (outcome.ok && command.process.collects && this.#machine.cutsOff(request.messageId)) {
      return success({ ...outcome.value, cutOff: true });
    }
    return outcome;
  }

  signal(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'Signal');
    const code = child(body, namespaces.shell, 'Code')?.text.trim().toLowerCase();
    const action = code?.startsWith(`${namespaces.shell}/signal/`) ? code.slice(code.lastIndexOf('/') + 1) : undefined;
    if (action === undefined || !['terminate', 'ctrl_c', 'ctrl_break'].includes(action)) {
      return failure(faults.schemaViolation);
    }
    const shell = this.#find(request);
    const command = shell?.command(body?.attributes.CommandId);
    if (shell === undefined || command === undefined) return failure(faults.shellNotFound);
    if (action === 'terminate') shell.terminate(command);
    else command.interrupt();
    return answer(`${namespaces.shell}/SignalResponse`, '<rsp:SignalResponse/>');
  }

  #find(request: WsmanRequest): Shell | undefined {
    const shell = this.#shells.get(request.selectors.ShellId ?? '');
    shell?.touch();
    return shell;
  }
}

interface ShellDescription {
  readonly id: string;
  readonly name: string | undefined;
  readonly idleTimeoutMs: number;
  readonly owner: string;
}

class Shell {
  readonly id: string;
  readonly #description: ShellDescription;
  readonly #commands = new Map<string, Command>();
  readonly #openedAt: number;
  readonly #onIdle: () => void;
  #lastUsedAt: number;
  #idleTimer: NodeJS.Timeout;

  /** `openedAt`: on the clock of `Date.now()`; it has not been used since. */
  constructor(description: ShellDescription, onIdle: () => void, openedAt = Date.now()) {
    this.#openedAt = openedAt;
    this.#lastUsedAt = openedAt;
    this.id = description.id;
    this.#description = description;
    this.#onIdle = onIdle;
    this.#idleTimer = this.#startIdleTimer();
  }

  /** Commands that have not ended. */
  get running(): number {
    return [...this.#commands.values()].filter((command) => !command.ended).length;
  }

  command(id: string | undefined): Command | undefined {
    return id === undefined ? undefined : this.#commands.get(id.toUpperCase());
  }

  start(id: string, commandLine: string, machine: Machine): void {
    this.#commands.set(id.toUpperCase(), new Command(id, commandLine, machine));
  }

  terminate(command: Command): void {
    command.abort();
    this.#commands.delete(command.id.toUpperCase());
  }

  /** The shell was used: its idle time starts anew. */
  touch(): void {
    this.#lastUsedAt = Date.now();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#startIdleTimer();
  }

  close(): void {
    clearTimeout(this.#idleTimer);
    for (const command of this.#commands.values()) command.abort();
    this.#commands.clear();
  }

  xml(machine: string): string {
    const { id, name, owner, idleTimeoutMs } = this.#description;
    const now = Date.now();
    return (
      `<rsp:Shell xmlns:rsp="${namespaces.shell}"><rsp:ShellId>${id}</rsp:ShellId>` +
      (name === undefined ? '' : `<rsp:Name>${escapeXml(name)}</rsp:Name>`) +
      `<rsp:ResourceUri>${commandShellResource}</rsp:ResourceUri><rsp:Owner>${escapeXml(`${machine}\\${owner}`)}</rsp:Owner>` +
      `<rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:IdleTimeOut>PT${(idleTimeoutMs / 1000).toFixed(3)}S</rsp:IdleTimeOut>` +
      '<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>' +
      `<rsp:ShellRunTime>${wholeSeconds(now - this.#openedAt)}</rsp:ShellRunTime>` +
      `<rsp:ShellInactivity>${wholeSeconds(now - this.#lastUsedAt)}</rsp:ShellInactivity></rsp:Shell>`
    );
  }

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      // A Receive that waits for output keeps the shell in use.
      if ([...this.#commands.values()].some((command) => command.awaited)) return this.touch();
      this.close();
      this.#onIdle();
    }, this.#description.idleTimeoutMs).unref();
  }
}

/** The last Receive of a command: its answer is kept, for a client that lost the connection before it arrived. */
interface LastReceive {
  readonly messageId: string;
  outcome: WsmanOutcome | undefined;
}

class Command {
  readonly id: string;
  readonly process: CommandProcess;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  #stdout: Buffer[] = [];
  #stderr: Buffer[] = [];
  #exitCode: number | undefined;
  #last: LastReceive | undefined;

  constructor(id: string, commandLine: string, machine: Machine) {
    this.id = id;
    const output = {
      stdout: (bytes: Buffer) => this.#add(this.#stdout, bytes),
      stderr: (bytes: Buffer) => this.#add(this.#stderr, bytes),
      exit: (code: number) => this.#end(code),
    };
    this.process = startProcess(commandLine, machine, output, this.#abort.signal);
  }

  get ended(): boolean {
    return this.#exitCode !== undefined;
  }

  /** True while a Receive waits for output. */
  get awaited(): boolean {
    return this.#last !== undefined && this.#last.outcome === undefined;
  }

  abort(): void {
    this.#abort.abort();
    this.#wake();
  }

  /** Ctrl-C: the process ends, but the command is still there to be read. */
  interrupt(): void {
    this.#end(interruptedExitCode);
    this.#abort.abort();
  }

  async receive(messageId: string, maxBytes: number, timeoutMs: number): Promise<WsmanOutcome> {
    if (this.#last?.messageId === messageId) return this.#last.outcome ?? failure(faults.stillPending);
    if (this.awaited) return failure(faults.busy);
    const last: LastReceive = { messageId, outcome: undefined };
    this.#last = last;
    await this.#outputOrEnd(timeoutMs);
    last.outcome = this.#take(maxBytes);
    return last.outcome;
  }

  get #ready(): boolean {
    return this.#stdout.length > 0 || this.#stderr.length > 0 || this.ended || this.#abort.signal.aborted;
  }

  async #outputOrEnd(timeoutMs: number): Promise<void> {
    if (this.#ready) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  #take(maxBytes: number): WsmanOutcome {
    if (!this.ended && this.#abort.signal.aborted) return failure(faults.aborted);
    if (!this.#ready) return failure(faults.timedOut);
    const stdout = takeBytes(this.#stdout, maxBytes);
    const stderr = takeBytes(this.#stderr, maxBytes - stdout.taken.length);
    this.#stdout = stdout.rest;
    this.#stderr = stderr.rest;
    const done = this.ended && this.#stdout.length === 0 && this.#stderr.length === 0;
    const streams = [streamXml('stdout', this.id, stdout.taken), streamXml('stderr', this.id, stderr.taken)];
    const ends = done ? [endXml('stdout', this.id), endXml('stderr', this.id)] : [];
    const state = `<rsp:CommandState CommandId="${this.id}" State="${namespaces.shell}/CommandState/${done ? 'Done' : 'Running'}"`;
    const exit = done ? `><rsp:ExitCode>${this.#exitCode}</rsp:ExitCode></rsp:CommandState>` : '/>';
    return answer(
      `${namespaces.shell}/ReceiveResponse`,
      `<rsp:ReceiveResponse>${[...streams, ...ends].join('')}${state}${exit}</rsp:ReceiveResponse>`,
    );
  }

  #add(stream: Buffer[], bytes: Buffer): void {
    if (this.ended || this.#abort.signal.aborted) return;
    stream.push(bytes);
    this.#wake();
  }

  #end(code: number): void {
    this.#exitCode ??= code;
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function takeBytes(chunks: readonly Buffer[], max: number): { taken: Buffer; rest: Buffer[] } {
  const all = Buffer.concat(chunks);
  return { taken: all.subarray(0, max), rest: all.length > max ? [all.subarray(max)] : [] };
}

const streamXml = (name: string, commandId: string, bytes: Buffer): string =>
  bytes.length === 0
    ? ''
    : `<rsp:Stream Name="${name}" CommandId="${commandId}">${bytes.toString('base64')}</rsp:Stream>`;

const endXml = (name: string, commandId: string): string =>
  `<rsp:Stream Name="${name}" CommandId="${commandId}" End="true"></rsp:Stream>`;

const wholeSeconds = (milliseconds: number): string => formatDuration(Math.floor(milliseconds / 1000) * 1000);

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const bodyNamed = ({ body }: WsmanRequest, name: string): XmlElement | undefined =>
  body?.namespace === namespaces.shell && body.name === name ? body : undefined;

const answer = (action: string, body: string): Result<WsmanAnswer, Fault> => success({ action, body });
