import { textOf } from './cell-values.ts';
import { empty } from './empty-column.ts';
import { type HostDisk, joinHostDisks } from './joins/host-disks.ts';
import { uniqueIdOf } from './joins/pass-through.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface DiskSubject extends HostSubject {
  readonly disk: HostDisk;
}

/** `DSM_Load_Balance_Policy_V2.LoadBalancePolicy`. */
const policies: ReadonlyMap<number, string> = new Map([
  [1, 'FailOver'],
  [2, 'RoundRobin'],
  [3, 'RoundRobinWithSubset'],
  [4, 'LeastQueueDepth'],
  [5, 'WeightedPaths'],
  [6, 'LeastBlocks'],
  [7, 'VendorSpecific'],
]);

/** A disk that no multipath driver stands before has its one path. */
function policyOf({ disk: { multipath, policy } }: DiskSubject): string | null {
  return multipath === false ? 'FIXED' : (policies.get(policy ?? -1) ?? null);
}

/** `MSFT_Disk.OperationalStatus` in the words of VMware. */
const states: ReadonlyMap<number, string> = new Map([
  [2, 'ok'],
  [3, 'degraded'],
  [4, 'degraded'],
  [5, 'degraded'],
  [6, 'error'],
  [7, 'error'],
  [12, 'lostCommunication'],
  [13, 'lostCommunication'],
  // Online, offline, failed.
  [0xd010, 'ok'],
  [0xd013, 'off'],
  [0xd014, 'error'],
]);

const stateOf = ({ disk: { row } }: DiskSubject): string =>
  states.get(row.OperationalStatus[0] ?? -1) ?? 'unknownState';

/** The same on all hosts that see the disk. */
const objectId = ({ host, disk: { row } }: DiskSubject): string =>
  `lun-${uuidV5((uniqueIdOf(row) ?? `${host.identity.fqdn}/${row.Number}`).toLowerCase(), dnsNamespace)}`;

const noPaths = empty('Windows tells the paths to a disk by numbers of its driver only');

/** vMultiPath: one row per disk that a host sees, and so per host for a disk of a storage network. */
export const vMultiPath = hostCollector<DiskSubject>({
  tab: 'vMultiPath',
  requires: ['hostDisks'],
  optional: [
    ...hostColumnFacts,
    'hostPartitions',
    'multipathPolicies',
    'volumes',
    'sharedVolumes',
    'computerSystems',
    'virtualSystems',
  ],
  mayBeDenied: ['hostDisks', 'hostPartitions', 'multipathPolicies'],
  subjects: ({ host, fleet, facts }) => (joinHostDisks(host, facts) ?? []).map((disk) => ({ host, fleet, disk })),
  columns: {
    Host: placeColumns.Host,
    Cluster: placeColumns.Cluster,
    Datacenter: placeColumns.Datacenter,
    Datastore: ({ disk }) => disk.datastores?.join(', ') || null,
    Disk: ({ disk }) => uniqueIdOf(disk.row),
    'Display name': ({ disk }) => textOf(disk.row.FriendlyName),
    Policy: policyOf,
    'Oper. State': stateOf,
    'Path 1': noPaths,
    'Path 1 state': noPaths,
    'Path 2': noPaths,
    'Path 2 state': noPaths,
    'Path 3': noPaths,
    'Path 3 state': noPaths,
    'Path 4': noPaths,
    'Path 4 state': noPaths,
    'Path 5': noPaths,
    'Path 5 state': noPaths,
    'Path 6': noPaths,
    'Path 6 state': noPaths,
    'Path 7': noPaths,
    'Path 7 state': noPaths,
    'Path 8': noPaths,
    'Path 8 state': noPaths,
    vStorage: () => 'vStorageUnknown',
    'Queue depth': empty('the queue depth of a disk is a setting of its driver, each in its own place'),
    Vendor: ({ disk }) => textOf(disk.row.Manufacturer),
    Model: ({ disk }) => textOf(disk.row.Model),
    Revision: ({ disk }) => textOf(disk.row.FirmwareVersion),
    Level: empty('Windows does not tell the version of SCSI that a disk speaks'),
    'Serial #': ({ disk }) => textOf(disk.row.SerialNumber),
    UUID: ({ disk }) => textOf(disk.row.UniqueId),
    'Object ID': objectId,
    ...sdkColumns,
  },
});
