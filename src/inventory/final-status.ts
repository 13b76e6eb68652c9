import type { HostCoverage } from './coverage.ts';
import type { HostError } from './host-error.ts';
import type { HostSummaryForReport } from './host-summary.ts';

export type FinalStatus =
  | 'Inventory OK'
  | 'Inventory Partial'
  | 'Inventory Empty'
  | 'Inventory Error'
  /** Reachable, in a dry run. */
  | 'Not Collected';

/** Why a host has its status: a stable code and a sentence. */
export interface StatusReason {
  /** A code of {@link HostError}, or one of the codes below. */
  readonly code: string;
  readonly message: string;
}

export interface HostStatus {
  readonly status: FinalStatus;
  readonly reasons: readonly StatusReason[];
}

/** What is known of a host once the run has done with it. */
export interface StatusInput {
  readonly reachable: boolean;
  /** Why the host is unreachable, Hyper-V is not usable there, or there is no record of it. */
  readonly error?: HostError;
  /** Undefined where nothing was kept of the host. */
  readonly summary?: HostSummaryForReport;
  readonly coverage?: HostCoverage;
  /** The earlier run whose facts stand in for what the host did not tell now. */
  readonly shownFrom?: string;
  /** Names of VMs that are here by their cluster's word, yet on no node's list. */
  readonly notShown?: readonly string[];
}

export interface StatusRules {
  /** Collectors by tab name. */
  readonly requested: readonly string[];
  readonly dryRun: boolean;
  readonly coverageThreshold: number;
  readonly allowPartialOk: boolean;
}

/** The design's rules of "Final status", in their order; the first that applies decides. */
export function finalStatus(host: StatusInput, rules: StatusRules): HostStatus {
  if (rules.dryRun) return dryRunStatus(host);
  const { summary, coverage } = host;
  if (!host.reachable || host.error || !summary || !coverage) return inventoryError(host);
  if (nothingUsable(summary, rules)) return inventoryError({ error: summary.error });

  const failures = [
    ...collectorErrors(summary, rules),
    ...joinFailures(summary, rules),
    ...incompleteness(summary),
    ...vmsNotShown(host),
  ];
  if (failures.length > 0) return { status: 'Inventory Partial', reasons: failures };

  if (summary.expected.length === 0 && summary.unexpected.length === 0) {
    return { status: 'Inventory Empty', reasons: [{ code: 'noVms', message: 'The host has no VMs.' }] };
  }
  if (coverage.coverage < rules.coverageThreshold) {
    const sentence = `Coverage is ${percent(coverage.coverage)}, under the threshold of ${percent(rules.coverageThreshold)}`;
    return rules.allowPartialOk
      ? { status: 'Inventory OK', reasons: [{ code: 'partialAllowed', message: `${sentence}, which was allowed.` }] }
      : { status: 'Inventory Partial', reasons: [{ code: 'coverageUnderThreshold', message: `${sentence}.` }] };
  }
  return { status: 'Inventory OK', reasons: [] };
}

function dryRunStatus({ reachable, error }: StatusInput): HostStatus {
  if (!reachable) return inventoryError({ error });
  const reasons = [{ code: 'dryRun', message: 'Only the preflight was asked for.' }];
  return { status: 'Not Collected', reasons: error ? [...reasons, reasonOf(error)] : reasons };
}

function inventoryError({ error, shownFrom }: Partial<StatusInput>): HostStatus {
  const reason = error
    ? reasonOf(error)
    : { code: 'nothingCollected', message: 'The host was reached, but nothing usable came back.' };
  return { status: 'Inventory Error', reasons: [reason, ...standIn(shownFrom)] };
}

const standIn = (shownFrom: string | undefined): readonly StatusReason[] =>
  shownFrom === undefined
    ? []
    : [{ code: 'earlierFacts', message: `What the files show of the host is what run ${shownFrom} read of it.` }];

const reasonOf = ({ code, message }: HostError): StatusReason => ({ code, message });

/** No VM list and no row, or VMs and yet every collector failed without a row. */
function nothingUsable(summary: HostSummaryForReport, { requested }: StatusRules): boolean {
  const collectors = summary.collectors.filter(({ tab }) => requested.includes(tab));
  const noBaseline = summary.baselineBeforeAt === null && summary.baselineAfterAt === null;
  const noRows = collectors.every(({ rowCount }) => rowCount === 0);
  const allFailed = collectors.every(({ status }) => status === 'error');
  return noRows && (noBaseline || (allFailed && summary.expected.length > 0));
}

function collectorErrors(summary: HostSummaryForReport, { requested }: StatusRules): StatusReason[] {
  return requested.flatMap((tab) => {
    const collector = summary.collectors.find((candidate) => candidate.tab === tab);
    if (collector?.status === 'ok') return [];
    const facts = collector ? collector.failedFacts.join(', ') || 'no fact is named' : 'it was not run';
    return [{ code: 'collectorError', message: `${tab} is incomplete (${facts}).` }];
  });
}

/** Coverage must not be blind to a join that is wrong. */
function joinFailures(summary: HostSummaryForReport, { requested }: StatusRules): StatusReason[] {
  return summary.collectors
    .filter(({ tab }) => requested.includes(tab))
    .flatMap(({ tab, unjoined, emptyFacts }) => [
      ...(unjoined.length > 0
        ? [{ code: 'joinFailed', message: `${tab}: ${unjoined.length} settings row(s) belong to no known VM.` }]
        : []),
      ...(emptyFacts.length > 0
        ? [{ code: 'joinFailed', message: `${tab}: no row at all of ${emptyFacts.join(', ')}, though there are VMs.` }]
        : []),
    ]);
}

/** A list of VMs that is not known, or known at one end only, must not pass for a proof. */
function incompleteness(summary: HostSummaryForReport): StatusReason[] {
  const missing = [
    ...(summary.baselineBeforeAt === null ? ['before'] : []),
    ...(summary.baselineAfterAt === null ? ['after'] : []),
  ];
  const baseline =
    missing.length > 0
      ? [
          {
            code: 'baselineFailed',
            message: `The host's own list of VMs is not known ${missing.join(' and ')} collecting.`,
          },
        ]
      : [];
  if (summary.complete) return baseline;
  const droppedOut = summary.error
    ? reasonOf(summary.error)
    : { code: 'incomplete', message: 'The host dropped out before everything had arrived.' };
  return [...baseline, droppedOut];
}

/** Most VMs that a reason names; the report has all of them. */
const mostNamed = 3;

function vmsNotShown({ notShown = [] }: StatusInput): StatusReason[] {
  if (notShown.length === 0) return [];
  const others = notShown.length > mostNamed ? ` and ${notShown.length - mostNamed} more` : '';
  const named = notShown.slice(0, mostNamed).join(', ');
  return [
    {
      code: 'knownNotCollected',
      message: `VMs that are here by the cluster's word were not shown: ${named}${others}.`,
    },
  ];
}

/** Rounded down, so that a share under the threshold never reads like the threshold. */
const percent = (share: number): string => `${Math.floor(share * 10_000) / 100} %`;
