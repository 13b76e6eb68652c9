import { describe, expect, test } from 'vitest';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import type { SimulatedHost, SimulatedVm } from '../../../src/simulator/simulated-host.ts';
import { firstOf, isGuid, nextTurn, rowsOf, textOf } from './reading.ts';

const fleet = buildFleet({ hosts: 40, seed: 23, personalities: [] });

async function forEachVm(check: (vm: SimulatedVm, host: SimulatedHost) => void): Promise<void> {
  for (const host of fleet.hosts) {
    for (const vm of host.vms) check(vm, host);
    await nextTurn();
  }
}

const rowsOfVm = (host: SimulatedHost, className: string, vm: SimulatedVm) =>
  rowsOf(host, className).filter((row) => textOf(row.InstanceID).startsWith(`Microsoft:${vm.id}\\`));

describe('the truth about a VM agrees with what its host shows', () => {
  test('every VM once, with its name and state, beside one row of the host', async () => {
    for (const host of fleet.hosts) {
      const rows = rowsOf(host, 'Msvm_ComputerSystem');
      const vms = rows.filter((row) => isGuid(textOf(row.Name)));
      expect(vms.map((row) => [row.Name, row.ElementName, row.EnabledState])).toEqual(
        host.vms.map(({ id, name, state }) => [id, name, state]),
      );
      expect(rows.filter((row) => !isGuid(textOf(row.Name))).map((row) => row.Name)).toEqual([host.name]);
      await nextTurn();
    }
  });

  test('processors and memory', async () => {
    await forEachVm((vm, host) => {
      const [processor] = rowsOfVm(host, 'Msvm_ProcessorSettingData', vm);
      expect(processor?.VirtualQuantity).toBe(String(vm.processors));
      const [memory] = rowsOfVm(host, 'Msvm_MemorySettingData', vm);
      expect(memory).toMatchObject({
        VirtualQuantity: String(vm.memory.startup),
        DynamicMemoryEnabled: vm.memory.dynamic,
        Reservation: vm.memory.dynamic ? String(vm.memory.minimum) : '512',
        Limit: vm.memory.dynamic ? String(vm.memory.maximum) : '1048576',
      });
    });
  });

  test('disks: the files that are attached now', async () => {
    await forEachVm((vm, host) => {
      const images = rowsOfVm(host, 'Msvm_StorageAllocationSettingData', vm)
        .filter((row) => row.ResourceSubType === 'Microsoft:Hyper-V:Virtual Hard Disk')
        .map((row) => firstOf(row.HostResource));
      const physical = rowsOfVm(host, 'Msvm_ResourceAllocationSettingData', vm)
        .filter((row) => row.ResourceSubType === 'Microsoft:Hyper-V:Physical Disk Drive')
        .map((row) => /\\\\(\d+)"/.exec(firstOf(row.HostResource))?.[1]);
      expect([...vm.diskPaths].sort()).toEqual(
        [...images, ...physical.map((number) => `\\\\.\\PHYSICALDRIVE${number}`)].sort(),
      );
    });
  });

  test('adapters, their addresses, switches and VLANs', async () => {
    await forEachVm((vm, host) => {
      const synthetic = rowsOfVm(host, 'Msvm_SyntheticEthernetPortSettingData', vm);
      const emulated = rowsOfVm(host, 'Msvm_EmulatedEthernetPortSettingData', vm);
      const macs = (kind: string) => vm.adapters.filter((adapter) => adapter.kind === kind).map(({ mac }) => mac);
      expect(synthetic.map((row) => row.Address)).toEqual(macs('synthetic'));
      expect(emulated.map((row) => row.Address)).toEqual(macs('emulated'));
      const vlans = rowsOfVm(host, 'Msvm_EthernetSwitchPortVlanSettingData', vm).length;
      const isolations = rowsOfVm(host, 'Msvm_EthernetSwitchPortIsolationSettingData', vm).length;
      expect(vlans + isolations).toBe(vm.adapters.filter(({ vlan }) => vlan.mode !== 'untagged').length);
      const told = rowsOf(host, 'Msvm_GuestNetworkAdapterConfiguration')
        .filter((row) => textOf(row.InstanceID).startsWith(`Microsoft:GuestNetwork\\${vm.id}\\`))
        .map((row) => row.IPAddresses ?? []);
      expect(told).toEqual(
        vm.adapters.filter(({ kind }) => kind === 'synthetic').map(({ ipAddresses }) => ipAddresses),
      );
    });
  });

  test('checkpoints, with a copy of all settings under an id of their own', async () => {
    await forEachVm((vm, host) => {
      const checkpoints = rowsOf(host, 'Msvm_VirtualSystemSettingData').filter(
        (row) =>
          row.VirtualSystemIdentifier === vm.id &&
          /^Microsoft:Hyper-V:Snapshot:(Realized|Recovery)$/.test(textOf(row.VirtualSystemType)),
      );
      expect(checkpoints.length).toBe(vm.checkpoints);
      for (const { ConfigurationID } of checkpoints.slice(0, 1)) {
        const copies = rowsOf(host, 'Msvm_ProcessorSettingData').filter((row) =>
          textOf(row.InstanceID).startsWith(`Microsoft:${textOf(ConfigurationID)}\\`),
        );
        expect(copies.length).toBe(1);
      }
    });
  });

  test('a guest is known where it tells, and only while it runs', async () => {
    let silent = 0;
    await forEachVm((vm, host) => {
      const [pairs] = rowsOf(host, 'Msvm_KvpExchangeComponent').filter((row) => row.SystemName === vm.id);
      const items = Array.isArray(pairs?.GuestIntrinsicExchangeItems) ? pairs.GuestIntrinsicExchangeItems : [];
      const told = (name: string) => {
        const item = items.map(String).find((text) => text.includes(`<VALUE>${name}</VALUE>`));
        return /NAME="Data" TYPE="string"><VALUE>([^<]*)</.exec(item ?? '')?.[1] ?? null;
      };
      expect([told('OSName'), told('FullyQualifiedDomainName')]).toEqual([vm.guestOs, vm.dnsName]);
      if (vm.state !== 2) expect(vm.guestOs).toBeNull();
      if (vm.state === 2 && vm.guestOs === null) silent++;
      const beats = rowsOf(host, 'Msvm_HeartbeatComponent').filter((row) => row.SystemName === vm.id);
      expect(beats.length).toBe(vm.state === 2 ? 1 : 0);
    });
    expect(silent).toBeGreaterThan(0);
  });

  test('summaries of VMs tell of the same memory, among rows of checkpoints', async () => {
    let others = 0;
    for (const host of fleet.hosts) {
      const rows = rowsOf(host, 'Msvm_SummaryInformation');
      for (const vm of host.vms) {
        const [summary] = rows.filter((row) => row.Name === vm.id);
        expect(summary?.MemoryUsage ?? '0').toBe(String(vm.memory.assigned));
      }
      others += rows.length - host.vms.length;
      await nextTurn();
    }
    expect(others).toBeGreaterThan(0);
  });

  test('a cluster names the VMs of all its nodes, alike on each, and hosts alone know no cluster', () => {
    const clustered = fleet.hosts.filter(({ cluster }) => cluster !== null);
    const [first] = clustered as [SimulatedHost];
    const nodes = clustered.filter(({ cluster }) => cluster === first.cluster);
    const resources = rowsOf(first, 'MSCluster_Resource', 'root/MSCluster');
    for (const node of nodes) {
      expect(rowsOf(node, 'MSCluster_Resource', 'root/MSCluster')).toEqual(resources);
      expect(node.repository.registry).toEqual(first.repository.registry);
    }
    const ids = new Set(nodes.flatMap(({ vms }) => vms.map(({ id }) => id.toLowerCase())));
    const roles = resources.filter(({ Type }) => Type === 'Virtual Machine');
    expect(roles.length).toBeGreaterThan(0);
    for (const { PrivateProperties } of roles) {
      const bag = PrivateProperties as { embedded: { properties: Record<string, unknown> } };
      expect(ids).toContain(bag.embedded.properties.VmID);
    }
    const names = resources.map(({ Name }) => Name);
    expect(new Set(names).size).toBe(names.length);
    const alone = fleet.hosts.find(({ cluster }) => cluster === null);
    expect(alone?.repository.namespaces).not.toHaveProperty('root/MSCluster');
    expect(alone?.repository.registry).not.toHaveProperty(['HKLM:\\Cluster']);
  });
});
