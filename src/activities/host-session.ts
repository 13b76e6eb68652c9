import type { HostEntry } from '../inventory/host-entry.ts';
import { type HostError, hostError } from '../inventory/host-error.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import type { WinrmSession } from '../winrm/winrm-session.ts';

/** What it takes to talk to a host. */
export type SessionSettings = Pick<RunOptions, 'authentication' | 'allowBasicOverHttp' | 'channelBinding'> & {
  readonly connectMs: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly operationMs: number;
};

/** What of the services a session needs. */
export type SessionServices = Pick<Services, 'connect' | 'credential' | 'proxy' | 'authorities'>;

/** Opens a session with the host's own account, or says that the settings lack it. Nothing is sent yet. */
export function openHostSession(
  { host, scheme, port, credential: name, pin, serverName }: HostEntry,
  { authentication, allowBasicOverHttp, channelBinding, connectMs, operationMs }: SessionSettings,
  { connect, credential, proxy, authorities }: SessionServices,
  signal: AbortSignal | undefined,
): Result<WinrmSession, HostError> {
  const account = credential(name);
  const suits = account !== undefined && 'certificate' in account === (authentication === 'certificate');
  if (!suits) return failure(credentialMissing(host, name, authentication));
  return success(
    connect({
      target: { host, scheme, port },
      tls: { authorities, pin, serverName },
      credential: account,
      authentication,
      allowBasicOverHttp,
      channelBinding,
      proxy,
      connectTimeoutMs: connectMs,
      operationTimeoutMs: operationMs,
      signal,
    }),
  );
}

function credentialMissing(
  host: string,
  name: string | undefined,
  authentication: RunOptions['authentication'],
): HostError {
  const lacking = authentication === 'certificate' ? 'client certificate' : 'account';
  const message = `${host}: no ${lacking} is set${name === undefined ? '' : ` for "${name}"`}.`;
  return hostError('credentialMissing', host, message);
}
