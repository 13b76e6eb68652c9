/** The session that the rest of the program talks to a host with. */
import { failure, success } from '../result.ts';
import { logonRequest } from './authentication/scheme.ts';
import { schemes } from './authentication/schemes.ts';
import { enumerate } from './cim/enumerate.ts';
import { getObject } from './cim/get.ts';
import { invoke } from './cim/invoke.ts';
import type { ResolveAddresses } from './connect-options.ts';
import { resolveBySystem } from './connect-socket.ts';
import { identify } from './identify.ts';
import { openShell } from './shell/shell.ts';
import { answerWaitMs, type Wait, wait } from './times.ts';
import { openTransport } from './transport.ts';
import { type WinrmError, winrmError } from './winrm-error.ts';
import type { WinrmSession, WinrmSessionOptions, WinrmShell } from './winrm-session.ts';

/** The world outside, replaceable in tests. */
export interface SessionSurroundings {
  readonly resolve: ResolveAddresses;
  readonly wait: Wait;
  readonly schemes?: typeof schemes;
}

/**
 * Opens a session. Nothing is sent before it is needed; an objection to the options (`basicOverHttp`) is the answer to
 * every call then.
 */
export function openWinrmSession(
  options: WinrmSessionOptions,
  surroundings: SessionSurroundings = { resolve: resolveBySystem, wait },
): WinrmSession {
  const { target, operationTimeoutMs, signal } = options;
  const authentication = (surroundings.schemes ?? schemes)[options.authentication];
  const objection = authentication.objection(logonRequest(options));
  const transport = openTransport(options, authentication, surroundings.resolve);
  const shells = new Set<WinrmShell>();
  const refusal = (): WinrmError | undefined => (signal?.aborted ? winrmError('cancelled', target.host) : objection);

  return {
    counters: transport.counters,
    get authenticationNotes() {
      return transport.notes;
    },
    identify: async () => {
      const refused = refusal();
      if (refused !== undefined) return failure(refused);
      return identify(transport, { timeoutMs: answerWaitMs(operationTimeoutMs), signal });
    },
    enumerate: async (request) => {
      const refused = refusal();
      if (refused !== undefined) return failure(refused);
      return enumerate(transport, request, { operationTimeoutMs, signal, wait: surroundings.wait });
    },
    get: async ({ timeoutMs = operationTimeoutMs, ...object }) => {
      const refused = refusal();
      if (refused !== undefined) return failure(refused);
      return getObject(transport, object, { timeoutMs, signal });
    },
    invoke: async (request) => {
      const refused = refusal();
      if (refused !== undefined) return failure(refused);
      const timeoutMs = request.timeoutMs ?? operationTimeoutMs;
      return invoke({ transport, wait: surroundings.wait }, request, { timeoutMs, signal });
    },
    openShell: async (shellOptions) => {
      const refused = refusal();
      if (refused !== undefined) return failure(refused);
      const opened = await openShell({ transport, operationTimeoutMs, signal, wait: surroundings.wait }, shellOptions);
      if (!opened.ok) return opened;
      const shell = opened.value;
      const tracked: WinrmShell = {
        ...shell,
        close: async () => {
          shells.delete(tracked);
          await shell.close();
        },
      };
      shells.add(tracked);
      return success(tracked);
    },
    close: async () => {
      await Promise.all([...shells].map((shell) => shell.close()));
      await transport.close();
    },
  };
}
