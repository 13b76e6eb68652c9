import type { ScriptRequest } from '../../src/facts/script-protocol.ts';
import { failure, type Result, success } from '../../src/result.ts';
import { type WinrmError, type WinrmErrorCode, winrmError } from '../../src/winrm/winrm-error.ts';
import type {
  CimWireInstance,
  CommandFailure,
  CommandOutcome,
  CommandRequest,
  EnumerateRequest,
  InvokeAnswer,
  InvokeRequest,
  ShellOptions,
  WinrmSession,
} from '../../src/winrm/winrm-session.ts';

/** What one command does: pieces of stdout, then how it ends. */
export interface CommandScript {
  readonly stdout?: readonly string[];
  readonly stderr?: string;
  /** How it ends unless it is stopped. Default: exit code 0. */
  readonly ends?: { readonly exitCode: number } | { readonly error: WinrmErrorCode };
  /** Milliseconds that pass on the session's clock. */
  readonly takesMs?: number;
}

export interface AskedCommand {
  readonly command: string;
  readonly deadlineMs: number;
  readonly request: ScriptRequest;
  readonly stopped: boolean;
}

export interface ScriptedSession {
  readonly session: WinrmSession;
  readonly commands: readonly AskedCommand[];
  readonly enumerations: readonly EnumerateRequest[];
  readonly invocations: readonly InvokeRequest[];
  readonly shells: readonly ShellOptions[];
  readonly shellsClosed: () => number;
  readonly now: () => number;
}

export interface SessionScript {
  /** Answers the commands, in their order; given what the script is asked and the milliseconds it is given. */
  readonly command?: (request: ScriptRequest, index: number, deadlineMs: number) => CommandScript;
  readonly shell?: WinrmErrorCode;
  readonly invoke?: (request: InvokeRequest) => InvokeAnswer | WinrmErrorCode;
  readonly enumerate?: (request: EnumerateRequest) => readonly CimWireInstance[] | WinrmErrorCode;
}

const hostName = 'hv01';
const error = (code: WinrmErrorCode): WinrmError => winrmError(code, hostName);

function requestIn(stdin: string | undefined): ScriptRequest {
  const json = /^\$InventoryRequest = '(.*)'\n/.exec(stdin ?? '')?.[1] ?? '';
  return JSON.parse(json.replaceAll("''", "'")) as ScriptRequest;
}

/** A session that says what a test told it to say, and remembers what it was asked. */
export function scriptedSession(script: SessionScript): ScriptedSession {
  const commands: AskedCommand[] = [];
  const enumerations: EnumerateRequest[] = [];
  const invocations: InvokeRequest[] = [];
  const shells: ShellOptions[] = [];
  let closed = 0;
  let clock = 0;

  function run({ command, stdin, deadlineMs, onStdout }: CommandRequest): Result<CommandOutcome, CommandFailure> {
    const request = requestIn(stdin);
    const {
      stdout = [],
      stderr = '',
      ends = { exitCode: 0 },
      takesMs = 0,
    } = script.command?.(request, commands.length, deadlineMs) ?? {};
    clock += takesMs;
    let stopped = false;
    for (const piece of stdout) {
      stopped = onStdout?.(Buffer.from(piece)) === 'stop';
      if (stopped) break;
    }
    commands.push({ command, deadlineMs, request, stopped });
    const streams = { stdout: Buffer.from(stdout.join('')), stderr: Buffer.from(stderr) };
    if (!stopped && 'error' in ends) return failure({ ...streams, error: error(ends.error) });
    return success({ ...streams, exitCode: stopped || !('exitCode' in ends) ? undefined : ends.exitCode });
  }

  const session: WinrmSession = {
    identify: async () => failure(error('protocolViolation')),
    enumerate: async (request) => {
      enumerations.push(request);
      const answer = script.enumerate?.(request) ?? [];
      return typeof answer === 'string' ? failure(error(answer)) : success(answer);
    },
    get: async () => failure(error('resourceNotFound')),
    invoke: async (request) => {
      invocations.push(request);
      const answer = script.invoke?.(request) ?? 'resourceNotFound';
      return typeof answer === 'string' ? failure(error(answer)) : success(answer);
    },
    openShell: async (options) => {
      if (script.shell) return failure(error(script.shell));
      shells.push(options);
      return success({
        shellId: 'S',
        run: async (request: CommandRequest) => run(request),
        close: async () => {
          closed++;
        },
      });
    },
    counters: { requests: 0, connections: 0 },
    authenticationNotes: {},
    close: async () => undefined,
  };
  return { session, commands, enumerations, invocations, shells, shellsClosed: () => closed, now: () => clock };
}
