import type { RunReport } from '../inventory/report.ts';
import { csv } from './csv.ts';

/**
 * `missing_vms_by_host.csv`: a row for each VM and each tab (or the baseline) that it is missing in. A VM that only its
 * cluster knows is missing as a whole, at its owner: a host of the list, as given, or the node's own name.
 */
export function missingVmsCsv(report: RunReport): string {
  const rows = report.hosts.flatMap(({ given, gaps }) =>
    gaps.flatMap(({ vm_id, vm_name, missing_in, reason }) =>
      missing_in.map((missingIn) => [given, vm_id, vm_name, missingIn, reason]),
    ),
  );
  const known = report.known_not_collected.map(({ owner_host, owner_node, vm_id, vm_name, reason }) => {
    return [owner_host ?? owner_node ?? '', vm_id, vm_name, 'knownNotCollected', reason];
  });
  return csv(['host', 'vm_id', 'vm_name', 'missing_in', 'reason'], [...rows, ...known]);
}
