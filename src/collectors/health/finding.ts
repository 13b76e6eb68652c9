/** Something a consultant would want to look at. */
export interface Finding {
  /** What it is about: a VM, a host, a datastore, a cluster. */
  readonly name: string;
  /** A sentence. */
  readonly message: string;
  /** RVTools' word for the kind of finding. */
  readonly type:
    | 'CDROM'
    | 'Cluster'
    | 'Configuration'
    | 'Consolidation'
    | 'Inventory'
    | 'Network'
    | 'Performance tip'
    | 'Replication'
    | 'Snapshot'
    | 'Storage'
    | 'VM Tools'
    | 'VM state'
    | 'Zombie';
}

const dayMs = 86_400_000;

/** Whole days between two times; null where one is not known. */
export function daysBetween(from: Date | null, to: string): number | null {
  const age = from === null ? Number.NaN : Date.parse(to) - from.getTime();
  return Number.isNaN(age) ? null : Math.floor(age / dayMs);
}

export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
