/**
 * The tabs that look at every VM of a host, in RVTools' order: only they have a coverage, and each has its columns in
 * `host_inventory_coverage.csv`, whether a run asked for it or not.
 */
export const perVmTabs: readonly string[] = [
  'vInfo',
  'vCPU',
  'vMemory',
  'vDisk',
  'vPartition',
  'vNetwork',
  'vCD',
  'vSnapshot',
  'vTools',
];
