/** One command in a shell: started, fed, listened to until it is done, stopped, or out of time. */
import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import { faultNumbers, hasNumber, isPipeEnded } from '../faults.ts';
import { sendPatiently } from '../patience.ts';
import type { OutgoingMessage } from '../soap/envelope.ts';
import type { XmlElement } from '../soap/xml.ts';
import { announcedMs, answerWaitMs, farewellMs, type Wait } from '../times.ts';
import type { ExchangeFailure, Transport } from '../transport.ts';
import { isTooLarge, type WinrmError, winrmError } from '../winrm-error.ts';
import type { CommandFailure, CommandOutcome, CommandRequest } from '../winrm-session.ts';
import { type ReceiveLimits, receiveWithReplay } from './receive.ts';
import {
  commandMessage,
  parseReceived,
  receiveMessage,
  sendMessage,
  startedCommandId,
  terminateMessage,
} from './shell-messages.ts';

export interface CommandSurroundings {
  readonly transport: Transport;
  readonly shellId: string;
  /** Per operation, in milliseconds. */
  readonly operationTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly wait: Wait;
}

/** A command that is under way, with all that its steps share. */
interface RunningCommand extends CommandSurroundings {
  readonly request: CommandRequest;
  readonly commandId: string;
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  /** Milliseconds until the deadline. */
  left(): number;
}

/** Base64 and the envelope around it keep this under the smallest limit in the field, 150 KB. */
const firstPieceBytes = 100 * 1024;
const smallestPieceBytes = 4 * 1024;
const busyPauseMs = 5_000;
const mostBusyAnswers = 3;
/** On top of a deadline: for the host's own "timed out" to get through. */
const deadlineGraceMs = 2_000;

/** Runs a command to its end. A failure hands over the output that had arrived. */
export async function runCommand(
  surroundings: CommandSurroundings,
  request: CommandRequest,
): Promise<Result<CommandOutcome, CommandFailure>> {
  const endsAt = performance.now() + request.deadlineMs;
  const running: RunningCommand = {
    ...surroundings,
    request,
    commandId: randomUUID().toUpperCase(),
    stdout: [],
    stderr: [],
    left: () => endsAt - performance.now(),
  };
  const started = await start(running);
  if (!started.ok) return failed(running, started.error.error);
  const command: RunningCommand = { ...running, commandId: started.value.commandId };
  const early = outcomeOf(command, started.value.heard);
  if (early !== undefined) return early;
  const fed = await feed(command);
  if (!fed.ok) return giveUp(command, fed.error.error);
  return listen(command);
}

/** How long an operation may take now, and how long we wait for its answer. */
function limitsOf(command: RunningCommand): ReceiveLimits {
  const left = command.left();
  const nearEnd = left <= command.operationTimeoutMs;
  const operationMs = announcedMs(nearEnd ? left : command.operationTimeoutMs);
  return {
    operationMs,
    timeoutMs: answerWaitMs(operationMs, nearEnd ? deadlineGraceMs : undefined),
    endsAt: performance.now() + left,
    signal: command.signal,
  };
}

function exchange(
  command: RunningCommand,
  messageOf: (operationMs: number) => OutgoingMessage,
): Promise<Result<XmlElement, ExchangeFailure>> {
  const limits = limitsOf(command);
  return command.transport.send(command.transport.prepare(messageOf(limits.operationMs)), limits);
}

/** What an answer to a Receive told: nothing yet, to stop listening, or the end. */
type Heard = 'more' | 'stop' | { readonly exitCode: number | undefined };

interface StartedCommand {
  /** The host may use an id of its own. */
  readonly commandId: string;
  /** What was heard of it while finding out whether it had started. */
  readonly heard: Heard;
}

/**
 * Sends the Command. One that got lost is not repeated blindly, it could run twice: a Receive for the id that we chose
 * tells whether the host has it.
 */
async function start(command: RunningCommand): Promise<Result<StartedCommand, ExchangeFailure>> {
  const { shellId, commandId, request } = command;
  const line = {
    commandId,
    command: request.command,
    arguments: request.arguments ?? [],
    pipesStdin: request.stdin !== undefined,
  };
  const send = () =>
    sendPatiently(() => exchange(command, (operationMs) => commandMessage(shellId, line, operationMs)), command);
  let answer = await send();
  if (!answer.ok && answer.error.unanswered === 'lost') {
    const probe = await receive(command, announcedMs(0));
    if (probe.ok) return success({ commandId, heard: probe.value });
    // Without a fault we still know nothing; with one, the host does not know the command.
    if (probe.error.fault === undefined) return probe;
    answer = await send();
  }
  return answer.ok ? success({ commandId: startedCommandId(answer.value) ?? commandId, heard: 'more' }) : answer;
}

/** Receives once, and keeps what comes; that nothing came in time is no failure. */
async function receive(command: RunningCommand, longestMs: number): Promise<Result<Heard, ExchangeFailure>> {
  const limits = limitsOf(command);
  const operationMs = Math.min(limits.operationMs, longestMs);
  const message = command.transport.prepare(receiveMessage(command.shellId, command.commandId, operationMs));
  const answer = await receiveWithReplay(command.transport, message, { ...limits, operationMs }, command.wait);
  if (answer.ok) return keep(command, answer.value);
  return timedOut(answer.error) ? success('more') : answer;
}

/** The host's own word that an operation's time was up. */
const timedOut = ({ fault }: ExchangeFailure): boolean =>
  hasNumber(fault, faultNumbers.timedOut) || fault?.subcode === 'TimedOut';

/** Keeps the output of an answer, and shows stdout to whoever listens. */
function keep(command: RunningCommand, body: XmlElement): Result<Heard, ExchangeFailure> {
  const received = parseReceived(body);
  if (received === undefined) {
    const detail = 'Receive was answered by something else';
    return failure({ error: winrmError('protocolViolation', command.transport.host, undefined, detail) });
  }
  // Never as arguments of one call: an answer may hold more pieces than a call takes.
  for (const piece of received.stderr) command.stderr.push(piece);
  if (command.request.onStdout === undefined) for (const piece of received.stdout) command.stdout.push(piece);
  const said = received.stdout.map((piece) => command.request.onStdout?.(piece));
  if (said.includes('stop')) return success('stop');
  return success(received.done ? { exitCode: received.exitCode } : 'more');
}

/** Sends stdin in pieces, smaller ones where the host finds them too large. */
async function feed(command: RunningCommand): Promise<Result<void, ExchangeFailure>> {
  const { request, shellId, commandId } = command;
  if (request.stdin === undefined) return success(undefined);
  const input = Buffer.from(request.stdin, 'utf8');
  let size = firstPieceBytes;
  let busy = 0;
  for (let offset = 0, ended = false; !ended; ) {
    const piece = input.subarray(offset, offset + size);
    const end = offset + piece.length >= input.length;
    const answer = await exchange(command, (ms) => sendMessage(shellId, commandId, piece, end, ms));
    // A Send that timed out has been taken all the same: the process is only slow to read it.
    if (answer.ok || timedOut(answer.error)) {
      offset += piece.length;
      ended = end;
      busy = 0;
    } else if (isPipeEnded(answer.error.fault)) {
      // The command ended without reading on; its output says why.
      return success(undefined);
    } else if (isTooLarge(answer.error.error) && size > smallestPieceBytes) {
      size = Math.max(smallestPieceBytes, Math.floor(Math.min(size, piece.length) / 2));
    } else if (hasNumber(answer.error.fault, faultNumbers.busy) && busy < mostBusyAnswers) {
      busy += 1;
      await command.wait(Math.max(0, Math.min(busyPauseMs, command.left())), command.signal);
    } else {
      return answer;
    }
  }
  return success(undefined);
}

async function listen(command: RunningCommand): Promise<Result<CommandOutcome, CommandFailure>> {
  while (command.left() > 0) {
    const heard = await receive(command, Number.POSITIVE_INFINITY);
    if (!heard.ok) return giveUp(command, heard.error.error);
    const outcome = outcomeOf(command, heard.value);
    if (outcome !== undefined) return outcome;
  }
  return giveUp(command, deadlineError(command));
}

/** The command's outcome, once it is over for us. */
function outcomeOf(command: RunningCommand, heard: Heard): Result<CommandOutcome, never> | undefined {
  if (heard === 'more') return undefined;
  return success({ exitCode: heard === 'stop' ? undefined : heard.exitCode, ...collected(command) });
}

/** Out of time, a command is ended at once; after any other failure the shell's Delete does it. */
async function giveUp(command: RunningCommand, error: WinrmError): Promise<Result<never, CommandFailure>> {
  const outcome = failed(command, error);
  if (outcome.error.error.code === 'scriptTimedOut') {
    const message = terminateMessage(command.shellId, command.commandId, farewellMs);
    const limits = { timeoutMs: farewellMs, connectTimeoutMs: farewellMs, signal: command.signal };
    await command.transport.send(command.transport.prepare(message), limits);
  }
  return outcome;
}

/** The failure with all that had arrived; what ran out after the deadline ran out because of it. */
function failed(command: RunningCommand, error: WinrmError): { ok: false; error: CommandFailure } {
  const late = command.left() <= 0 && error.code === 'operationTimedOut';
  return failure({ error: late ? deadlineError(command) : error, ...collected(command) });
}

const collected = ({ stdout, stderr }: RunningCommand): { stdout: Buffer; stderr: Buffer } => ({
  stdout: Buffer.concat(stdout),
  stderr: Buffer.concat(stderr),
});

const deadlineError = ({ transport, request }: RunningCommand): WinrmError =>
  winrmError('scriptTimedOut', transport.host, undefined, `deadline of ${request.deadlineMs} ms`);
