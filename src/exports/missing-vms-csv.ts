import type { RunReport } from '../inventory/report.ts';
import { csv } from './csv.ts';

/** `missing_vms_by_host.csv`: a row for each VM and each tab (or the baseline) that it is missing in. */
export function missingVmsCsv(report: RunReport): string {
  const rows = report.hosts.flatMap(({ given, gaps }) =>
    gaps.flatMap(({ vm_id, vm_name, missing_in, reason }) =>
      missing_in.map((missingIn) => [given, vm_id, vm_name, missingIn, reason]),
    ),
  );
  return csv(['host', 'vm_id', 'vm_name', 'missing_in', 'reason'], rows);
}
