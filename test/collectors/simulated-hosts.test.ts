import { describe, expect, test } from 'vitest';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vHba } from '../../src/collectors/v-hba.ts';
import { vHost } from '../../src/collectors/v-host.ts';
import { vNic } from '../../src/collectors/v-nic.ts';
import { vPort } from '../../src/collectors/v-port.ts';
import { vScVmk } from '../../src/collectors/v-sc-vmk.ts';
import { vSwitch } from '../../src/collectors/v-switch.ts';
import { buildFleet as simulateFleet } from '../../src/simulator/fleet.ts';
import type { Machine } from '../../src/simulator/model.ts';
import type { SimulatedHost } from '../../src/simulator/simulated-host.ts';
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
    const total = (figures: readonly number[]): number => figures.reduce((sum, figure) => sum + figure, 0);
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
        vRAM: total(
          running.map(({ memory }) => (memory.dynamic ? Math.max(memory.assigned, memory.startup) : memory.startup)),
        ),
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

test('the fleet has teams of both kinds, and hosts without one', () => {
  const kinds = new Set(hosts.map(({ machine }) => machine.networks.team?.kind ?? 'none'));
  expect([...kinds].toSorted()).toEqual(['lbfo', 'none', 'set']);
});
