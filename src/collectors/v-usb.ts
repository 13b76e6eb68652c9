import { empty } from './empty-column.ts';
import { vmCollector } from './per-vm.ts';
import {
  annotationColumn,
  folderColumn,
  guestOsColumns,
  leadingVmColumns,
  placeColumns,
  sdkColumns,
  type VmSubject,
  vmIdColumn,
  vmRefColumn,
  vmUuidColumn,
} from './vm-columns.ts';

const noUsb = empty('Hyper-V passes no USB devices through to its VMs');

/** vUSB: Hyper-V has nothing to show here, so that the tab has its header only and looks at no VM. */
export const vUsb = {
  ...vmCollector<VmSubject>({
    tab: 'vUSB',
    requires: [],
    optional: [],
    joins: [],
    everyVmHas: [],
    subjects: () => [],
    covers: () => false,
    columns: {
      ...leadingVmColumns,
      'Device Node': noUsb,
      'Device Type': noUsb,
      Connected: noUsb,
      Family: noUsb,
      Speed: noUsb,
      'EHCI enabled': noUsb,
      'Auto connect': noUsb,
      'Bus number': noUsb,
      'Unit number': noUsb,
      ...annotationColumn,
      ...placeColumns,
      ...folderColumn,
      'OS according to the configuration file': guestOsColumns['OS according to the configuration file'],
      // RVTools spells it with a small t here.
      'OS according to the VMware tools': guestOsColumns['OS according to the VMware Tools'],
      ...vmRefColumn,
      ...vmIdColumn,
      ...vmUuidColumn,
      ...sdkColumns,
    },
  }),
  perVm: false,
};
