import { describe, expect, test } from 'vitest';
import { collectors } from '../../src/collectors/collectors.ts';
import { buildFleet, emptyFleet, summarize } from '../../src/collectors/fleet.ts';
import { vCpu } from '../../src/collectors/v-cpu.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { vMemory } from '../../src/collectors/v-memory.ts';
import { vNetwork } from '../../src/collectors/v-network.ts';
import { buildFleet as simulateFleet } from '../../src/simulator/fleet.ts';
import type { SimulatedVm } from '../../src/simulator/simulated-host.ts';
import { rowsFrom } from './facts-builder.ts';
import { factsOf } from './simulated-facts.ts';

const simulated = simulateFleet({ seed: 7, hosts: 24, vms: 20, personalities: Array(24).fill('healthy') });
const hosts = simulated.hosts.map((host) => ({ host, facts: factsOf(host) }));
const fleet = buildFleet(hosts.map(({ facts }) => summarize(facts)));

/** Synthetic adapters come before legacy ones. */
const adaptersOf = ({ adapters }: SimulatedVm) =>
  [...adapters].sort((one, other) => Number(one.kind === 'emulated') - Number(other.kind === 'emulated'));

function networkOf({ switchName, vlan }: SimulatedVm['adapters'][number]): string | null {
  if (switchName === null) return null;
  switch (vlan.mode) {
    case 'access':
      return `${switchName} VLAN ${vlan.id}`;
    case 'private':
      return `${switchName} VLAN ${vlan.kind === 'promiscuous' ? vlan.primary : vlan.secondary}`;
    case 'trunk':
      return `${switchName} Trunk`;
    default:
      return switchName;
  }
}

describe.each(hosts)('$host.name', ({ host, facts }) => {
  test('has every VM in every tab, every settings row joined, and nothing failed', () => {
    const ids = host.vms.map((vm) => vm.id.toLowerCase()).sort();
    const isSized = (disk: SimulatedVm['disks'][number]) => disk.chain[0]?.readable ?? true;
    const isWhollySized = (disk: SimulatedVm['disks'][number]) => disk.chain.every(({ readable }) => readable);
    const idsWith = (isKnown: typeof isSized) =>
      host.vms.filter((vm) => vm.disks.every(isKnown)).map((vm) => vm.id.toLowerCase());
    for (const collector of collectors) {
      const { coverage } = collector.collect(facts, fleet);
      // Files that cannot be read are gaps of the tabs that tell their sizes.
      const expected =
        collector.tab === 'vDisk' ? idsWith(isSized) : collector.tab === 'vPartition' ? idsWith(isWhollySized) : ids;
      expect({ ...coverage, covered: collector.perVm ? [...coverage.covered].sort() : ids }).toMatchObject({
        status: 'ok',
        failedFacts: [],
        missingFacts: [],
        covered: expected.sort(),
        unjoined: [],
        emptyFacts: [],
      });
    }
  });

  test('shows its VMs as they are', () => {
    // Within one host every VM keeps its own id, by which its rows are found.
    const tabs = [vInfo, vCpu, vMemory, vNetwork].map((collector) => rowsFrom(collector, facts, emptyFleet));
    for (const vm of host.vms) {
      const adapters = adaptersOf(vm);
      const [info, cpu, memory, network] = tabs.map((tab) =>
        tab.filter((row) => row['VM UUID'] === vm.id.toLowerCase()),
      );
      const size =
        vm.memory.dynamic && vm.state === 2 ? Math.max(vm.memory.assigned, vm.memory.startup) : vm.memory.startup;
      expect(info).toMatchObject([
        {
          VM: vm.name,
          CPUs: vm.processors,
          Memory: size,
          NICs: vm.adapters.length,
          Disks: vm.diskPaths.length,
          Firmware: vm.generation === 2 ? 'efi' : 'bios',
          'Network #1': adapters[0] ? networkOf(adapters[0]) : null,
          Host: host.fqdn,
          Cluster: host.cluster ?? host.name.toLowerCase(),
          'SRM Placeholder': vm.replicationMode >= 2 ? 'True' : 'False',
          'DNS Name': vm.dnsName,
        },
      ]);
      expect(cpu).toMatchObject([{ CPUs: vm.processors }]);
      expect(memory).toMatchObject([
        { 'Size MiB': size, Reservation: vm.memory.dynamic ? vm.memory.minimum : 0, Consumed: vm.memory.assigned },
      ]);
      expect(network?.map((row) => row.Network)).toEqual(adapters.map(networkOf));
      expect(network?.map((row) => row.Type)).toEqual(
        adapters.map((adapter) => (adapter.staticMac ? 'manual' : 'assigned')),
      );
    }
  });
});

/** Columns that no host of this fleet has anything for, though another could. */
const unfilledHere: Readonly<Record<string, readonly string[]>> = {
  // Simulated VMs do not tell when their state changed.
  vInfo: ['Suspend time'],
};

/** Hyper-V has nothing for them: they never have a row. */
const headersOnly = ['vUSB'];
const filledTabs = collectors.filter(({ tab }) => !headersOnly.includes(tab));

test.each(filledTabs)('in the whole fleet $tab fills every column but those that have a reason to be blank', (tab) => {
  const rows = hosts.flatMap(({ facts }) => tab.collect(facts, fleet).rows.map((row) => row.cells));
  const blank = tab.columns.filter((name) => rows.every((row) => row[name] === null));
  const excused = [...tab.emptyColumns.keys(), ...(unfilledHere[tab.tab] ?? [])];
  expect(blank.filter((name) => !excused.includes(name))).toEqual([]);
});

test('in the whole fleet no workbook id is used twice, and every row is placed', () => {
  const rows = hosts.flatMap(({ facts }) => vInfo.collect(facts, fleet).rows.map((row) => row.cells));
  expect(rows.length).toBe(simulated.hosts.flatMap((host) => host.vms).length);
  expect(new Set(rows.map((row) => row['VM UUID'])).size).toBe(rows.length);
  for (const name of ['Cluster', 'Datacenter', 'Path', 'VI SDK UUID', 'OS according to the configuration file']) {
    expect([name, rows.filter((row) => !row[name]).length]).toEqual([name, 0]);
  }
});

test('a critical VM is red and inaccessible, and every other is connected', () => {
  const rows = hosts.flatMap(({ facts }) => vInfo.collect(facts, fleet).rows.map((row) => row.cells));
  const states = new Set(rows.map((row) => `${row['Config status']} ${row['Connection state']}`));
  expect([...states].sort()).toEqual(['green connected', 'red inaccessible']);
});

test('a host whose keys follow no known grammar has its VMs uncovered and its settings rows unjoined', () => {
  const [strange] = simulateFleet({ seed: 3, hosts: 1, vms: 8, personalities: ['strangeKeys'] }).hosts;
  if (strange === undefined) throw new Error('no host');
  for (const collector of [vCpu, vMemory]) {
    const { coverage } = collector.collect(factsOf(strange), fleet);
    expect(coverage.rowCount).toBe(strange.vms.length);
    expect(coverage.covered).toEqual([]);
    expect(coverage.unjoined.length).toBeGreaterThanOrEqual(strange.vms.length);
    expect(coverage.emptyFacts).toEqual([collector === vCpu ? 'processors' : 'memory']);
  }
});
