import { beforeAll, describe, expect, test } from 'vitest';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import type { SimulatedFleet, SimulatedHost } from '../../../src/simulator/simulated-host.ts';
import { firstOf, nextTurn, rowsOf, textOf } from './reading.ts';

const settingClasses = [
  'Msvm_ProcessorSettingData',
  'Msvm_MemorySettingData',
  'Msvm_ResourceAllocationSettingData',
  'Msvm_StorageAllocationSettingData',
  'Msvm_SyntheticEthernetPortSettingData',
  'Msvm_EmulatedEthernetPortSettingData',
  'Msvm_EthernetPortAllocationSettingData',
  'Msvm_EthernetSwitchPortVlanSettingData',
  'Msvm_EthernetSwitchPortIsolationSettingData',
  'Msvm_EthernetSwitchPortOffloadSettingData',
  'Msvm_VssComponentSettingData',
  'Msvm_SecuritySettingData',
] as const;

const guid = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';
const template = new RegExp(`^Microsoft:Definition\\\\${guid}\\\\(?:Default|Minimum|Maximum|Increment)$`);
const setting = new RegExp(`^Microsoft:(${guid})\\\\${guid}(?:\\\\(?:${guid}|[0-9A-Z]+))*$`);

/** GUIDs that a setting may belong to: VMs, checkpoints, planned VMs and switches. */
function owners(host: SimulatedHost): ReadonlySet<string> {
  const systems = rowsOf(host, 'Msvm_VirtualSystemSettingData').map((row) => textOf(row.ConfigurationID));
  const switches = rowsOf(host, 'Msvm_VirtualEthernetSwitch').map((row) => textOf(row.Name));
  return new Set([...systems, ...switches]);
}

/** The instance that an object path in a string property names. */
function instanceIdIn(path: string): string {
  return (/InstanceID="((?:[^"\\]|\\.)*)"/.exec(path)?.[1] ?? '').replace(/\\(.)/g, '$1');
}

describe('keys of setting data', () => {
  let fleet: SimulatedFleet;
  beforeAll(() => {
    fleet = buildFleet({ hosts: 60, seed: 11, personalities: [] });
  });

  test('follow the grammar, and begin with a VM, checkpoint, planned VM, switch or template', async () => {
    const strange: string[] = [];
    let templates = 0;
    for (const host of fleet.hosts) {
      const known = owners(host);
      for (const className of settingClasses) {
        for (const row of rowsOf(host, className)) {
          const id = textOf(row.InstanceID);
          if (template.test(id)) templates++;
          else if (!known.has(setting.exec(id)?.[1] ?? '')) strange.push(`${className}: ${id}`);
        }
      }
      await nextTurn();
    }
    expect(strange).toEqual([]);
    expect(templates).toBeGreaterThan(0);
  });

  test('are unique within their class', async () => {
    const twice: string[] = [];
    for (const host of fleet.hosts) {
      for (const className of settingClasses) {
        const ids = rowsOf(host, className).map((row) => textOf(row.InstanceID).toLowerCase());
        if (new Set(ids).size !== ids.length) twice.push(`${host.name} ${className}`);
      }
      await nextTurn();
    }
    expect(twice).toEqual([]);
  });

  test('memory is keyed in lower case without a last segment, processors with one', () => {
    const [host] = fleet.hosts as [SimulatedHost];
    const [vm] = host.vms;
    const keysOf = (className: string) => rowsOf(host, className).map((row) => textOf(row.InstanceID));
    expect(keysOf('Msvm_MemorySettingData')).toContain(`Microsoft:${vm?.id}\\4764334d-e001-4176-82ee-5594ec9b530e`);
    expect(keysOf('Msvm_ProcessorSettingData')).toContain(
      `Microsoft:${vm?.id}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`,
    );
  });

  test('every drive names its controller, and every image its drive', async () => {
    const dangling: string[] = [];
    let checked = 0;
    for (const host of fleet.hosts) {
      const devices = rowsOf(host, 'Msvm_ResourceAllocationSettingData');
      const known = new Set(devices.map((row) => textOf(row.InstanceID)));
      for (const row of [...devices, ...rowsOf(host, 'Msvm_StorageAllocationSettingData')]) {
        if (row.Parent === undefined) continue;
        checked++;
        if (!known.has(instanceIdIn(textOf(row.Parent)))) dangling.push(textOf(row.InstanceID));
      }
      await nextTurn();
    }
    expect(dangling).toEqual([]);
    expect(checked).toBeGreaterThan(1000);
  });

  test('ports of the switch itself lead to the host or to a physical adapter that exists', () => {
    for (const host of fleet.hosts.slice(0, 10)) {
      const switchIds = rowsOf(host, 'Msvm_VirtualEthernetSwitch').map((row) => textOf(row.Name));
      const adapters = rowsOf(host, 'Msvm_ExternalEthernetPort').map((row) => textOf(row.DeviceID));
      const own = rowsOf(host, 'Msvm_EthernetPortAllocationSettingData').filter((row) =>
        switchIds.some((id) => textOf(row.InstanceID).startsWith(`Microsoft:${id}\\`)),
      );
      const targets = own.map((row) => firstOf(row.HostResource));
      expect(targets.some((path) => path.includes(`Msvm_ComputerSystem`) && path.endsWith(`Name="${host.name}"`))).toBe(
        true,
      );
      expect(targets.some((path) => adapters.some((id) => path.includes(`DeviceID="${id}"`)))).toBe(true);
    }
  });

  test('a host with strange keys has processors and memory that nothing claims', () => {
    const [host] = buildFleet({ hosts: 1, seed: 5, vmsExactly: 4, personalities: ['strangeKeys'] }).hosts;
    for (const className of ['Msvm_ProcessorSettingData', 'Msvm_MemorySettingData']) {
      const ids = rowsOf(host as SimulatedHost, className).map((row) => textOf(row.InstanceID));
      expect(ids.filter((id) => setting.test(id))).toEqual([]);
      expect(ids.filter((id) => !template.test(id)).length).toBeGreaterThanOrEqual(4);
    }
  });
});
