import type { Values } from '../cim-classes.ts';
import type { ControllerModel, DriveModel, VmModel } from '../model.ts';
import { constantDevices } from '../virtual-machine.ts';
import type { Configuration, HostView } from './host-view.ts';
import { configurationsOf } from './host-view.ts';
import { allocationValues, instanceId, objectPath, templatesOf } from './keys.ts';

/** Controllers, drives and images: `…\<controller>\<slot>\D` is a drive, `…\L` the image in it. */

const subTypes = {
  ide: 'Microsoft:Hyper-V:Emulated IDE Controller',
  scsi: 'Microsoft:Hyper-V:Synthetic SCSI Controller',
  floppyController: 'Microsoft:Hyper-V:Diskette Controller',
  floppy: 'Microsoft:Hyper-V:Synthetic Diskette Drive',
  serial: 'Microsoft:Hyper-V:Serial Port',
  disk: 'Microsoft:Hyper-V:Synthetic Disk Drive',
  passThrough: 'Microsoft:Hyper-V:Physical Disk Drive',
  dvd: 'Microsoft:Hyper-V:Synthetic DVD Drive',
  hardDiskImage: 'Microsoft:Hyper-V:Virtual Hard Disk',
  dvdImage: 'Microsoft:Hyper-V:Virtual CD/DVD Disk',
} as const;

/** Made up once, the same on every host. */
const pools = {
  disk: '5C8E1D52-1A4E-4C64-9B0B-3B6F0E6C1A01',
  passThrough: 'A1D1A8F5-6C3E-4E7E-8D7F-4B5D2C9E1A02',
  dvd: '7E2D3F14-9B5A-4D2C-A6E1-5C8B7D3F1A03',
  scsi: '3B9E6A27-4F8D-4A1B-B2C7-6D9E8F4A1A04',
  hardDiskImage: '9D4C7B38-5E6F-4B3A-8F1D-7E2A9C5B1A05',
} as const;

/** The host's class for disks it hands through; as recorded from a live host. */
const physicalDiskDevice = '353B3BE8-310C-4cf4-839E-4E1B14616136';

const firstExtension = /\.(vhdx?)$/;

/** The file that a child of this image has after the checkpoint with this id was taken. Shared images have none. */
export const childOf = (image: string, id: string): string => image.replace(firstExtension, `_${id}.a$1`);

/** The file that a configuration has in a drive. */
export function attachedImage({ vm, checkpoint }: Pick<Configuration, 'vm' | 'checkpoint'>, image: string): string {
  const parent = checkpoint === null ? vm.checkpoints.at(-1) : vm.checkpoints[checkpoint.parent ?? -1];
  if (parent !== undefined) return childOf(image, parent.id);
  return checkpoint === null && vm.leftOverChild !== null ? childOf(image, vm.leftOverChild) : image;
}

/** What the VM's disks are now: the attached file, or `\\.\PHYSICALDRIVE<n>` for a disk that is passed through. */
export function attachedDisks(vm: VmModel): string[] {
  return vm.controllers.flatMap(({ drives }) =>
    drives.flatMap((drive) => {
      if (drive.kind === 'passThrough') return [`\\\\.\\PHYSICALDRIVE${drive.diskNumber}`];
      return drive.kind === 'disk' && drive.image !== null
        ? [attachedImage({ vm, checkpoint: null }, drive.image)]
        : [];
    }),
  );
}

const controllerKey = (configuration: string, { device, number }: ControllerModel): string =>
  instanceId(configuration, device, String(number));

const driveKey = (configuration: string, controller: ControllerModel, slot: number, end: 'D' | 'L'): string =>
  `${controllerKey(configuration, controller)}\\${slot}\\${end}`;

const rasdPath = (host: string, key: string): string =>
  objectPath(host, 'Msvm_ResourceAllocationSettingData', { InstanceID: key });

function controllerRow(view: HostView, configuration: string, controller: ControllerModel): Values {
  const { language } = view.machine;
  const ide = controller.bus === 'ide';
  return {
    ...allocationValues({
      instanceId: controllerKey(configuration, controller),
      name: ide ? `${language.ideController} ${controller.number}` : language.scsiController,
      resourceType: ide ? 5 : 6,
      resourceSubType: subTypes[controller.bus],
    }),
    Address: ide ? String(controller.number) : null,
  };
}

function driveRow(view: HostView, configuration: string, controller: ControllerModel, drive: DriveModel): Values {
  const { language, name: host } = view.machine;
  return {
    ...allocationValues({
      instanceId: driveKey(configuration, controller, drive.slot, 'D'),
      name: drive.kind === 'dvd' ? language.dvdDrive : language.hardDrive,
      resourceType: drive.kind === 'dvd' ? 16 : 17,
      resourceSubType: subTypes[drive.kind],
    }),
    Parent: rasdPath(host, controllerKey(configuration, controller)),
    AddressOnParent: String(drive.slot),
    HostResource: drive.diskNumber === null ? null : [hostDiskPath(host, drive.diskNumber)],
  };
}

const hostDiskPath = (host: string, number: number): string =>
  objectPath(host, 'Msvm_DiskDrive', {
    CreationClassName: 'Msvm_DiskDrive',
    DeviceID: instanceId(physicalDiskDevice, String(number)),
    SystemCreationClassName: 'Msvm_ComputerSystem',
    SystemName: host,
  });

/** Diskette drive and serial ports of a generation 1 VM. */
function legacyRows(view: HostView, configuration: string): Values[] {
  const { language, name: host } = view.machine;
  const controller = instanceId(configuration, constantDevices.floppy, '0');
  const serial = (port: number): Values => ({
    ...allocationValues({
      instanceId: instanceId(configuration, constantDevices.serial, String(port)),
      name: `COM ${port + 1}`,
      resourceType: 1,
      resourceSubType: subTypes.serial,
    }),
    Connection: [''],
  });
  return [
    {
      ...allocationValues({
        instanceId: controller,
        name: language.diskette,
        resourceType: 1,
        resourceSubType: subTypes.floppyController,
      }),
      Address: '0',
    },
    {
      ...allocationValues({
        instanceId: `${controller}\\0\\D`,
        name: language.diskette,
        resourceType: 14,
        resourceSubType: subTypes.floppy,
      }),
      Parent: rasdPath(host, controller),
      AddressOnParent: '0',
    },
    serial(0),
    serial(1),
  ];
}

export function resourceAllocations(view: HostView): Values[] {
  const { language } = view.machine;
  const rows = [
    ...templatesOf(language, pools.passThrough, 17, subTypes.passThrough),
    ...templatesOf(language, pools.disk, 17, subTypes.disk),
    ...templatesOf(language, pools.dvd, 16, subTypes.dvd),
    ...templatesOf(language, pools.scsi, 6, subTypes.scsi),
    ...configurationsOf(view).flatMap(({ id, vm }) => [
      ...vm.controllers.flatMap((controller) => [
        controllerRow(view, id, controller),
        ...controller.drives.map((drive) => driveRow(view, id, controller, drive)),
      ]),
      ...(vm.generation === 1 ? legacyRows(view, id) : []),
    ]),
  ];
  // Of the releases we know, only the latest have it; the others' rows are made without.
  return rows.map((row) => ({ ...row, TargetVtl: 0 }));
}

export function storageAllocations(view: HostView): Values[] {
  const { language, name: host } = view.machine;
  const rows = configurationsOf(view).flatMap((configuration) =>
    configuration.vm.controllers.flatMap((controller) =>
      controller.drives.flatMap((drive): Values[] => {
        if (drive.image === null) return [];
        const { kind, slot, shared } = drive;
        return [
          {
            ...allocationValues({
              instanceId: driveKey(configuration.id, controller, slot, 'L'),
              name: kind === 'dvd' ? language.dvdDrive : language.hardDrive,
              resourceType: 31,
              resourceSubType: kind === 'dvd' ? subTypes.dvdImage : subTypes.hardDiskImage,
            }),
            Parent: rasdPath(host, driveKey(configuration.id, controller, slot, 'D')),
            HostResource: [kind === 'dvd' ? drive.image : attachedImage(configuration, drive.image)],
            Access: 3,
            CachingMode: 0,
            IgnoreFlushes: false,
            IOPSAllocationUnits: 'count / 8192',
            IOPSLimit: '0',
            IOPSReservation: '0',
            PersistentReservationsSupported: shared,
            StorageQoSPolicyID: '00000000-0000-0000-0000-000000000000',
            WriteHardeningMethod: 0,
          },
        ];
      }),
    ),
  );
  return [...templatesOf(language, pools.hardDiskImage, 31, subTypes.hardDiskImage), ...rows];
}

/** The host's disks that VMs own; a running VM's own drives are left out, as they carry another SystemName. */
export const diskDrives = (view: HostView): Values[] =>
  view.vms().flatMap((vm) =>
    vm.controllers.flatMap(({ drives }) =>
      drives.flatMap(({ diskNumber }): Values[] =>
        diskNumber === null
          ? []
          : [
              {
                CreationClassName: 'Msvm_DiskDrive',
                DeviceID: instanceId(physicalDiskDevice, String(diskNumber)),
                DriveNumber: diskNumber,
                ElementName: `Disk ${diskNumber}`,
                HealthState: 5,
                OperationalStatus: [2],
                SystemCreationClassName: 'Msvm_ComputerSystem',
                SystemName: view.machine.name,
              },
            ],
      ),
    ),
  );
