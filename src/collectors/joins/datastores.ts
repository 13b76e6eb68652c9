import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { numberOf, sumOf, textOf } from '../cell-values.ts';
import { datastoreOf, hostVolumeName, sharedVolumeName } from '../datastore-path.ts';
import { knownRows } from './facts.ts';
import type { HostView, VirtualMachine } from './host-view.ts';

/** Where VMs lie, as one host sees it. Bytes; null: not known. */
export interface Datastore {
  /** The name in brackets before every path on it. */
  readonly name: string;
  readonly kind: 'sharedVolume' | 'hostVolume' | 'share';
  /** The volume's GUID path, or the share. */
  readonly address: string | null;
  /** Where the host has it: a mount path, or the share. */
  readonly path: string;
  readonly fileSystem: string | null;
  readonly health: 'green' | 'yellow' | 'red' | 'gray';
  readonly accessible: boolean | null;
  readonly capacity: number | null;
  readonly free: number | null;
}

/** What VMs have on a datastore. */
export interface DatastoreUse {
  /** As {@link Datastore.name}. */
  readonly name: string;
  /** Bytes that guests see of the disks attached there; null where one is not known. */
  readonly provisioned: number | null;
}

/** Names of datastores are compared without case. */
export const datastoreKey = (name: string): string => name.toLowerCase();

const bytesOf = (megabytes: number | null | undefined): number | null =>
  megabytes == null ? null : megabytes * 1_048_576;

/** `MSCluster_ClusterSharedVolume.FaultState`: 0 none, 1 no direct access, 2 no access, 4 in maintenance. */
function healthOfShared(faultState: number | null): Datastore['health'] {
  if (faultState === null) return 'gray';
  return faultState === 0 ? 'green' : faultState === 2 ? 'red' : 'yellow';
}

function sharedVolumesOf(host: HostView, facts: FactOutcomes): readonly Datastore[] {
  const partitions = new Map(
    (knownRows(facts, 'clusterPartitions') ?? []).map((row) => [row.Path?.toLowerCase(), row]),
  );
  const volumes = new Map((knownRows(facts, 'volumes') ?? []).map((row) => [row.DeviceID?.toLowerCase(), row]));
  return (knownRows(facts, 'sharedVolumes') ?? []).flatMap((row): Datastore[] => {
    const path = textOf(row.Name);
    if (path === null) return [];
    const key = row.VolumeName?.toLowerCase();
    const partition = partitions.get(key);
    const volume = volumes.get(key);
    return [
      {
        name: sharedVolumeName(path, host.datastores),
        kind: 'sharedVolume',
        address: textOf(row.VolumeName),
        path,
        fileSystem: 'CSV',
        health: healthOfShared(row.FaultState),
        accessible: row.FaultState === null ? null : row.FaultState !== 2,
        capacity: bytesOf(partition?.TotalSize) ?? numberOf(volume?.Capacity),
        free: bytesOf(partition?.FreeSpace) ?? numberOf(volume?.FreeSpace),
      },
    ];
  });
}

/** Volumes that have a place in the host's folders, without those of the cluster. */
function hostVolumesOf(host: HostView, facts: FactOutcomes): readonly Datastore[] {
  const isOwn = ({ Name, FileSystem }: Row<'volumes'>): boolean =>
    /^[A-Z]:\\/i.test(Name ?? '') && !/^[A-Z]:\\ClusterStorage\\/i.test(Name ?? '') && FileSystem !== 'CSVFS';
  return (knownRows(facts, 'volumes') ?? []).filter(isOwn).map((row): Datastore => {
    const capacity = numberOf(row.Capacity);
    return {
      name: hostVolumeName(row.Name ?? '', host.datastores),
      kind: 'hostVolume',
      address: textOf(row.DeviceID),
      path: row.Name ?? '',
      fileSystem: textOf(row.FileSystem),
      health: row.DirtyBitSet === null ? 'gray' : row.DirtyBitSet ? 'yellow' : 'green',
      accessible: capacity !== null,
      capacity,
      free: numberOf(row.FreeSpace),
    };
  });
}

/** What a VM has on each datastore that one of its files or its configuration lies on. */
export function usesOf({ settings, storage }: VirtualMachine, host: HostView): readonly DatastoreUse[] {
  const provisioned = new Map<string, { readonly name: string; readonly sizes: (number | null)[] }>();
  const add = (path: string | null | undefined, ...sizes: (number | null)[]): void => {
    const name = datastoreOf(path, host.datastores);
    if (name === null) return;
    const known = provisioned.get(datastoreKey(name)) ?? { name, sizes: [] };
    known.sizes.push(...sizes);
    provisioned.set(datastoreKey(name), known);
  };
  add(settings?.ConfigurationDataRoot);
  for (const { path } of storage?.files ?? []) add(path);
  for (const { path, capacity, kind } of storage?.disks ?? []) if (kind === 'image') add(path, capacity);
  return [...provisioned.values()].map(({ name, sizes }) => ({
    name,
    provisioned: storage === undefined ? null : sumOf(sizes),
  }));
}

/** Shares are known by the paths of VMs only; how large they are, the host does not tell. */
function sharesOf(host: HostView): readonly Datastore[] {
  const names = host.machines.flatMap((vm) => usesOf(vm, host)).map(({ name }) => name);
  const shares = new Map(names.filter((name) => name.startsWith('\\\\')).map((name) => [datastoreKey(name), name]));
  return [...shares.values()].map((name) => ({
    name,
    kind: 'share',
    address: name,
    path: name,
    fileSystem: 'SMB',
    health: 'gray',
    accessible: null,
    capacity: null,
    free: null,
  }));
}

/** Every datastore that a host sees. */
export const datastoresOf = (host: HostView, facts: FactOutcomes): readonly Datastore[] => [
  ...sharedVolumesOf(host, facts),
  ...hostVolumesOf(host, facts),
  ...sharesOf(host),
];

/** True: other hosts may see the same one. */
export const isShared = ({ kind }: Pick<Datastore, 'kind'>): boolean => kind !== 'hostVolume';
