import { failure, success } from '../../result.ts';
import type { WsmanOutcome } from './answer.ts';
import { type CommandProcess, startProcess } from './command-process.ts';
import { faults } from './faults.ts';
import type { Machine } from './machine.ts';
import { namespaces } from './namespaces.ts';

/** STATUS_CONTROL_C_EXIT, unsigned. */
const interruptedExitCode = 3_221_225_786;

/** The last Receive of a command: its answer is kept, for a client that lost the connection before it arrived. */
interface LastReceive {
  readonly messageId: string;
  outcome: WsmanOutcome | undefined;
}

/** A command in a shell: its process, and the output that waits to be received. */
export class ShellCommand {
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
    return success({
      action: `${namespaces.shell}/ReceiveResponse`,
      body: `<rsp:ReceiveResponse>${[...streams, ...ends].join('')}${state}${exit}</rsp:ReceiveResponse>`,
    });
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
