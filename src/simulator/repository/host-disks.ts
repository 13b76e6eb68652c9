import type { Values } from '../cim-classes.ts';
import type { HostView } from './host-view.ts';

/** The disks that Windows sees on a host: its own, and those that VMs own. Sizes in bytes. */

const gibibyte = 1_073_741_824;

/** Bytes of a disk that is passed through: it has no other property to draw its size from than its number. */
export const passedThroughBytes = (diskNumber: number): number => (50 + ((diskNumber * 37) % 40) * 25) * gibibyte;

interface HostDisk {
  readonly number: number;
  readonly size: number;
  /** True: a VM owns it, so that the host has it offline. */
  readonly passedThrough: boolean;
}

function disksOf(view: HostView): HostDisk[] {
  const { volumes } = view.machine;
  // The reserved and the system volume share the first disk; a cluster's disks are seen by its owner only.
  const local = volumes.filter(({ driveLetter, driveType }) => driveLetter !== null && driveType === 3);
  return [
    ...local.map(({ capacity }, number) => ({ number, size: capacity + gibibyte, passedThrough: false })),
    ...view
      .vms()
      .flatMap((vm) =>
        vm.controllers.flatMap(({ drives }) =>
          drives.flatMap(({ diskNumber }): HostDisk[] =>
            diskNumber === null
              ? []
              : [{ number: diskNumber, size: passedThroughBytes(diskNumber), passedThrough: true }],
          ),
        ),
      ),
  ];
}

/** A NAA name of 16 bytes that is the host's and the disk's own. */
function uniqueId(hostIndex: number, diskNumber: number): string {
  const own = (hostIndex * 4096 + diskNumber).toString(16).toUpperCase().padStart(20, '0');
  return `60003FF44DC7${own}`;
}

export const hostDisks = (view: HostView): Values[] =>
  disksOf(view).map(({ number, size, passedThrough }) => ({
    BusType: passedThrough ? 7 : 8,
    FriendlyName: passedThrough ? 'MSFT Virtual HD' : 'DELL PERC H740P',
    HealthStatus: 0,
    IsBoot: number === 0,
    IsOffline: passedThrough,
    LogicalSectorSize: 512,
    Number: number,
    ObjectId: `{1}\\\\${view.machine.name}\\root/Microsoft/Windows/Storage/Providers_v2\\WSP_Disk.ObjectId="DI:${number}"`,
    OperationalStatus: [passedThrough ? 0xd013 : 0xd010],
    PhysicalSectorSize: 4096,
    Size: String(size),
    UniqueId: uniqueId(view.machine.index, number),
    // 3: a name of the Fibre Channel standards (NAA).
    UniqueIdFormat: 3,
  }));
