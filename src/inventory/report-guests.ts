import type { StatedGuest, ToldGuests } from './guests.ts';

/** What the report tells of guests that others than themselves told of. */
export interface ReportGuests {
  /** A VM is told of once, by what was stated where something was. */
  readonly vms: readonly {
    readonly host: string;
    readonly vm_id: string;
    readonly vm_name: string;
    readonly source: 'guestOsFile' | 'lastSeen';
    /** When the guest itself told it last, ISO 8601, UTC; null where nothing of that is used. */
    readonly last_seen: string | null;
  }[];
  /** Entries of the guest OS file that no VM of the run is meant by, or several. */
  readonly unmatched: readonly ReportStatedGuest[];
  readonly ambiguous: readonly ReportStatedGuest[];
  /** Files with guests that were there, but of no use: what they held is told of nobody. */
  readonly unusable_files: readonly string[];
}

interface ReportStatedGuest {
  readonly vm: string;
  readonly host: string | null;
}

export const noGuests: ReportGuests = { vms: [], unmatched: [], ambiguous: [], unusable_files: [] };

/** The report's part on guests of which others than themselves told. */
export function reportGuests(
  { told, unmatched, ambiguous }: ToldGuests,
  unusableFiles: readonly string[],
): ReportGuests {
  const statedGuest = ({ vm, host }: StatedGuest): ReportStatedGuest => ({ vm, host });
  return {
    vms: told.map(({ given, vmId, vmName, stated, lastSeen }) => ({
      host: given,
      vm_id: vmId,
      vm_name: vmName,
      source: stated ? 'guestOsFile' : 'lastSeen',
      last_seen: lastSeen?.seenAt ?? null,
    })),
    unmatched: unmatched.map(statedGuest),
    ambiguous: ambiguous.map(statedGuest),
    unusable_files: unusableFiles,
  };
}
