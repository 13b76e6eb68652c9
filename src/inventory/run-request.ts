import { failure, type Result } from '../result.ts';
import type { HostEntry } from './host-entry.ts';
import { describeHostListProblems, type HostList, parseHostList } from './host-list.ts';
import type { ReportHost, RunReport } from './report.ts';
import { makeRunId } from './run-id.ts';
import type { Manifest, RunOptions, Trigger } from './run-options.ts';

/** What holds for a run where nothing is asked for: the settings, whoever starts the run. */
export interface RunDefaults {
  /** A host list, as text. */
  readonly hosts?: string;
  /** The file with private CAs, as an absolute path. */
  readonly caFile?: string;
  readonly options: Partial<
    Pick<RunOptions, 'authentication' | 'channelBinding' | 'via' | 'coverageThreshold' | 'allowPartialOk'>
  >;
}

/** Options as they were asked for, over those of the settings; what is undefined was not asked for. */
export function withDefaults<Asked extends object>(asked: Asked, { options }: RunDefaults): object {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const standard = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(standard), ...Object.fromEntries(given) };
}

/** Reads a host list that has to name somebody; every bad entry is a sentence of its own. */
export function readHostList(text: string, source: string): Result<HostList, readonly string[]> {
  const list = parseHostList(text, { source });
  if (!list.ok) return failure(describeHostListProblems(list.error).split('\n'));
  return list.value.hosts.length > 0 ? list : failure([`${source} names no host.`]);
}

/** Why with this way to log on no host of the list could be asked at all; single http hosts end with an error each. */
export function httpsMissed(
  hosts: readonly HostEntry[],
  { authentication, allowBasicOverHttp }: RunOptions,
): string | undefined {
  if (hosts.some(({ scheme }) => scheme === 'https')) return undefined;
  const way = 'for https only, and no host is named with https://: write https://host, or use NTLM.';
  if (authentication === 'basic' && !allowBasicOverHttp)
    return 'Basic over http would send the password in the clear: use https, or NTLM.';
  if (authentication === 'kerberos') return `Kerberos is ${way}`;
  return authentication === 'certificate' ? `Client certificates are ${way}` : undefined;
}

/** What a run that asks an earlier one's hosts again takes over from it. A second mention shares its first one's fate. */
export const goodHosts = ({ hosts }: RunReport): readonly ReportHost['given'][] =>
  hosts.filter(({ final_status }) => final_status === 'Inventory OK').map(({ given }) => given);

/** Everything of a new run that is decided by whoever asks for it. */
export type NewRun = Pick<Manifest, 'hosts' | 'repeated' | 'options'> &
  Partial<Pick<Manifest, 'runId' | 'caFile' | 'retryOf' | 'requestHash'>> & { readonly trigger: Trigger };

/** The manifest of a run that starts now; `random` gives numbers from 0 to 1 for its id. */
export function makeManifest(
  { runId, ...run }: NewRun,
  {
    now,
    random,
    exporterVersion,
  }: { readonly now: Date; readonly random: () => number; readonly exporterVersion: string },
): Manifest {
  const { trigger, hosts, repeated, caFile, options, retryOf, requestHash } = run;
  return {
    schemaVersion: 1,
    runId: runId ?? makeRunId(now, random),
    trigger,
    startedAt: now.toISOString(),
    exporterVersion,
    hosts,
    repeated,
    caFile,
    options,
    ...(retryOf ? { retryOf } : {}),
    ...(requestHash ? { requestHash } : {}),
  };
}
