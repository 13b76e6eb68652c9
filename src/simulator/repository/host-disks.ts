import type { Values } from '../cim-classes.ts';
import type { VolumeModel } from '../model.ts';
import type { HostView } from './host-view.ts';

/** The disks that Windows sees on a host: its own, those of its storage network, and those that VMs own. Sizes in bytes. */

const gibibyte = 1_073_741_824;

/** Bytes of a disk that is passed through: it has no other property to draw its size from than its number. */
export const passedThroughBytes = (diskNumber: number): number => (50 + ((diskNumber * 37) % 40) * 25) * gibibyte;

interface HostDisk {
  readonly number: number;
  readonly size: number;
  /** `lun`: on the storage network, behind several paths. `passedThrough`: a VM owns it, so that the host has it offline. */
  readonly kind: 'local' | 'lun' | 'passedThrough';
  /** A NAA name of 16 bytes. */
  readonly uniqueId: string;
  /** Those that lie on it, as this host sees them. */
  readonly volumes: readonly Pick<VolumeModel, 'guid' | 'name'>[];
}

/** A name that is the host's and the disk's own. */
function ownId(hostIndex: number, diskNumber: number): string {
  const own = (hostIndex * 4096 + diskNumber).toString(16).toUpperCase().padStart(20, '0');
  return `60003FF44DC7${own}`;
}

const hasDrive = ({ driveLetter, driveType }: VolumeModel): boolean => driveLetter !== null && driveType === 3;

/** The disks of a cluster on a storage network: every node sees them, only the first has their volumes. */
function lunsOf({ machine: { cluster, board, fqdn } }: HostView, firstNumber: number): HostDisk[] {
  if (!board.storageAdapters.some(({ initiator }) => initiator?.connection === 1)) return [];
  return (cluster?.sharedVolumes ?? []).map(({ guid, name, capacity }, place) => ({
    number: firstNumber + place,
    size: capacity + gibibyte,
    kind: 'lun',
    uniqueId: `624A9370${guid.replaceAll('-', '').slice(0, 24).toUpperCase()}`,
    volumes: cluster?.nodes[0]?.fqdn === fqdn ? [{ guid, name: `${name}\\` }] : [],
  }));
}

function disksOf(view: HostView): HostDisk[] {
  const { volumes, index } = view.machine;
  const local = volumes.filter(hasDrive);
  // The reserved volume shares the first disk with the system.
  const reserved = volumes.filter(({ driveLetter, fileSystem }) => driveLetter === null && fileSystem === 'NTFS');
  return [
    ...local.map(
      (volume, number): HostDisk => ({
        number,
        size: volume.capacity + gibibyte,
        kind: 'local',
        uniqueId: ownId(index, number),
        volumes: number === 0 ? [...reserved, volume] : [volume],
      }),
    ),
    ...lunsOf(view, local.length),
    ...view.vms().flatMap((vm) =>
      vm.controllers.flatMap(({ drives }) =>
        drives.flatMap(({ diskNumber }): HostDisk[] =>
          diskNumber === null
            ? []
            : [
                {
                  number: diskNumber,
                  size: passedThroughBytes(diskNumber),
                  kind: 'passedThrough',
                  uniqueId: ownId(index, diskNumber),
                  volumes: [],
                },
              ],
        ),
      ),
    ),
  ];
}

const products = {
  local: {
    Manufacturer: 'DELL',
    Model: 'PERC H740P',
    FirmwareVersion: '5.16',
    FriendlyName: 'DELL PERC H740P',
    BusType: 8,
  },
  lun: {
    Manufacturer: 'PURE',
    Model: 'FlashArray',
    FirmwareVersion: '8888',
    FriendlyName: 'PURE FlashArray',
    BusType: 6,
  },
  passedThrough: {
    Manufacturer: 'Msft',
    Model: 'Virtual HD',
    FirmwareVersion: '1.0',
    FriendlyName: 'MSFT Virtual HD',
    BusType: 7,
  },
} as const;

/** The last part of a disk's device id. */
const unitOf = ({ kind, number, uniqueId }: HostDisk): string =>
  kind === 'lun' ? `1&7f6ac24&0&${uniqueId.toLowerCase()}` : `4&19f05c2b&0&0${number.toString(16).padStart(5, '0')}`;

/** The device in the form in which its interface is named; a multipath driver stands before the disks of a network. */
function pathOf(disk: HostDisk): string {
  const { Manufacturer, Model } = products[disk.kind];
  const bus = disk.kind === 'lun' ? 'mpio' : 'scsi';
  const product = `disk&ven_${Manufacturer}&prod_${Model.replaceAll(' ', '_')}`.toLowerCase();
  return `\\\\?\\${bus}#${product}#${unitOf(disk)}#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}`;
}

export const hostDisks = (view: HostView): Values[] =>
  disksOf(view).map((disk) => ({
    ...products[disk.kind],
    HealthStatus: 0,
    IsBoot: disk.number === 0,
    IsClustered: disk.kind === 'lun',
    IsOffline: disk.kind === 'passedThrough',
    LogicalSectorSize: 512,
    Number: disk.number,
    ObjectId: `{1}\\\\${view.machine.name}\\root/Microsoft/Windows/Storage/Providers_v2\\WSP_Disk.ObjectId="DI:${disk.number}"`,
    // Offline, and online.
    OperationalStatus: [disk.kind === 'passedThrough' ? 0xd013 : 0xd010],
    Path: pathOf(disk),
    PhysicalSectorSize: 4096,
    SerialNumber: disk.uniqueId.slice(-12),
    Size: String(disk.size),
    UniqueId: disk.uniqueId,
    // 3: a name of the Fibre Channel standards (NAA).
    UniqueIdFormat: 3,
  }));

export const partitions = (view: HostView): Values[] =>
  disksOf(view).flatMap(({ number, volumes }) =>
    volumes.map(({ guid, name }, place) => {
      const device = `\\\\?\\Volume{${guid}}\\`;
      return {
        AccessPaths: name === device ? [device] : [name, device],
        DiskNumber: number,
        ObjectId: `{1}\\\\${view.machine.name}\\root/Microsoft/Windows/Storage/Providers_v2\\WSP_Partition.ObjectId="PR:${number}/${place}"`,
        PartitionNumber: place + 1,
      };
    }),
  );

/** 2: round robin; 4: least queue depth. */
const loadBalancingOf = (place: number): number => (place % 2 === 0 ? 2 : 4);

/** What the multipath driver tells of each disk on the storage network. */
export const multipathPolicies = (view: HostView): Values[] =>
  disksOf(view)
    .filter(({ kind }) => kind === 'lun')
    .map((disk, place) => ({
      Active: true,
      InstanceName: `MPIO\\Disk&Ven_PURE&Prod_FlashArray\\${unitOf(disk)}_0`,
      LoadBalancePolicy: {
        embedded: {
          className: 'DSM_Load_Balance_Policy_V2',
          properties: { DSMPathCount: 4, LoadBalancePolicy: loadBalancingOf(place), Reserved: 0, Version: 2 },
        },
      },
    }));
