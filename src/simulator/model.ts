import type { BoardModel } from './host-hardware.ts';
import type { HostNetworks } from './host-networks.ts';
import type { Language } from './languages.ts';
import type { OperatingSystem } from './operating-systems.ts';
import type { Personality } from './personalities.ts';

/**
 * The model of the fleet: what there is, before any host shows it as CIM. GUIDs are upper case without braces, as
 * Hyper-V has them; sizes are MiB unless a name says otherwise; times are ISO 8601, UTC, with six decimals.
 */

export interface SwitchModel {
  readonly id: string;
  readonly name: string;
  readonly type: 'external' | 'internal' | 'private';
  /** Ports that the switch itself owns: the management OS's adapter, and the way out. */
  readonly hostPort: string | null;
  readonly uplinkPort: string | null;
  /** GUID of the physical adapter behind an external switch. */
  readonly uplinkAdapter: string | null;
  /** VLAN of the management OS's adapter; null: untagged. */
  readonly hostVlan: number | null;
}

export interface VolumeModel {
  readonly guid: string;
  /** `C:\`, or the mount path with a closing backslash. */
  readonly name: string;
  readonly driveLetter: string | null;
  readonly driveType: 3 | 5;
  readonly fileSystem: string | null;
  readonly label: string | null;
  readonly capacity: number;
  readonly free: number;
}

export interface HardwareModel {
  readonly vendor: string;
  readonly model: string;
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: 1 | 2;
  readonly clockMhz: number;
  readonly processorName: string;
  readonly memory: number;
  readonly networkAdapterName: string;
}

export type VlanModel =
  | { readonly mode: 'untagged' }
  /** `isolation`: set by the isolation feature (Network ATC) instead of the VLAN feature. */
  | { readonly mode: 'access'; readonly id: number; readonly isolation: boolean }
  | { readonly mode: 'trunk'; readonly native: number; readonly allowed: readonly number[] }
  | {
      readonly mode: 'private';
      readonly kind: 'isolated' | 'community' | 'promiscuous';
      readonly primary: number;
      /** Of a promiscuous port, which sees all of them: one of those it sees. */
      readonly secondary: number;
    };

export interface AdapterModel {
  readonly kind: 'synthetic' | 'emulated';
  /** The device part of its InstanceID. */
  readonly device: string;
  readonly name: string;
  readonly mac: string;
  readonly staticMac: boolean;
  readonly connection:
    | { readonly state: 'connected'; readonly virtualSwitch: SwitchModel }
    | { readonly state: 'disconnected' }
    /** The switch was deleted: its id names nothing any more. */
    | { readonly state: 'switchGone'; readonly switchId: string; readonly switchName: string };
  readonly vlan: VlanModel;
  readonly singleRootIo: boolean;
  readonly dhcp: boolean;
  readonly ipAddresses: readonly string[];
}

export interface DriveModel {
  readonly kind: 'disk' | 'passThrough' | 'dvd';
  readonly slot: number;
  /** Path of the base image; null for an empty DVD drive and for a pass-through disk. */
  readonly image: string | null;
  /** Number of the host's disk; null unless passed through. */
  readonly diskNumber: number | null;
  readonly shared: boolean;
}

export interface ControllerModel {
  readonly bus: 'ide' | 'scsi';
  /** GUID of the device; constant for IDE. */
  readonly device: string;
  /** IDE: 0 or 1; SCSI: 0, because each controller has a GUID of its own. */
  readonly number: number;
  readonly drives: readonly DriveModel[];
}

export interface CheckpointModel {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  /** Index of the checkpoint it hangs on; null at the root. */
  readonly parent: number | null;
  readonly kind: 'Realized' | 'Recovery' | 'Replica:Standard';
  readonly withMemory: boolean;
  readonly automatic: boolean;
  readonly notes: string;
}

/** What the guest tells through Data Exchange. */
export interface GuestModel {
  readonly items: Readonly<Record<string, string>>;
  readonly osName: string;
  readonly dnsName: string;
}

export interface VmModel {
  readonly id: string;
  readonly name: string;
  /** 2 running, 3 off, 6 saved, 9 paused. */
  readonly state: 2 | 3 | 6 | 9;
  /** True: its configuration or its storage cannot be reached. */
  readonly critical: boolean;
  readonly generation: 1 | 2;
  readonly configurationVersion: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly upTimeMs: number;
  readonly notes: string;
  readonly biosGuid: string;
  readonly secureBoot: boolean;
  readonly startupDelayMs: number;
  readonly processors: number;
  readonly processorLoad: number;
  readonly processorWeight: number;
  /** 1/1000 %. */
  readonly processorReservation: number;
  readonly processorLimit: number;
  readonly nested: boolean;
  readonly memory: {
    readonly startup: number;
    readonly dynamic: boolean;
    readonly minimum: number;
    readonly maximum: number;
    readonly assigned: number;
    readonly buffer: number;
    /** 0…10,000. */
    readonly weight: number;
    /** Per cent of the assigned memory that the guest does not use; only told with dynamic memory. */
    readonly available: number;
  };
  readonly adapters: readonly AdapterModel[];
  readonly controllers: readonly ControllerModel[];
  /** Where configuration, checkpoints and saved states lie. */
  readonly folder: string;
  /** An .avhdx is attached though no checkpoint is left. */
  readonly leftOverChild: string | null;
  readonly checkpoints: readonly CheckpointModel[];
  /** Null: nothing comes from the guest. */
  readonly guest: GuestModel | null;
  /** The integration services that its settings allow. */
  readonly services: {
    readonly backup: boolean;
    readonly timeSync: boolean;
    readonly shutdown: boolean;
    readonly heartbeat: boolean;
    readonly dataExchange: boolean;
    readonly guestFiles: boolean;
  };
  readonly replicationMode: 0 | 1 | 2;
  /** In a cluster: a role of it, with this priority. Null: not highly available. */
  readonly highlyAvailable: {
    readonly priority: number;
    readonly checkHeartbeat: boolean;
    readonly antiAffinity: string | null;
  } | null;
}

export interface SharedVolumeModel {
  readonly guid: string;
  /** `C:\ClusterStorage\Volume1`. */
  readonly name: string;
  readonly capacity: number;
  readonly free: number;
}

export interface ClusterModel {
  readonly name: string;
  readonly fqdn: string;
  /** Of the cluster itself: it moves from node to node. */
  readonly address: string;
  readonly instanceId: string;
  readonly os: OperatingSystem;
  readonly sharedVolumes: readonly SharedVolumeModel[];
  readonly nodes: readonly Machine[];
}

/** A Hyper-V host as a machine; several entries of the host list may lead to one. */
export interface Machine {
  /** Place in the host list of its first mention. */
  readonly index: number;
  readonly personality: Personality;
  /** NetBIOS name: upper case, at most 15 characters. */
  readonly name: string;
  /** Upper case, uncut. */
  readonly dnsHostName: string;
  readonly domain: string | null;
  readonly fqdn: string;
  readonly os: OperatingSystem;
  readonly language: Language;
  readonly smbiosUuid: string;
  readonly hardware: HardwareModel;
  readonly switches: readonly SwitchModel[];
  readonly networks: HostNetworks;
  readonly board: BoardModel;
  readonly volumes: readonly VolumeModel[];
  readonly vmFolder: string;
  readonly bootedAt: string;
  readonly cluster: ClusterModel | null;
  /** Made when first asked for. */
  readonly vms: readonly VmModel[];
  /** A VM being imported or migrated to here: it is planned, not there. */
  readonly planned: VmModel | null;
  /** VM groups: 2016 and later. */
  readonly groups: readonly { readonly id: string; readonly name: string; readonly members: readonly string[] }[];
}

/** `yyyy-MM-ddTHH:mm:ss.ffffffZ` of a time in milliseconds. */
export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z');
