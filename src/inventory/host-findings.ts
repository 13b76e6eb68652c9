import { type CoveredBy, type HostCoverage, hostCoverage } from './coverage.ts';
import { finalStatus, type HostStatus } from './final-status.ts';
import { type HostError, hostError } from './host-error.ts';
import type { HostOutcome, HostRecord } from './host-record.ts';
import type { HostSummaryForReport } from './host-summary.ts';
import type { Mention } from './identity.ts';
import type { Attempt, HostIdentity, Preflight } from './preflight.ts';
import type { Manifest } from './run-options.ts';

/** What a run found at one entry of its host list. */
export interface HostFindings {
  readonly preflight: Preflight | undefined;
  readonly identity: HostIdentity;
  readonly summary: HostSummaryForReport | undefined;
  readonly coverage: HostCoverage | undefined;
  readonly error: HostError | undefined;
  readonly attempts: readonly Attempt[];
  readonly result: HostStatus;
  /** Collectors by tab name. */
  readonly requested: readonly string[];
  /** An earlier run that gathered the facts; null: this one, or none. */
  readonly sourceRun: string | null;
}

/** A host that is silent by now is still the machine that an earlier attempt found there. */
export function mentionOf(
  manifest: Manifest,
  host: Manifest['hosts'][number],
  preflight: Preflight | undefined,
  kept: HostSummaryForReport | undefined,
): Mention {
  return {
    host,
    identity: mergedIdentity(preflight?.identity, kept?.identity),
    ...(kept ? { record: kept.complete && !standsIn(kept, manifest) ? 'complete' : 'incomplete' } : {}),
  };
}

/** An earlier run's record of a host that this run has asked in vain: it does not keep that host from being asked. */
export const standsIn = ({ runId, host }: Pick<HostRecord, 'runId' | 'host'>, manifest: Manifest): boolean =>
  runId !== manifest.runId && manifest.retryOf?.taken.includes(host.given) === false;

/** What is known of one entry of the host list, and of what others know of its VMs. */
export interface KnownOfHost {
  readonly given: string;
  readonly preflight: Preflight | undefined;
  readonly kept: HostSummaryForReport | undefined;
  /** False: a second mention, whose record counts nowhere. */
  readonly counts: boolean;
  readonly outcome: HostOutcome | undefined;
  readonly coveredBy: CoveredBy;
  readonly notShown: readonly string[];
}

/** Puts together what a run found at one entry of its host list, and judges it. */
export function findingsOf(
  known: KnownOfHost,
  { manifest, cancelled }: { readonly manifest: Manifest; readonly cancelled: boolean },
): HostFindings {
  const { preflight, kept, outcome, coveredBy, notShown } = known;
  const summary = known.counts ? kept : undefined;
  const { only: requested, dryRun, coverageThreshold, allowPartialOk } = manifest.options;
  const coverage = summary && hostCoverage(summary, { requested, coveredBy });
  const earlier = summary && standsIn(summary, manifest) ? summary : undefined;
  const isOwn = summary !== undefined && earlier === undefined;
  const error = preflight?.error ?? (isOwn ? undefined : withoutRecord(known, { dryRun, cancelled }));
  const result = finalStatus(
    {
      reachable: preflight?.reachable ?? false,
      error,
      summary,
      coverage,
      notShown,
      ...(earlier ? { shownFrom: earlier.runId } : {}),
    },
    { requested, dryRun, coverageThreshold, allowPartialOk },
  );
  const collecting = earlier ? [...earlier.attempts, ...(outcome?.attempts ?? [])] : (kept ?? outcome)?.attempts;
  const attempts = [...(preflight?.attempts ?? []), ...(collecting ?? [])];
  return {
    preflight,
    identity: mergedIdentity(preflight?.identity, kept?.identity),
    summary,
    coverage,
    error: error ?? summary?.error,
    attempts: distinct(attempts),
    result,
    requested,
    sourceRun: summary && summary.runId !== manifest.runId ? summary.runId : null,
  };
}

/** Why there is no record of a host; undefined where none was to be made. */
function withoutRecord(
  { given, preflight, outcome }: KnownOfHost,
  { dryRun, cancelled }: { dryRun: boolean; cancelled: boolean },
): HostError | undefined {
  if (outcome?.error) return outcome.error;
  if (preflight && dryRun) return undefined;
  if (cancelled && !outcome) return hostError('cancelled', given);
  return hostError(preflight ? 'nothingCollected' : 'activityFailed', given);
}

/** The preflight's attempts may stand in the host's record once more. */
function distinct(attempts: readonly Attempt[]): readonly Attempt[] {
  return [...new Map(attempts.map((attempt) => [`${attempt.stage} ${attempt.startedAt}`, attempt])).values()];
}

/** What the preflight did not learn, the collection may have. */
function mergedIdentity(preflight: HostIdentity | undefined, collected: HostIdentity | undefined): HostIdentity {
  return {
    fqdn: preflight?.fqdn ?? collected?.fqdn ?? null,
    computerName: preflight?.computerName ?? collected?.computerName ?? null,
    domain: preflight?.domain ?? collected?.domain ?? null,
    smbiosUuid: preflight?.smbiosUuid ?? collected?.smbiosUuid ?? null,
  };
}
