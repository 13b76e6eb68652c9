import type { RunReport } from '../inventory/report.ts';

/** `hyperv_run_report.json`, indented for people. VM names are kept raw: JSON needs no neutralising. */
export function reportJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
