import type { HostEntry } from '../inventory/host-entry.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import type { Services } from '../services.ts';
import type { Credential, WinrmSession } from '../winrm/winrm-session.ts';

/** What it takes to talk to a host. */
export type SessionSettings = Pick<RunOptions, 'authentication' | 'allowBasicOverHttp' | 'channelBinding'> & {
  readonly connectMs: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly operationMs: number;
};

/** What of the services a session needs. */
export type SessionServices = Pick<Services, 'connect' | 'proxy' | 'authorities'>;

/** For what is asked of a host before anybody logs on. */
export const nobody: Credential = { user: '', password: '' };

/** Opens a session under an account. Nothing is sent yet. */
export function openHostSession(
  { host, scheme, port, pin, serverName }: HostEntry,
  credential: Credential,
  { authentication, allowBasicOverHttp, channelBinding, connectMs, operationMs }: SessionSettings,
  { connect, proxy, authorities }: SessionServices,
  signal: AbortSignal | undefined,
): WinrmSession {
  return connect({
    target: { host, scheme, port },
    tls: { authorities, pin, serverName },
    credential,
    authentication,
    allowBasicOverHttp,
    channelBinding,
    proxy,
    connectTimeoutMs: connectMs,
    operationTimeoutMs: operationMs,
    signal,
  });
}
