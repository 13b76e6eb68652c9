import { foundVmIds, type HostSummaryForReport } from './host-summary.ts';

/**
 * Lower-case ids of the VMs that were on the host's last list only, and that its facts were read too early for: they
 * arrived, or were made, while it was being read.
 */
export function lateArrivals(summary: HostSummaryForReport): readonly string[] {
  if (summary.baselineBeforeAt === null) return [];
  const found = foundVmIds(summary);
  return summary.expected
    .filter(({ id, inBefore, inAfter }) => inAfter && !inBefore && !found.has(id))
    .map(({ id }) => id);
}
