import type { CimClass, CimRepository, CimValue } from '../../../src/simulator/cim-repository.ts';
import type { SimulatedFleet, SimulatedHost } from '../../../src/simulator/simulated-host.ts';

export const credential = { user: 'CORP\\inventory', password: 'Pa55 & wörd' };

export const cimClass = (
  className: string,
  properties: Readonly<Record<string, string>>,
  rows: readonly Readonly<Record<string, CimValue>>[],
): CimClass => ({
  className,
  properties,
  keys: [],
  instances: rows.map((values) => ({ className, values })),
});

const byName = (...classes: CimClass[]): Readonly<Record<string, CimClass>> =>
  Object.fromEntries(classes.map((entry) => [entry.className, entry]));

const systems = (names: readonly string[]): CimClass =>
  cimClass(
    'Msvm_ComputerSystem',
    {
      Name: 'string',
      ElementName: 'string',
      EnabledState: 'uint16',
      OperationalStatus: 'uint16[]',
      Dedicated: 'uint16[]',
      InstallDate: 'datetime',
      OnTimeInMilliseconds: 'uint64',
      ProcessID: 'uint32',
    },
    names.map((name, index) => ({
      Name: name,
      ElementName: `${name} <&> "é"`,
      EnabledState: index === 0 ? 2 : 3,
      OperationalStatus: [2],
      Dedicated: [],
      InstallDate: index === 0 ? null : { datetime: '2026-10-08T15:15:36.684240Z' },
      OnTimeInMilliseconds: '18446744073709551615',
      ProcessID: null,
    })),
  );

/** A repository with one class for each shape of value. */
export function smallRepository(hostName: string, vmNames: readonly string[]): CimRepository {
  return {
    namespaces: {
      'root/cimv2': byName(
        cimClass('Win32_OperatingSystem', { Version: 'string', Caption: 'string' }, [
          { Version: '10.0.20348', Caption: 'Microsoft Windows Server 2022 Datacenter' },
        ]),
        cimClass('Win32_Service', { Name: 'string', State: 'string', Started: 'boolean' }, [
          { Name: 'vmms', State: 'Running', Started: true },
          { Name: 'WinRM', State: 'Running', Started: true },
        ]),
      ),
      'root/virtualization/v2': byName(
        systems([hostName, ...vmNames]),
        cimClass(
          'Msvm_VirtualSystemSettingData',
          { InstanceID: 'string', AutomaticStartupActionDelay: 'interval', Notes: 'string[]', IsSaved: 'boolean' },
          vmNames.map((name) => ({
            InstanceID: `Microsoft:${name}`,
            AutomaticStartupActionDelay: { intervalMs: 1_800_000 },
            Notes: ['first', 'second'],
            IsSaved: false,
          })),
        ),
        cimClass(
          'Msvm_MemorySettingData',
          { InstanceID: 'string', VirtualQuantity: 'uint64' },
          vmNames.map((name) => ({ InstanceID: `Microsoft:${name}\\4764334d`, VirtualQuantity: '4096' })),
        ),
        cimClass(
          'Msvm_CollectedVirtualSystems',
          { Collection: 'ref:CIM_Collection', Member: 'ref:CIM_ManagedElement' },
          [
            {
              Collection: reference('Msvm_VirtualSystemCollection', { InstanceID: 'C1' }),
              Member: reference('Msvm_ComputerSystem', { CreationClassName: 'Msvm_ComputerSystem', Name: 'VM-1' }),
            },
          ],
        ),
      ),
      'root/MSCluster': byName(
        cimClass('MSCluster_Resource', { Name: 'string', PrivateProperties: 'instance:MSCluster_Property' }, [
          {
            Name: 'Virtual Machine web01',
            PrivateProperties: {
              embedded: {
                className: 'MSCluster_Property_Resource',
                properties: { VmID: 'VM-1', CheckpointTimeout: 60 },
              },
            },
          },
        ]),
      ),
    },
    registry: { 'HKLM:\\Cluster': { ClusterInstanceID: '9c6cb5a9-6a40-4d8c-8d52-7a9f1cb0a0d1' } },
  };
}

const reference = (className: string, keys: Readonly<Record<string, string>>): CimValue => ({
  reference: { className, namespace: 'root/virtualization/v2', keys },
});

export const smallHost = (changes: Partial<SimulatedHost> = {}): SimulatedHost => ({
  name: 'HV01',
  fqdn: 'hv01.corp.example',
  personality: 'healthy',
  cluster: null,
  smbiosUuid: '4C4C4544-0042-3510-8051-B6C04F4A3732',
  vms: [],
  repository: smallRepository('HV01', ['VM-1', 'VM-2', 'VM-3']),
  factCostMs: 0,
  ...changes,
});

export const fleetOf = (...hosts: SimulatedHost[]): SimulatedFleet => ({ seed: 1, hosts });
