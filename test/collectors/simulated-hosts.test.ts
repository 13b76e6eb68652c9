import { describe, expect, test } from 'vitest';
import { dvSwitch } from '../../src/collectors/dv-switch.ts';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vCluster } from '../../src/collectors/v-cluster.ts';
import { vHba } from '../../src/collectors/v-hba.ts';
import { vHost } from '../../src/collectors/v-host.ts';
import { vMultiPath } from '../../src/collectors/v-multi-path.ts';
import { vNic } from '../../src/collectors/v-nic.ts';
import { vPort } from '../../src/collectors/v-port.ts';
import { vRp } from '../../src/collectors/v-rp.ts';
import { vScVmk } from '../../src/collectors/v-sc-vmk.ts';
import { vSwitch } from '../../src/collectors/v-switch.ts';
import { buildFleet as simulateFleet } from '../../src/simulator/fleet.ts';
import type { Machine } from '../../src/simulator/model.ts';
import type { SimulatedHost, SimulatedVm } from '../../src/simulator/simulated-host.ts';
import { rowsFrom } from './facts-builder.ts';
import { factsOf } from './simulated-facts.ts';

/** Clusters and hosts that stand alone, of every Windows Server. */
const simulated = simulateFleet({ seed: 12, hosts: 30, vms: 15, personalities: Array(30).fill('healthy') });

const machineOf = ({ name, machine }: SimulatedHost): Machine => machine ?? expect.fail(`${name} has no model`);
const hosts = simulated.hosts.map((host) => ({ host, machine: machineOf(host), facts: factsOf(host) }));
const fleet = buildFleet(hosts.map(({ facts }) => summarize(facts)));

const policies = [
  'loadbalance_ip',
  '',
  'loadbalance_ip',
  'loadbalance_srcmac',
  'loadbalance_srcid',
  'loadbalance_loadbased',
];

const total = (figures: readonly number[]): number => figures.reduce((sum, figure) => sum + figure, 0);
const sizeOf = ({ memory, state }: SimulatedVm): number =>
  memory.dynamic && state === 2 ? Math.max(memory.assigned, memory.startup) : memory.startup;

test('every cluster, and every host outside one, has one row with the sums of its nodes and their VMs', () => {
  const names = [...new Set(hosts.map(({ host }) => host.cluster ?? host.fqdn.split('.')[0]))];
  const expected = names.map((name) => {
    const nodes = hosts.filter(({ host }) => (host.cluster ?? host.fqdn.split('.')[0]) === name);
    const up = nodes.filter(({ machine }) => machine.cluster === null || !machine.board.paused);
    const cpu = ({ machine: { hardware } }: (typeof hosts)[number]) =>
      hardware.sockets * hardware.coresPerSocket * hardware.clockMhz;
    const vms = nodes.flatMap(({ host }) => host.vms);
    const running = vms.filter(({ state }) => state === 2);
    return {
      cluster: {
        Name: name,
        NumHosts: nodes.length,
        numEffectiveHosts: up.length,
        TotalCpu: total(nodes.map(cpu)),
        'Effective Cpu': total(up.map(cpu)),
        // 64 MiB are the firmware's.
        TotalMemory: total(nodes.map(({ machine }) => machine.hardware.memory - 64)),
        'HA enabled': nodes[0]?.host.cluster === null ? 'False' : 'True',
      },
      pool: {
        '# VMs total': vms.length,
        '# VMs': running.length,
        '# vCPUs': total(running.map(({ processors }) => processors)),
        'CPU limit': total(up.map(cpu)),
        'Mem Configured': total(vms.map(sizeOf)),
      },
    };
  });
  const byName = (one: { readonly Name?: unknown }, other: { readonly Name?: unknown }) =>
    String(one.Name) < String(other.Name) ? -1 : 1;
  const clusters = hosts.flatMap(({ facts }) => rowsFrom(vCluster, facts, fleet));
  expect(clusters.toSorted(byName)).toMatchObject(expected.map(({ cluster }) => cluster).toSorted(byName));
  const pools = hosts.flatMap(({ facts }) => rowsFrom(vRp, facts, fleet));
  const named = pools.map((row) => ({ ...row, Name: String(row['Resource Pool path']).split('/').at(-2) }));
  expect(named.toSorted(byName)).toMatchObject(
    expected.map(({ cluster, pool }) => ({ Name: cluster.Name, ...pool })).toSorted(byName),
  );
  expect(clusters.length).toBeLessThan(hosts.length);
});

test('the nodes of a cluster share the ways out that all of them have, with the VMs of all', () => {
  const clusters = new Set(hosts.flatMap(({ host }) => host.cluster ?? []));
  const expected = [...clusters].flatMap((cluster) => {
    const nodes = hosts.filter(({ host }) => host.cluster === cluster);
    const [first, ...others] = nodes.toSorted((one, other) => (one.host.fqdn < other.host.fqdn ? -1 : 1));
    const waysOut = ({ machine }: (typeof hosts)[number]) =>
      machine.switches.filter(({ type }) => type === 'external').map(({ name }) => name);
    const shared = first === undefined || others.length === 0 ? [] : waysOut(first);
    return shared
      .filter((name) => others.every((node) => waysOut(node).includes(name)))
      .map((name) => {
        const vms = nodes
          .flatMap(({ host }) => host.vms)
          .filter(({ adapters }) => adapters.some(({ switchName }) => switchName === name));
        return { Switch: name, '# VMs': vms.length, 'Host members': nodes.length };
      });
  });
  const rows = hosts.flatMap(({ facts }) => rowsFrom(dvSwitch, facts, fleet));
  const shown = rows.map((row) => ({
    Switch: row.Switch,
    '# VMs': row['# VMs'],
    'Host members': String(row['Host members']).split(', ').length,
  }));
  const asTexts = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).toSorted();
  expect(asTexts(shown)).toEqual(asTexts(expected));
  expect(expected.length).toBeGreaterThan(0);
});

describe.each(hosts)('$host.name', ({ host, machine, facts }) => {
  test('shows each switch with the ports that are plugged into it', () => {
    const expected = machine.switches.map((virtualSwitch) => {
      const { id, name } = virtualSwitch;
      const team = machine.networks.team?.switchId === id ? machine.networks.team : null;
      const plugged = host.vms.flatMap(({ adapters }) => adapters.filter(({ switchName }) => switchName === name));
      const own = machine.networks.managementAdapters.filter(({ switchId }) => switchId === id).length;
      return {
        Host: host.fqdn,
        Switch: name,
        '# Ports': plugged.length + own + (virtualSwitch.uplinkPort === null ? 0 : 1),
        Policy: team === null ? null : policies[team.algorithm],
        'Mac Changes': plugged.some(({ macSpoofing }) => macSpoofing) ? 'True' : 'False',
        MTU: virtualSwitch.type === 'private' ? null : machine.networks.nics[0]?.mtu,
      };
    });
    expect(rowsFrom(vSwitch, facts, fleet)).toMatchObject(expected);
  });

  test('shows a port group for each VLAN in use on a switch', () => {
    const groups = machine.switches.flatMap(({ id, name }) => {
      const vlans = host.vms
        .flatMap(({ adapters }) => adapters.filter(({ switchName }) => switchName === name))
        .map(({ vlan }) => {
          if (vlan.mode === 'trunk') return '4095';
          if (vlan.mode === 'access') return String(vlan.id);
          if (vlan.mode === 'private') return String(vlan.kind === 'promiscuous' ? vlan.primary : vlan.secondary);
          return '0';
        });
      const own = machine.networks.managementAdapters
        .filter(({ switchId }) => switchId === id)
        .map(({ vlan }) => String(vlan ?? 0));
      return [...new Set(['0', ...vlans, ...own])].map((vlan) => `${name}/${vlan}`);
    });
    const shown = rowsFrom(vPort, facts, fleet).map((row) => `${row.Switch}/${row.VLAN}`);
    expect(shown.toSorted()).toEqual(groups.toSorted());
  });

  test('shows its hardware, and the sums of its VMs', () => {
    const { hardware, board, networks } = machine;
    const running = host.vms.filter(({ state }) => state === 2);
    expect(rowsFrom(vHost, facts, fleet)).toMatchObject([
      {
        Host: host.fqdn,
        '# CPU': hardware.sockets,
        '# Cores': hardware.sockets * hardware.coresPerSocket,
        'HT Active': hardware.threadsPerCore === 2 ? 'True' : 'False',
        '# NICs': networks.nics.length,
        '# HBAs': board.storageAdapters.length,
        '# VMs total': host.vms.length,
        '# VMs': running.length,
        '# vCPUs': total(running.map(({ processors }) => processors)),
        vRAM: total(running.map(sizeOf)),
        'CPU usage %': board.processorUsage,
        'Serial number': board.serialNumber,
        'in Maintenance Mode': machine.cluster !== null && board.paused ? 'True' : 'False',
      },
    ]);
  });

  test('shows each physical adapter with its switch, each storage adapter, and each address of its own', () => {
    const { nics, team, managementAdapters } = machine.networks;
    const external = machine.switches.find(({ uplinkAdapter }) => uplinkAdapter !== null);
    const members = team?.members ?? [external?.uplinkAdapter];
    expect(rowsFrom(vNic, facts, fleet)).toMatchObject(
      nics.map(({ guid, name, up }) => ({
        'Network Device': name,
        Switch: members.includes(guid) ? external?.name : null,
        Duplex: up ? 'True' : 'Link is down!',
      })),
    );
    const withAddress = [...nics.flatMap(({ ip }) => ip ?? []), ...managementAdapters.map(({ ip }) => ip)];
    expect(rowsFrom(vScVmk, facts, fleet).map((row) => [row['IP Address'], row.Gateway])).toEqual(
      withAddress.map(({ ipv4, gateway }) => [ipv4, gateway]),
    );
    const names = rowsFrom(vHba, facts, fleet).flatMap((row) => (row.Type === 'Fibre Channel' ? [row.WWN] : []));
    const ports = machine.board.storageAdapters.filter(({ initiator }) => initiator?.connection === 1);
    expect(names.length).toBe(ports.length);
  });
});

test('each host shows its disks: those on the storage network with the policy of their paths', () => {
  const shown = hosts.flatMap(({ machine, facts, host }) => {
    const rows = rowsFrom(vMultiPath, facts, fleet);
    const onNetwork = machine.board.storageAdapters.some(({ initiator }) => initiator?.connection === 1);
    const luns = onNetwork ? (machine.cluster?.sharedVolumes ?? []) : [];
    const own = machine.volumes.filter(({ driveLetter, driveType }) => driveLetter !== null && driveType === 3);
    const raw = host.vms.flatMap(({ disks }) => disks.filter(({ path }) => path.includes('PHYSICALDRIVE')));
    expect(rows.length).toBe(own.length + luns.length + raw.length);
    const isFirst = machine.cluster?.nodes[0]?.fqdn === machine.fqdn;
    const network = rows.filter(({ Policy }) => Policy !== 'FIXED');
    // By turns round robin and least queue depth.
    expect(network.map((row) => [row.Policy, row.Datastore])).toEqual(
      luns.map(({ name }, place) => [
        place % 2 === 0 ? 'RoundRobin' : 'LeastQueueDepth',
        isFirst ? `${host.cluster}_${name.split('\\').at(-1)}` : null,
      ]),
    );
    return network;
  });
  expect(shown.length).toBeGreaterThan(0);
});

test('the fleet has teams of both kinds, and hosts without one', () => {
  const kinds = new Set(hosts.map(({ machine }) => machine.networks.team?.kind ?? 'none'));
  expect([...kinds].toSorted()).toEqual(['lbfo', 'none', 'set']);
});
