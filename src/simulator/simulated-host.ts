import type { Behaviour } from './behaviour.ts';
import type { CimRepository } from './cim-repository.ts';
import type { Machine } from './model.ts';
import type { Personality } from './personalities.ts';

/** The truth about one disk of a VM. */
export interface SimulatedDisk {
  /** As in `diskPaths`. */
  readonly path: string;
  /** False: opening the attached file, or one that it hangs on, gives an error; a passed-through disk has no file. */
  readonly readable: boolean;
  /** 2 VHD, 3 VHDX, 4 VHD set; null for a disk that is passed through. */
  readonly format: number | null;
  /** 2 fixed, 3 dynamic, 4 differencing; null for a disk that is passed through. */
  readonly type: number | null;
  /** What the guest sees, in bytes. */
  readonly capacityBytes: number | null;
  /** Bytes of all files of the chain together, or of a disk that is passed through. */
  readonly fileBytes: number;
  /** The attached file, then its parents. */
  readonly chain: readonly { readonly path: string; readonly fileBytes: number; readonly readable: boolean }[];
}

/** The truth about one VM, for tests: what the repository was made from. */
export interface SimulatedVm {
  /** Upper-case GUID, as Hyper-V has it. */
  readonly id: string;
  readonly name: string;
  /** Msvm_ComputerSystem.EnabledState. */
  readonly state: number;
  readonly generation: 1 | 2;
  readonly processors: number;
  /** MiB. */
  readonly memory: {
    readonly startup: number;
    readonly dynamic: boolean;
    readonly minimum: number;
    readonly maximum: number;
    /** MiB assigned now; 0 when off. */
    readonly assigned: number;
  };
  readonly adapters: readonly {
    readonly kind: 'synthetic' | 'emulated';
    /** 12 hex digits. */
    readonly mac: string;
    readonly staticMac: boolean;
    /** The switch it is plugged into, or (2016 and later) was before that was deleted; null: none. */
    readonly switchName: string | null;
    readonly vlan:
      | { readonly mode: 'untagged' }
      | { readonly mode: 'access'; readonly id: number }
      | { readonly mode: 'trunk' }
      | {
          readonly mode: 'private';
          readonly kind: 'isolated' | 'community' | 'promiscuous';
          readonly primary: number;
          readonly secondary: number;
        };
    readonly macSpoofing: boolean;
    readonly ipAddresses: readonly string[];
  }[];
  /** Files attached now (with checkpoints: the .avhdx); `\\.\PHYSICALDRIVE<n>` for a disk that is passed through. */
  readonly diskPaths: readonly string[];
  /** The disks behind `diskPaths`, in that order. */
  readonly disks: readonly SimulatedDisk[];
  /** Bytes of the files with saved memory and device states, checkpoints' too, in folders that the host can look into. */
  readonly stateBytes: number;
  /** Without a replica's recovery points. */
  readonly checkpoints: number;
  /** OSName by KVP; null without KVP. */
  readonly guestOs: string | null;
  readonly dnsName: string | null;
  readonly replicationMode: number;
  readonly notes: string;
}

export interface SimulatedHost {
  /** Short name, upper case, as Windows has it. */
  readonly name: string;
  /** Lower-case FQDN; a workgroup host its short name. */
  readonly fqdn: string;
  readonly personality: Personality;
  /** What it does otherwise than its personality says. */
  readonly behaviour?: Partial<Behaviour>;
  readonly cluster: string | null;
  readonly smbiosUuid: string;
  /** The model it was made from, for tests: its devices, switches and cluster. Absent where there is none. */
  readonly machine?: Machine;
  /** The VMs it shows at the first baseline; none where rights are missing or vmms is stopped. */
  readonly vms: readonly SimulatedVm[];
  /** What it shows until its facts were asked for. */
  readonly repository: CimRepository;
  /** What it shows after that; set where a VM moves during the run. */
  readonly repositoryAfter?: CimRepository;
  /**
   * Index of the host that the move waits for: `repositoryAfter` is shown once that host's last list was read. Absent:
   * once the host's own facts were asked for.
   */
  readonly movesBehind?: number;
  /** Milliseconds for a fact's query; the server adds its own latency. */
  readonly factCostMs: number;
  /** Milliseconds for opening one virtual disk file; 0 where absent. */
  readonly vhdCostMs?: number;
  /** Language of its texts and faults as a BCP-47 tag, e.g. `ja-JP`; `en-US` where absent. */
  readonly language?: string;
  /** Index of the host whose second name this is (`listedTwice`). */
  readonly sameAs?: number;
}

export interface SimulatedFleet {
  readonly seed: number;
  readonly hosts: readonly SimulatedHost[];
}
