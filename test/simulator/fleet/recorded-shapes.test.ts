import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import type { SimulatedHost } from '../../../src/simulator/simulated-host.ts';
import { hyperV, isGuid, rowsOf, textOf } from './reading.ts';

const folder = new URL('../../../../shared/recordings/wsman-hyperv/', import.meta.url);
const recorded = existsSync(folder);
if (!recorded) console.warn('the recorded answers of a real host are not here: nothing to compare with');

/** Property → null or not, of the one instance in a recorded answer. */
function nullsOf(file: string): ReadonlyMap<string, boolean> {
  const xml = readFileSync(new URL(file, folder), 'utf8');
  const names = [...xml.matchAll(/<p:(\w+)(?=[ >])(?! xmlns:xsi)([^>]*)>/g)];
  return new Map(names.map(([, name = '', attributes = '']) => [name, attributes.includes('xsi:nil="true"')]));
}

const [host] = buildFleet({
  hosts: 1,
  seed: 17,
  vmsExactly: 40,
  personalities: [],
  operatingSystemShares: { '2025': 1 },
  languageShares: { 'ja-JP': 1 },
}).hosts as [SimulatedHost];

const systems = rowsOf(host, 'Msvm_ComputerSystem');
const vmInState = (state: number) =>
  systems.find((row) => isGuid(textOf(row.Name)) && row.EnabledState === state && row.HealthState === 5);

describe.skipIf(!recorded)('rows have their nulls where a real host has them', () => {
  test.each([
    ['recorded_computersystem_pull_host.xml', 'Msvm_ComputerSystem', systems.find((row) => !isGuid(textOf(row.Name)))],
    ['recorded_computersystem_pull_vm_running_a.xml', 'Msvm_ComputerSystem', vmInState(2)],
    ['recorded_computersystem_pull_vm_off.xml', 'Msvm_ComputerSystem', vmInState(3)],
    [
      'recorded_pull_externalethernetport.xml',
      'Msvm_ExternalEthernetPort',
      rowsOf(host, 'Msvm_ExternalEthernetPort')[0],
    ],
    [
      'recorded_pull_guestnetworkadapterconfiguration.xml',
      'Msvm_GuestNetworkAdapterConfiguration',
      rowsOf(host, 'Msvm_GuestNetworkAdapterConfiguration').find((row) => row.IPAddresses === undefined),
    ],
    [
      'pull_response_xsinil_real.xml',
      'Msvm_ResourceAllocationSettingData',
      rowsOf(host, 'Msvm_ResourceAllocationSettingData').find((row) => textOf(row.InstanceID).endsWith('\\Increment')),
    ],
  ] as const)('as in %s', (file, className, row) => {
    const properties = host.repository.namespaces[hyperV]?.[className]?.properties ?? {};
    const theirs = nullsOf(file);
    const shared = Object.keys(properties).filter((name) => theirs.has(name));
    expect(shared.length).toBeGreaterThanOrEqual(3);
    expect(Object.fromEntries(shared.map((name) => [name, row?.[name] === undefined]))).toEqual(
      Object.fromEntries(shared.map((name) => [name, theirs.get(name)])),
    );
    // What they leave out, null arrays, we leave out too.
    const ours = Object.keys(row ?? {}).filter((name) => !theirs.has(name));
    expect(ours).toEqual([]);
  });

  test('texts are in the language of the host, keys are not', () => {
    expect(systems.find((row) => !isGuid(textOf(row.Name)))?.Caption).toBe('ホスト コンピューター システム');
    expect(vmInState(2)?.Caption).toBe('仮想マシン');
    const subTypes = rowsOf(host, 'Msvm_ResourceAllocationSettingData').map((row) => textOf(row.ResourceSubType));
    expect(subTypes.every((subType) => /^Microsoft:Hyper-V:[\x20-\x7e]+$/.test(subType))).toBe(true);
  });
});
