import type { FactName, Row } from '../../facts/fact-table.ts';
import { type CollectorOptions, defaultCollectorOptions } from '../../inventory/collector-options.ts';
import type { GuestKnowledge } from '../../inventory/guests.ts';
import type { HostFacts } from '../collector.ts';
import type { DatastoreMap } from '../datastore-path.ts';
import { type DiskFigures, diskFigures } from '../disk-figures.ts';
import { oncePer } from '../once-per.ts';
import { isPaused, type PowerState, powerStateOf } from '../power-state.ts';
import { type Adapter, joinAdapters } from './adapters.ts';
import { isCheckpoint } from './checkpoints.ts';
import { type ClusterMembership, type ClusterRole, clusterMembership, clusterRoles } from './cluster.ts';
import { fileKey } from './disk-files.ts';
import { type DvdDrive, joinDrives } from './disks.ts';
import { knownRows } from './facts.ts';
import { joinGroups, type VmGroup } from './groups.ts';
import { type HostIdentity, hostIdentity } from './host-identity.ts';
import { guidOf } from './instance-id.ts';
import {
  type IntegrationServices,
  type integrationServiceFacts,
  joinIntegrationServices,
} from './integration-services.ts';
import { type KeyValuePairs, keyValuePairsOf } from './key-value-pairs.ts';
import { type JoinedRows, joinByVm, settingsOwners, unjoinedRow } from './settings-owners.ts';
import { hostStorage, type SizedDisk, usersOfFiles, type VmStorage } from './vm-storage.ts';

/**
 * One VM with everything that was joined to it. Of a member that may be null or undefined, undefined means that the
 * fact is missing, null that the VM has no such row.
 */
export interface VirtualMachine {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
  readonly system: Row<'computerSystems'>;
  readonly powerState: PowerState;
  readonly running: boolean;
  /** True: it has a worker process, and so memory, on the host: running or paused. */
  readonly live: boolean;
  /** Its active (realized) settings; null makes it an orphan. */
  readonly settings: Row<'virtualSystems'> | null | undefined;
  /** Every Snapshot:* row: checkpoints, and a replica's recovery points. In the order in which the host lists them. */
  readonly checkpoints: readonly Row<'virtualSystems'>[] | undefined;
  readonly processor: Row<'processors'> | null | undefined;
  readonly memory: Row<'memory'> | null | undefined;
  /** Null: it has no such settings, as before Windows Server 2016. */
  readonly security: Row<'securitySettings'> | null | undefined;
  readonly summary: Row<'summaries'> | null | undefined;
  readonly heartbeat: Row<'heartbeats'> | null | undefined;
  readonly services: IntegrationServices;
  readonly guest: KeyValuePairs | undefined;
  /** What others than the guest itself tell of it. */
  readonly told: GuestKnowledge | undefined;
  readonly adapters: readonly Adapter[] | undefined;
  readonly disks: readonly SizedDisk[] | undefined;
  /** The same disks, and every file of theirs and of the VM's checkpoints. */
  readonly storage: VmStorage | undefined;
  readonly dvds: readonly DvdDrive[] | undefined;
  readonly group: VmGroup | undefined;
  /** Null: not a role of the cluster. */
  readonly clusterRole: ClusterRole | null | undefined;
}

/** Facts whose rows are joined to VMs by their keys. */
export type JoinedFact =
  | 'virtualSystems'
  | 'processors'
  | 'memory'
  | 'securitySettings'
  | (typeof integrationServiceFacts)[number]
  | 'resourceAllocations'
  | 'storageAllocations'
  | 'syntheticAdapters'
  | 'emulatedAdapters'
  | 'portAllocations'
  | 'portVlans'
  | 'portIsolations'
  | 'portOffloads'
  | 'portSecurities'
  | 'guestNetworks';

/** A host's facts, joined. */
export interface HostView {
  readonly identity: HostIdentity;
  readonly cluster: ClusterMembership;
  readonly datastores: DatastoreMap;
  readonly options: CollectorOptions;
  /** True: a virtual disk file is in chains of several VMs of the host. */
  readonly isSharedFile: (path: string) => boolean;
  /** What a VM's storage sums up to, by the run's options. */
  readonly figuresOf: (storage: VmStorage) => DiskFigures;
  /** Paths of the disk files that a checkpoint would go back to. */
  readonly imagesOf: (checkpoint: Row<'virtualSystems'>) => readonly string[];
  /** Bytes of a checkpoint's saved memory; null where the file was not seen. */
  readonly memoryOf: (checkpoint: Row<'virtualSystems'>) => number | null;
  /** ISO 8601, UTC. */
  readonly collectedAt: string;
  /** What stands in the column Datacenter, where the user names one. */
  readonly datacenter: string | undefined;
  /** In the order in which the host lists them. */
  readonly machines: readonly VirtualMachine[];
  /** Settings rows nobody claims, each as `fact: InstanceID`. */
  readonly unjoined: readonly string[];
  /** Facts which every VM has, without a row of any VM. */
  readonly emptyFacts: readonly FactName[];
}

const isRealized = (row: Row<'virtualSystems'>): boolean =>
  row.VirtualSystemType?.toLowerCase() === 'microsoft:hyper-v:system:realized';

/** The first row of each key. */
function firstBy<Joined>(
  rows: readonly Joined[] | undefined,
  keyOf: (row: Joined) => string | null,
): ReadonlyMap<string, Joined> | undefined {
  if (rows === undefined) return undefined;
  const first = new Map<string, Joined>();
  for (const row of rows) {
    const key = guidOf(keyOf(row));
    if (key !== undefined && !first.has(key)) first.set(key, row);
  }
  return first;
}

/** The rows of each key, in the order given. */
function allBy<Joined>(
  rows: readonly Joined[] | undefined,
  keyOf: (row: Joined) => string | null,
): ReadonlyMap<string, readonly Joined[]> | undefined {
  if (rows === undefined) return undefined;
  const all = new Map<string, Joined[]>();
  for (const row of rows) {
    const key = guidOf(keyOf(row));
    if (key !== undefined) all.set(key, [...(all.get(key) ?? []), row]);
  }
  return all;
}

/** Undefined: the fact is missing; null: the VM has no row of it. */
const rowOf = <Joined>(byVm: ReadonlyMap<string, Joined> | undefined, id: string): Joined | null | undefined =>
  byVm && (byVm.get(id) ?? null);

const firstOf = <Joined>(join: JoinedRows<Joined>, id: string): Joined | null | undefined =>
  join.byVm && (join.byVm.get(id)?.[0] ?? null);

/** What stands in the column Cluster. A host whose cluster cannot be told keeps its own name, or readers drop it. */
export const clusterNameOf = (cluster: ClusterMembership, identity: HostIdentity): string =>
  cluster.kind === 'member' ? cluster.name : identity.shortName;

function datastoresOf({ facts }: HostFacts, identity: HostIdentity, cluster: ClusterMembership): DatastoreMap {
  return {
    hostName: identity.fqdn,
    clusterName: clusterNameOf(cluster, identity),
    sharedVolumes: (knownRows(facts, 'sharedVolumes') ?? []).flatMap((row) => row.Name ?? []),
    volumes: knownRows(facts, 'volumes')?.flatMap(({ Name, DeviceID }) =>
      Name ? [{ name: Name, deviceId: DeviceID ?? Name }] : [],
    ),
  };
}

/** Rows of virtual systems that stand for no VM, checkpoint, planned VM or template. */
function unjoinedSystems(rows: readonly Row<'virtualSystems'>[] | undefined, claimed: JoinedRows<unknown>) {
  const lost = (rows ?? [])
    .filter((row) => isRealized(row) && guidOf(row.VirtualSystemIdentifier) === undefined)
    .map((row) => unjoinedRow('virtualSystems', row.InstanceID));
  return [...new Set([...claimed.unjoined, ...lost])];
}

/**
 * Joins the facts of a host: every tab looks at the same, so they are joined once for each object handed in. A VM is a Msvm_ComputerSystem row whose Name is a GUID (the host's own row has a name
 * there); its active settings are the realized Msvm_VirtualSystemSettingData with that VirtualSystemIdentifier.
 */
export const viewHost = oncePer((host: HostFacts): HostView => {
  const { facts } = host;
  const systems = firstBy(knownRows(facts, 'computerSystems'), (row) => row.Name) ?? new Map();
  const virtualSystems = knownRows(facts, 'virtualSystems');
  const ownerOf = settingsOwners(new Set(systems.keys()), virtualSystems, host.presentAfter);
  const identity = hostIdentity(host);
  const cluster = clusterMembership(facts, identity.domain);

  const settings = firstBy(virtualSystems?.filter(isRealized), (row) => row.VirtualSystemIdentifier);
  const checkpoints = allBy(virtualSystems?.filter(isCheckpoint), (row) => row.VirtualSystemIdentifier);
  const processors = joinByVm('processors', knownRows(facts, 'processors'), ownerOf);
  const memory = joinByVm('memory', knownRows(facts, 'memory'), ownerOf);
  const security = joinByVm('securitySettings', knownRows(facts, 'securitySettings'), ownerOf);
  const services = joinIntegrationServices(facts, ownerOf);
  const adapters = joinAdapters(facts, ownerOf);
  const drives = joinDrives(facts, ownerOf);
  const storage = hostStorage(facts);
  // Rows of checkpoints are among the summaries: they have the checkpoint's GUID as Name.
  const summaries = firstBy(knownRows(facts, 'summaries'), (row) => row.Name);
  const heartbeats = firstBy(knownRows(facts, 'heartbeats'), (row) => row.SystemName);
  const guests = firstBy(knownRows(facts, 'keyValuePairs'), (row) => row.SystemName);
  const groups = joinGroups(facts);
  const roles = clusterRoles(facts);

  const machines = [...systems].map(([id, system]): VirtualMachine => {
    const powerState = powerStateOf(system.EnabledState);
    const checkpointsOfVm = checkpoints && (checkpoints.get(id) ?? []);
    const vmStorage =
      drives.byVm && storage.of(drives.byVm.get(id)?.disks ?? [], checkpointsOfVm ?? [], settings?.get(id));
    return {
      id,
      name: system.ElementName ?? '',
      system,
      powerState,
      running: powerState === 'poweredOn',
      live: powerState === 'poweredOn' || isPaused(system.EnabledState),
      settings: rowOf(settings, id),
      checkpoints: checkpointsOfVm,
      processor: firstOf(processors, id),
      memory: firstOf(memory, id),
      security: firstOf(security, id),
      summary: rowOf(summaries, id),
      heartbeat: rowOf(heartbeats, id),
      services: services.of(id),
      guest: guests && keyValuePairsOf(guests.get(id)?.GuestIntrinsicExchangeItems ?? []),
      told: host.guests?.get(id),
      adapters: adapters.byVm && (adapters.byVm.get(id) ?? []),
      disks: vmStorage?.disks,
      storage: vmStorage,
      dvds: drives.byVm && (drives.byVm.get(id)?.dvds ?? []),
      group: groups.get(id),
      clusterRole: rowOf(roles, id),
    };
  });
  const users = usersOfFiles(machines.map((vm) => vm.storage));
  const ownRows: readonly (readonly [FactName, ReadonlyMap<string, unknown> | undefined])[] = [
    ['virtualSystems', settings && new Map([...settings].filter(([id]) => systems.has(id)))],
    ['processors', processors.byVm],
    ['memory', memory.byVm],
  ];
  const options = host.options ?? defaultCollectorOptions;
  const isSharedFile = (path: string): boolean => (users.get(fileKey(path)) ?? 0) > 1;
  return {
    identity,
    cluster,
    datastores: datastoresOf(host, identity, cluster),
    options,
    isSharedFile,
    figuresOf: oncePer((vmStorage) =>
      diskFigures(vmStorage, { unknownSize: options.unknownSize, isShared: isSharedFile }),
    ),
    imagesOf: storage.imagesOf,
    memoryOf: storage.memoryOf,
    collectedAt: host.collectedAt,
    datacenter: host.datacenter,
    machines,
    unjoined: [
      ...unjoinedSystems(virtualSystems, joinByVm('virtualSystems', virtualSystems, ownerOf)),
      ...processors.unjoined,
      ...memory.unjoined,
      ...security.unjoined,
      ...services.unjoined,
      ...adapters.unjoined,
      ...drives.unjoined,
    ],
    emptyFacts: ownRows.filter(([, byVm]) => machines.length > 0 && byVm?.size === 0).map(([name]) => name),
  };
});
