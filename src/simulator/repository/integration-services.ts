import type { Values } from '../cim-classes.ts';
import type { Language } from '../languages.ts';
import type { VmModel } from '../model.ts';
import { constantDevices } from '../virtual-machine.ts';
import type { HostView } from './host-view.ts';
import { configurationsOf } from './host-view.ts';
import { allocationValues, instanceId, templatesOf } from './keys.ts';

/** Which integration services a VM's settings allow: one class per service, one row per configuration. */

interface Service {
  /** GUID of the device, the same on every VM. */
  readonly device: string;
  /** Pool of the templates; made up once, the same on every host. */
  readonly pool: string;
  readonly subType: string;
  readonly name: (language: Language) => string;
  readonly isEnabled: (vm: VmModel) => boolean;
}

const settingsOf =
  ({ device, pool, subType, name, isEnabled }: Service) =>
  (view: HostView): Values[] => {
    const { language } = view.machine;
    const rows = configurationsOf(view).map(
      ({ id, vm }): Values => ({
        ...allocationValues({
          instanceId: instanceId(id, device),
          name: name(language),
          resourceType: 1,
          resourceSubType: subType,
        }),
        EnabledState: isEnabled(vm) ? 2 : 3,
      }),
    );
    return [...templatesOf(language, pool, 1, subType, { EnabledState: 2 }), ...rows];
  };

export const backupServices = settingsOf({
  device: constantDevices.backup,
  pool: 'F35ABF27-4B4B-47D5-93B4-5F6D6E0E8C32',
  subType: 'Microsoft:Hyper-V:VSS',
  name: (language) => language.backupService,
  isEnabled: (vm) => vm.services.backup,
});

export const timeSyncServices = settingsOf({
  device: constantDevices.timeSync,
  pool: 'B6C2E0A1-9F31-4F0A-8D55-0D6E8A2C4E11',
  subType: 'Microsoft:Hyper-V:Timesync',
  name: (language) => language.timeSyncService,
  isEnabled: (vm) => vm.services.timeSync,
});

export const shutdownServices = settingsOf({
  device: constantDevices.shutdown,
  pool: '2C7D9F04-61B8-4A7C-9B53-8E1F0A6D4E12',
  subType: 'Microsoft:Hyper-V:Shutdown',
  name: (language) => language.shutdownService,
  isEnabled: (vm) => vm.services.shutdown,
});

export const heartbeatServices = settingsOf({
  device: constantDevices.heartbeat,
  pool: '91D0E8B7-3A42-4C16-A7F9-5B2C6D8E4E13',
  subType: 'Microsoft:Hyper-V:Heartbeat',
  name: (language) => language.heartbeatService,
  isEnabled: (vm) => vm.services.heartbeat,
});

export const dataExchangeServices = settingsOf({
  device: constantDevices.keyValuePairs,
  pool: '4F8A1C63-7E25-4D98-B0C4-6A3D7B9E4E14',
  subType: 'Microsoft:Hyper-V:Kvp Exchange',
  name: (language) => language.dataExchangeService,
  isEnabled: (vm) => vm.services.dataExchange,
});

export const guestFileServices = settingsOf({
  device: constantDevices.guestFiles,
  pool: '68B3D5E9-0C17-4B62-85A1-7C4E8D0F4E15',
  subType: 'Microsoft:Hyper-V:Guest Service Interface',
  name: (language) => language.guestFileService,
  isEnabled: (vm) => vm.services.guestFiles,
});
