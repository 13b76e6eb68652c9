/**
 * What stands for a size that is not known. `blank`: nothing, and no sum that it belongs to. `capacity`: what is known,
 * that is a disk's capacity for what it takes, and a sum of the disks that are known.
 */
export const unknownSizes = ['blank', 'capacity'] as const;
export type UnknownSize = (typeof unknownSizes)[number];

/** From where on vHealth names something. */
export interface HealthLimits {
  /** Days that a checkpoint may be old. */
  readonly checkpointDays: number;
  /** Days that a checkpoint of a backup may stay: backups remove theirs when they are done. */
  readonly backupDays: number;
  /** Per cent of a volume that should be free. */
  readonly freePercent: number;
  /** Virtual processors of running VMs per core of the host. */
  readonly vcpusPerCore: number;
  /** Per cent of the host's memory that running VMs may be promised. */
  readonly memoryPercent: number;
}

export const defaultHealthLimits: HealthLimits = {
  checkpointDays: 7,
  backupDays: 1,
  freePercent: 10,
  vcpusPerCore: 4,
  memoryPercent: 100,
};

/** What decides how rows are made from facts; the facts are the same. */
export interface CollectorOptions {
  readonly unknownSize: UnknownSize;
  readonly health: HealthLimits;
  /** True: also what Hyper-V tells and RVTools has no column for. */
  readonly extraColumns?: boolean;
}

export const defaultCollectorOptions: CollectorOptions = { unknownSize: 'blank', health: defaultHealthLimits };
