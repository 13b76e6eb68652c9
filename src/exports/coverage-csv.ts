import { perVmTabs } from '../inventory/per-vm-tabs.ts';
import type { ReportHost, RunReport } from '../inventory/report.ts';
import { type CsvValue, csv } from './csv.ts';

/** The tabs that the file began with keep their columns where they were; each further one comes after them. */
const firstTabs = ['vInfo', 'vCPU', 'vMemory', 'vNetwork'];
const tabsInOrder = [...firstTabs, ...perVmTabs.filter((tab) => !firstTabs.includes(tab))];

const columns = [
  'host',
  'reachable',
  'final_status',
  'baseline_vm_count',
  ...tabsInOrder.flatMap((tab) => [`${tab}_vm_count`, `${tab}_missing`]),
  'missing_in_baseline',
  'coverage',
  'duplicate_of',
  'error_code',
  'error',
];

/** `host_inventory_coverage.csv`: a row per host; a collector that was not asked for leaves its columns blank. */
export function coverageCsv(report: RunReport): string {
  return csv(columns, report.hosts.map(coverageRow));
}

function coverageRow(host: ReportHost): CsvValue[] {
  return [
    host.given,
    host.reachable,
    host.final_status,
    host.baseline?.vm_count ?? null,
    ...tabsInOrder.flatMap((tab) => {
      const collector = host.collectors.find((candidate) => candidate.tab === tab);
      return [collector?.vm_count ?? null, collector?.missing ?? null];
    }),
    host.missing_in_baseline,
    host.coverage === null ? null : fourDecimals(host.coverage),
    host.duplicate_of,
    host.error?.code ?? host.reasons[0]?.code ?? null,
    host.error?.message ?? host.reasons[0]?.message ?? null,
  ];
}

/** Rounded down, so that a share under the threshold never reads like the threshold. */
const fourDecimals = (share: number): number => Math.floor(share * 10_000) / 10_000;
