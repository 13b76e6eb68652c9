import type { HostError, HostErrorCode } from './host-error.ts';
import { hostErrorKinds } from './host-error.ts';
import type { HostOutcome } from './host-record.ts';
import type { Attempt, Preflight } from './preflight.ts';
import type { ReportAttempt, ReportError, ReportHost, RunReport } from './report.ts';
import type { Manifest } from './run-options.ts';

/** What a run found of its hosts beside their records, as its report tells it. */
export interface StoredFindings {
  readonly preflights: readonly Preflight[];
  /** Of hosts that were reached and usable, yet left no record. */
  readonly outcomes: readonly HostOutcome[];
}

/** Reads preflights and outcomes back from a run's report, for a report that is made again without asking a host. */
export function storedFindings(report: RunReport, manifest: Manifest): StoredFindings {
  const told = new Map(report.hosts.map((host) => [host.given, host]));
  const hosts = manifest.hosts.flatMap((entry) => {
    const host = told.get(entry.given);
    return host ? [{ entry, host }] : [];
  });
  return {
    preflights: hosts.map(({ entry, host }) => storedPreflight(host, entry)),
    outcomes: hosts.flatMap(({ host }) => {
      const error = host.error && isUsable(host) ? hostErrorOf(host.error, host.host) : undefined;
      const collecting = attemptsOf(host, 'collect');
      return error ? [{ given: host.given, complete: false, error, attempts: collecting }] : [];
    }),
  };
}

/** The last preflight of a host. */
export function storedPreflight(host: ReportHost, entry: Manifest['hosts'][number]): Preflight {
  const { fqdn, computer_name, domain, smbios_uuid } = host.identity;
  return {
    host: entry,
    reachable: host.reachable,
    identity: { fqdn, computerName: computer_name, domain, smbiosUuid: smbios_uuid },
    hyperV: host.hyper_v,
    ...(host.error && !isUsable(host) ? { error: hostErrorOf(host.error, host.host) } : {}),
    notes: host.notes.map((note) => hostErrorOf(note, host.host)),
    attempts: attemptsOf(host, 'preflight'),
  };
}

const isUsable = ({ reachable, hyper_v }: ReportHost): boolean => reachable && hyper_v === 'usable';

const attemptsOf = ({ attempts, host }: ReportHost, stage: Attempt['stage']): readonly Attempt[] =>
  attempts.filter((attempt) => attempt.stage === stage).map((attempt) => attemptOf(attempt, host));

function attemptOf({ started_at, duration_ms, via, error, ...attempt }: ReportAttempt, host: string): Attempt {
  return {
    ...attempt,
    startedAt: started_at,
    durationMs: duration_ms,
    ...(via ? { via } : {}),
    ...(error ? { error: hostErrorOf(error, host) } : {}),
  };
}

/** A code that this version has not got any more is the exporter's own trouble, told in the old words. */
function hostErrorOf({ code, ...error }: ReportError, host: string): HostError {
  return { ...error, code: isKnown(code) ? code : 'activityFailed', host };
}

const isKnown = (code: string): code is HostErrorCode => Object.hasOwn(hostErrorKinds, code);
