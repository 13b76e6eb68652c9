import { advised, type HostErrorCode, hostError } from '../inventory/host-error.ts';
import type { Attempt, Preflight } from '../inventory/preflight.ts';
import { unreachedHost } from '../inventory/unreached-host.ts';
import type { Services } from '../services.ts';
import { tlsErrorCodes } from '../winrm/winrm-error.ts';
import { nobody, openHostSession } from './host-session.ts';
import type { PreflightInput } from './preflight-host.ts';

/** Null: something answers there. Else the host's preflight, which failed without the account being used. */
export type ReachOutcome = Preflight | null;

const noAnswerCodes: ReadonlySet<HostErrorCode> = new Set<HostErrorCode>([
  'nameNotResolved',
  'dnsUnavailable',
  'connectionReset',
  'hostUnreachable',
  'networkUnreachable',
  'connectionBlocked',
  'localLimitReached',
  'connectionRefused',
  'connectTimedOut',
  'connectionLost',
  'operationTimedOut',
  ...tlsErrorCodes,
  'proxyUnreachable',
  'proxyAuthenticationRequired',
  'proxyRefusedHost',
  'proxyFoundNoHost',
  'cancelled',
]);

/**
 * Does anything answer at the host's WinRM port? Asked without the account (WS-Management Identify), so that many hosts
 * can be asked at once while the account is still unproven: in a fleet that is down, one host after another takes hours.
 */
export async function reachHost(input: PreflightInput, services: Services): Promise<ReachOutcome> {
  try {
    return await identifyHost(input, services);
  } catch {
    // Whatever went wrong here, the host's own preflight comes across it again and tells.
    return null;
  }
}

async function identifyHost({ runId, host, options }: PreflightInput, services: Services): Promise<ReachOutcome> {
  if (await services.isCancelled(runId)) return unreachedHost(host, hostError('cancelled', host.host));
  const { connectMs, preflightMs } = options.waits;
  const settings = { ...options, connectMs, operationMs: preflightMs };
  const session = openHostSession(host, nobody, settings, services, services.signal);
  const startedAt = services.clock();
  try {
    const answer = await session.identify();
    if (answer.ok || !noAnswerCodes.has(answer.error.code)) return null;
    const { requests, connections } = session.counters;
    const durationMs = services.clock().getTime() - startedAt.getTime();
    const error = advised(answer.error);
    const attempt: Attempt = {
      stage: 'preflight',
      startedAt: startedAt.toISOString(),
      durationMs,
      outcome: 'failed',
      error,
      requests,
      connections,
    };
    return unreachedHost(host, error, [attempt]);
  } finally {
    await session.close();
  }
}
