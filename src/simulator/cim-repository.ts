/**
 * What a simulated host holds, as a real one would: namespace → class → instances. Everything the simulator says
 * comes from here.
 */

export interface CimReference {
  readonly reference: {
    readonly className: string;
    readonly namespace: string;
    readonly keys: Readonly<Record<string, string>>;
  };
}
export interface CimEmbedded {
  readonly embedded: { readonly className: string; readonly properties: Readonly<Record<string, CimScalar>> };
}
export interface CimDatetime {
  /** UTC, `yyyy-MM-ddTHH:mm:ss.ffffffZ`. */
  readonly datetime: string;
}
export interface CimInterval {
  readonly intervalMs: number;
}
/** uint64 values are decimal text: they exceed 2^53. */
export type CimScalar = string | number | boolean | null | CimDatetime | CimInterval;
/** A missing or null array and an empty one look alike on the wire: both are absent. */
export type CimValue = CimScalar | CimReference | CimEmbedded | readonly CimScalar[];

export interface CimInstance {
  readonly className: string;
  readonly values: Readonly<Record<string, CimValue>>;
}

export interface CimClass {
  readonly className: string;
  /** Every property this host's OS has, with its type of `cim-schema.json`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  readonly instances: readonly CimInstance[];
}

/** What goes wrong when a method opens a virtual disk file. */
export type DiskFileTrouble =
  /** It is not there. */
  | 'missing'
  /** Somebody else holds it open. */
  | 'locked'
  /** The account may not read it; a file on another machine always ends so over WinRM. */
  | 'denied'
  /** It is no virtual disk. */
  | 'damaged'
  /** Opening it does not end; a time-out is kept. */
  | 'hangs'
  /** Opening it does not end, and no time-out is kept. */
  | 'stuck';

/** A virtual disk file as Msvm_ImageManagementService tells of it. */
export interface CimDiskFile {
  readonly path: string;
  /** Of Msvm_VirtualHardDiskSettingData. */
  readonly settings: Readonly<Record<string, CimScalar>>;
  /** Of Msvm_VirtualHardDiskState. */
  readonly state: Readonly<Record<string, CimScalar>>;
  readonly trouble?: DiskFileTrouble;
  /** True: a method first answers by a job. */
  readonly byJob?: true;
}

/** What goes wrong when a folder is listed. */
export type FolderTrouble =
  /** The account may not look into it; a folder on another machine always ends so over WinRM. */
  | 'denied'
  /** The server that it lies on is waited for in vain, for half a second. */
  | 'unreachable'
  /** Listing it does not end. */
  | 'stuck';

/** A folder as it is listed. */
export interface CimFolder {
  /** Without a closing backslash, but for that of a drive. */
  readonly path: string;
  /** `writtenAt`: UTC, `yyyy-MM-ddTHH:mm:ss.ffffffZ`. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly writtenAt: string }[];
  /** Names of folders in it; `link`: it leads elsewhere, as a mount point does. */
  readonly folders: readonly { readonly name: string; readonly link?: true }[];
  readonly trouble?: FolderTrouble;
}

/** Namespaces with forward slashes; class lookups ignore case. A missing namespace or class is really missing. */
export interface CimRepository {
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, CimClass>>>>;
  /** Registry values by key path, e.g. `HKLM:\Cluster` → ClusterInstanceID. */
  readonly registry: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** Every virtual disk file that the host's VMs use, parents included. */
  readonly diskFiles?: readonly CimDiskFile[];
  /** Folders that can be listed; any other path is missing. */
  readonly folders?: readonly CimFolder[];
}
