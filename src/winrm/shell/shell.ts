/** A shell on the host: opened, used for commands, and always deleted. */
import { failure, type Result, success } from '../../result.ts';
import { sendPatiently } from '../patience.ts';
import { announcedMs, answerWaitMs, farewellMs, type Wait } from '../times.ts';
import type { ExchangeFailure, Transport } from '../transport.ts';
import { type WinrmError, type WinrmErrorCode, winrmError } from '../winrm-error.ts';
import type { ShellOptions, WinrmShell } from '../winrm-session.ts';
import { deleteLeftovers } from './leftovers.ts';
import { runCommand } from './run-command.ts';
import { createdShellId, createMessage, deleteMessage } from './shell-messages.ts';

export interface ShellSurroundings {
  readonly transport: Transport;
  /** Per operation, in milliseconds. */
  readonly operationTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wait: Wait;
}

/** Opens a shell. Where the account has too many, what earlier runs left behind is deleted, and it is tried once more. */
export async function openShell(
  surroundings: ShellSurroundings,
  options: ShellOptions,
): Promise<Result<WinrmShell, WinrmError>> {
  let shellId = await createShell(surroundings, options);
  if (!shellId.ok && quotasOfShells.has(shellId.error.error.code)) {
    const deleted = await deleteLeftovers(surroundings.transport, options.name, surroundings);
    if (deleted > 0) shellId = await createShell(surroundings, options);
  }
  return shellId.ok ? success(shellOn(surroundings, shellId.value)) : failure(shellId.error.error);
}

/** Quotas that our own leftovers may have used up. */
const quotasOfShells: ReadonlySet<WinrmErrorCode> = new Set<WinrmErrorCode>(['shellQuota', 'pluginQuota']);

async function createShell(
  { transport, operationTimeoutMs, signal, wait }: ShellSurroundings,
  options: ShellOptions,
): Promise<Result<string, ExchangeFailure>> {
  const operationMs = announcedMs(operationTimeoutMs);
  const timeoutMs = answerWaitMs(operationMs);
  const ready = await transport.ready({ timeoutMs, signal });
  if (!ready.ok) return ready;
  // A Create that is cancelled under way leaves a shell whose id nobody knows: its answer is waited for a little.
  const patience = patientSignal(signal, farewellMs);
  const endsAt = performance.now() + timeoutMs;
  const answer = await sendPatiently(
    () =>
      transport.send(transport.prepare(createMessage(options, operationMs)), { timeoutMs, signal: patience.signal }),
    { wait, left: () => endsAt - performance.now(), signal },
  );
  patience.dispose();
  if (!answer.ok) return answer;
  const shellId = createdShellId(answer.value);
  if (shellId === undefined) {
    const detail = 'Create was answered without a ShellId';
    return failure({ error: winrmError('protocolViolation', transport.host, undefined, detail) });
  }
  if (!signal?.aborted) return success(shellId);
  await deleteShell(transport, shellId);
  return failure({ error: winrmError('cancelled', transport.host) });
}

/** A signal that follows another one with a delay. */
function patientSignal(signal: AbortSignal | undefined, delayMs: number): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const follow = () => {
    timer = setTimeout(() => controller.abort(), delayMs);
  };
  if (signal?.aborted) follow();
  else signal?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', follow);
    },
  };
}

function shellOn({ transport, operationTimeoutMs, signal, wait }: ShellSurroundings, shellId: string): WinrmShell {
  const closing = new AbortController();
  const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  let closed: Promise<void> | undefined;
  return {
    shellId,
    run: (request) => runCommand({ transport, shellId, operationTimeoutMs, signal: either, wait }, request),
    close: () => {
      closing.abort();
      closed ??= deleteShell(transport, shellId);
      return closed;
    },
  };
}

/** Deletes a shell on a short deadline of its own; once more where the connection broke. What still fails, idles out. */
async function deleteShell(transport: Transport, shellId: string): Promise<void> {
  const message = transport.prepare(deleteMessage(shellId, farewellMs));
  const limits = { timeoutMs: farewellMs, connectTimeoutMs: farewellMs };
  const deleted = await transport.send(message, limits);
  if (!deleted.ok && deleted.error.unanswered === 'lost') await transport.send(message, limits);
}
