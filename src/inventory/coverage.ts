import { type CollectorSummary, foundVmIds, type HostSummaryForReport } from './host-summary.ts';
import { perVmTabs } from './per-vm-tabs.ts';

/** Why a VM is missing. Codes are stable. */
export type GapReason =
  /** The collector's facts had nothing that belongs to this VM. */
  | 'notFound'
  /** A fact that the collector needs finally failed. */
  | 'collectorFailed'
  /** The VM has a disk of which the host cannot tell the size. */
  | 'diskSizeUnknown'
  /** The VM was in the first baseline only, and no other host of the run covered it. */
  | 'leftDuringRun'
  /** The VM was in the last baseline only, and no other host of the run covered it. */
  | 'appearedDuringRun'
  /** Collectors found the VM, but the host's own list has not got it. */
  | 'notInBaseline';

export interface Gap {
  readonly vmId: string;
  readonly vmName: string;
  /** Tabs in RVTools' order, or `baseline`. */
  readonly missingIn: readonly string[];
  readonly reason: GapReason;
}

/** A VM that was in one baseline only, or in none though it was found. */
export interface MovedVm {
  readonly vmId: string;
  readonly vmName: string;
  readonly inBefore: boolean;
  readonly inAfter: boolean;
  /** `given` of another host of the run that covered the VM; null where none did. */
  readonly movedTo: string | null;
}

export interface CollectorGaps {
  readonly tab: string;
  /** VMs that the collector looked at. */
  readonly vmCount: number;
  /** Expected VMs that count as missing. */
  readonly missing: number;
}

export interface HostCoverage {
  /** VMs of first ∪ last baseline. */
  readonly baselineVmCount: number;
  /** Those of them that another host of the run does not account for: what coverage is measured against. */
  readonly expectedVmCount: number;
  /** From 0 to 1: the lowest of all requested per-VM collectors and of |baseline| / |baseline ∪ found|. */
  readonly coverage: number;
  readonly collectors: readonly CollectorGaps[];
  /** VMs found that no baseline has, and no other host accounts for. */
  readonly missingInBaseline: number;
  readonly gaps: readonly Gap[];
  readonly moved: readonly MovedVm[];
}

/** Lower-case VM id → `given` of the hosts that covered it. */
export type CoveredBy = ReadonlyMap<string, readonly string[]>;

/** Which host of a run covered which VM; only hosts that count (no second mentions) belong in it. */
export function coveredByHosts(summaries: Iterable<HostSummaryForReport>): CoveredBy {
  const coveredBy = new Map<string, string[]>();
  for (const summary of summaries) {
    const replicas = new Set(summary.replicas);
    for (const id of foundVmIds(summary)) {
      // A replica shares its original's id, and is no proof that the original is anywhere.
      if (replicas.has(id)) continue;
      const hosts = coveredBy.get(id);
      if (hosts) hosts.push(summary.host.given);
      else coveredBy.set(id, [summary.host.given]);
    }
  }
  return coveredBy;
}

/**
 * Coverage of one host. A VM of one baseline only is missing from every requested per-VM collector, whatever they
 * found of it half-way, unless another host of the run covered it; it is listed as moved or changed either way.
 * A host of which only one baseline is known is measured against that one.
 */
export function hostCoverage(
  summary: HostSummaryForReport,
  { requested, coveredBy }: { requested: readonly string[]; coveredBy: CoveredBy },
): HostCoverage {
  const elsewhere = (id: string): string | null =>
    coveredBy.get(id)?.find((given) => given !== summary.host.given) ?? null;
  const bothBaselines = summary.baselineBeforeAt !== null && summary.baselineAfterAt !== null;
  const changed = bothBaselines ? summary.expected.filter((vm) => vm.inBefore !== vm.inAfter) : [];
  const moved = [
    ...changed.map(({ id, name, inBefore, inAfter }) => {
      return { vmId: id, vmName: name, inBefore, inAfter, movedTo: elsewhere(id) };
    }),
    ...summary.unexpected
      .map(({ id, name }) => ({ vmId: id, vmName: name, inBefore: false, inAfter: false, movedTo: elsewhere(id) }))
      .filter(({ movedTo }) => movedTo !== null),
  ];
  const accountedElsewhere = new Set(moved.filter(({ movedTo }) => movedTo !== null).map(({ vmId }) => vmId));
  const lost = new Set(changed.map(({ id }) => id).filter((id) => !accountedElsewhere.has(id)));
  const expected = summary.expected.filter(({ id }) => !accountedElsewhere.has(id));
  const unexpected = summary.unexpected.filter(({ id }) => !accountedElsewhere.has(id));

  const collectors = requestedPerVm(requested).map((tab) => {
    const collector = summary.collectors.find((candidate) => candidate.tab === tab);
    const notCovered = new Set(collector ? collector.notCovered : expected.map(({ id }) => id));
    const missing = new Set(expected.map(({ id }) => id).filter((id) => lost.has(id) || notCovered.has(id)));
    return { tab, collector, missing };
  });
  const shares = collectors.map(({ missing }) => share(expected.length - missing.size, expected.length));
  const gaps = expected.flatMap(({ id, name, inBefore }): Gap[] => {
    const missingFrom = collectors.filter(({ missing }) => missing.has(id));
    const gap = (reason: GapReason, tabs: readonly { tab: string }[]): Gap[] =>
      tabs.length === 0 ? [] : [{ vmId: id, vmName: name, missingIn: tabs.map(({ tab }) => tab), reason }];
    if (lost.has(id)) return gap(inBefore ? 'leftDuringRun' : 'appearedDuringRun', missingFrom);
    const hasUnknownSize = ({ collector }: { readonly collector: CollectorSummary | undefined }): boolean =>
      !failed(collector) && collector?.sizeUnknown?.includes(id) === true;
    return [
      ...gap(
        'notFound',
        missingFrom.filter((missed) => !failed(missed.collector) && !hasUnknownSize(missed)),
      ),
      ...gap('diskSizeUnknown', missingFrom.filter(hasUnknownSize)),
      ...gap(
        'collectorFailed',
        missingFrom.filter(({ collector }) => failed(collector)),
      ),
    ];
  });
  return {
    baselineVmCount: summary.expected.length,
    expectedVmCount: expected.length,
    coverage: Math.min(...shares, share(expected.length, expected.length + unexpected.length)),
    collectors: collectors.map(({ tab, collector, missing }) => {
      return { tab, vmCount: collector?.coveredCount ?? 0, missing: missing.size };
    }),
    missingInBaseline: unexpected.length,
    gaps: [
      ...gaps,
      ...unexpected.map(({ id, name }): Gap => {
        return { vmId: id, vmName: name, missingIn: ['baseline'], reason: 'notInBaseline' };
      }),
    ],
    moved,
  };
}

const requestedPerVm = (requested: readonly string[]): readonly string[] =>
  perVmTabs.filter((tab) => requested.includes(tab));

/** A collector that left no trace in the record failed as a whole. */
const failed = (collector: CollectorSummary | undefined): boolean => collector?.status !== 'ok';

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
