import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { buildFleet, demonstrationFleet } from '../../../src/simulator/fleet.ts';
import type { Personality } from '../../../src/simulator/personalities.ts';
import type { SimulatedHost } from '../../../src/simulator/simulated-host.ts';
import { hyperV, nextTurn, rowsOf, textOf } from './reading.ts';

const idsOf = (host: SimulatedHost | undefined): string[] => (host?.vms ?? []).map(({ id }) => id);
const shownIds = (repository: SimulatedHost['repository'] | undefined): string[] =>
  (repository?.namespaces[hyperV]?.Msvm_ComputerSystem?.instances ?? []).map(({ values }) => textOf(values.Name));

describe('a fleet from a seed', () => {
  test('is the same for the same seed, down to every value, and another for another', () => {
    const everything = (seed: number): string =>
      JSON.stringify(
        buildFleet({ hosts: 8, seed, vms: 5, personalities: { vmMoves: 0.2, listedTwice: 0.2, slow: 0.1 } }).hosts.map(
          ({ machine: _, ...host }) => [host, ...Object.values(host.repository.namespaces).flatMap(Object.values)],
        ),
      );
    const first = everything(1);
    expect(everything(1) === first).toBe(true);
    expect(everything(2) === first).toBe(false);
  });

  test('gives the same rows again after they were let go', async () => {
    const [host] = buildFleet({ hosts: 1, seed: 4, vmsExactly: 20 }).hosts as [SimulatedHost];
    const before = JSON.stringify(rowsOf(host, 'Msvm_ResourceAllocationSettingData'));
    await nextTurn();
    expect(JSON.stringify(rowsOf(host, 'Msvm_ResourceAllocationSettingData')) === before).toBe(true);
  });

  test('has the wished number of VMs on every host that has any', () => {
    const personalities: Personality[] = ['healthy', 'empty', 'dead', 'vmMoves', 'notHyperV', 'healthy'];
    const { hosts } = buildFleet({ hosts: 6, seed: 9, vmsExactly: 7, personalities, vmsMove: 'elsewhere' });
    expect(hosts.map(({ vms }) => vms.length)).toEqual([7, 0, 7, 7, 0, 7]);
  });

  test('bears the given names', () => {
    const { hosts } = buildFleet({ hosts: 3, seed: 9, names: ['alpha', 'beta.example.org'], personalities: [] });
    expect(hosts[0]?.name).toBe('ALPHA');
    expect(hosts[1]).toMatchObject({ name: 'BETA', fqdn: 'beta.example.org' });
    expect(rowsOf(hosts[1] as SimulatedHost, 'Win32_ComputerSystem', 'root/cimv2')[0]).toMatchObject({
      DNSHostName: 'BETA',
      Domain: 'example.org',
    });
  });
});

describe('a fleet of 1,000 hosts', () => {
  const fleet = buildFleet({ hosts: 1000, seed: 1 });
  const shareOf = (holds: (host: SimulatedHost) => boolean): number => fleet.hosts.filter(holds).length / 1000;

  test('is sick, clustered and not English as often as real fleets are', () => {
    const around = (share: number, wanted: number): void => {
      expect(share).toBeGreaterThan(wanted * 0.5);
      expect(share).toBeLessThan(wanted * 1.6);
    };
    around(
      shareOf(({ personality }) => personality === 'dead'),
      0.03,
    );
    around(
      shareOf(({ personality }) => personality === 'intermittent'),
      0.04,
    );
    around(
      shareOf(({ personality }) => personality === 'slow'),
      0.03,
    );
    around(
      shareOf(({ personality }) => personality === 'wrongCredentials'),
      0.02,
    );
    around(
      shareOf(({ personality }) => personality === 'listedTwice'),
      0.02,
    );
    around(
      shareOf(({ language }) => language !== 'en-US'),
      0.1,
    );
    const vendorDefaults = shareOf(({ smbiosUuid }) => /^(0|F|-)+$/.test(smbiosUuid));
    expect(vendorDefaults).toBeGreaterThan(0.002);
    expect(vendorDefaults).toBeLessThan(0.03);
    const clustered = shareOf(({ cluster }) => cluster !== null);
    expect(clustered).toBeGreaterThan(0.5);
    expect(clustered).toBeLessThan(0.7);
    const old = shareOf(
      (host) => textOf(rowsOf(host, 'Win32_OperatingSystem', 'root/cimv2')[0]?.BuildNumber) === '9600',
    );
    expect(old).toBeGreaterThan(0.06);
    expect(old).toBeLessThan(0.18);
    expect(fleet.hosts.slice(0, 3).every(({ personality }) => personality === 'healthy')).toBe(true);
  });

  test('has VMs as real fleets have', () => {
    const counts = fleet.hosts.map(({ vms }) => vms.length).sort((a, b) => a - b);
    expect(counts[500]).toBeGreaterThan(11);
    expect(counts[500]).toBeLessThan(17);
    expect(counts[950]).toBeGreaterThan(45);
    expect(counts[950]).toBeLessThan(80);
    expect(counts.at(-1)).toBeLessThanOrEqual(401);
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(20);

    const vms = fleet.hosts.filter(({ personality }) => personality !== 'listedTwice').flatMap((host) => host.vms);
    const share = (holds: (vm: (typeof vms)[number]) => boolean): number => vms.filter(holds).length / vms.length;
    expect(share(({ state }) => state === 2)).toBeCloseTo(0.76, 1);
    expect(share(({ state }) => state === 3)).toBeCloseTo(0.21, 1);
    expect(share(({ checkpoints }) => checkpoints === 0)).toBeCloseTo(0.85, 1);
    expect(share(({ diskPaths }) => diskPaths.length === 1)).toBeCloseTo(0.45, 1);
    expect(share(({ adapters }) => adapters.length === 1)).toBeCloseTo(0.81, 1);
    expect(share(({ replicationMode }) => replicationMode === 2)).toBeGreaterThan(0.01);
    expect(vms.some(({ diskPaths }) => diskPaths.length === 0)).toBe(true);
    expect(vms.some(({ adapters }) => adapters.length === 0)).toBe(true);
    expect(vms.some(({ adapters }) => adapters.length === 10)).toBe(true);
    expect(vms.some(({ diskPaths }) => diskPaths.some((path) => path.includes('PHYSICALDRIVE')))).toBe(true);
    for (const hostile of ['"', ',', '\n', '会計', '🚀']) {
      expect(vms.some(({ name }) => name.includes(hostile))).toBe(true);
    }
    const ids = vms.map(({ id }) => id);
    const repeated = ids.length - new Set(ids).size;
    expect(repeated).toBeGreaterThan(0);
    expect(repeated / ids.length).toBeLessThan(0.05);
  });

  test('is gone through host by host without holding every row', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const large = buildFleet({ hosts: 100, seed: 2, vmsExactly: 30, personalities: [] });
    const heldRows: WeakRef<object>[] = [];
    for (const { repository } of large.hosts) {
      for (const classes of Object.values(repository.namespaces)) {
        for (const { instances } of Object.values(classes)) heldRows.push(new WeakRef(instances));
      }
    }
    await nextTurn();
    collectGarbage();
    expect(large.hosts.length).toBe(100);
    expect(heldRows.filter((held) => held.deref() !== undefined).length).toBeLessThan(heldRows.length / 10);
  });
});

describe('hosts that are not well', () => {
  test('where rights are missing or vmms is stopped, the lists are empty, and the service tells which it is', () => {
    const { hosts } = buildFleet({ hosts: 2, seed: 3, vmsExactly: 5, personalities: ['noRights', 'vmmsStopped'] });
    for (const host of hosts) {
      expect(host.vms).toEqual([]);
      expect(rowsOf(host, 'Msvm_ComputerSystem')).toEqual([]);
      expect(rowsOf(host, 'Msvm_VirtualSystemManagementService')).toEqual([]);
    }
    const states = hosts.map(
      (host) => rowsOf(host, 'Win32_Service', 'root/cimv2').find(({ Name }) => Name === 'vmms')?.State,
    );
    expect(states).toEqual(['Running', 'Stopped']);
  });

  test('a host without Hyper-V has neither its namespace nor its service', () => {
    const [host] = buildFleet({ hosts: 1, seed: 3, personalities: ['notHyperV'] }).hosts as [SimulatedHost];
    expect(Object.keys(host.repository.namespaces)).not.toContain('root/virtualization/v2');
    expect(rowsOf(host, 'Win32_Service', 'root/cimv2').map(({ Name }) => Name)).not.toContain('vmms');
  });

  test('a host listed twice is the machine it was listed as first', () => {
    const personalities: Personality[] = ['healthy', 'healthy', 'listedTwice'];
    const { hosts } = buildFleet({ hosts: 3, seed: 8, personalities });
    const again = hosts[2] as SimulatedHost;
    const first = hosts[again.sameAs ?? -1] as SimulatedHost;
    expect(again).toMatchObject({ smbiosUuid: first.smbiosUuid, fqdn: first.fqdn });
    expect(again.repository).toBe(first.repository);
    expect(() => buildFleet({ hosts: 1, seed: 8, personalities: ['listedTwice'] })).toThrow(RangeError);
  });
});

describe('a VM that moves', () => {
  const personalities: Personality[] = ['healthy', 'vmMoves', 'healthy'];

  test('leaves its host, and its new host in the list shows it all the time', () => {
    for (const clusterSizes of [[3], [1, 1, 1]]) {
      const { hosts } = buildFleet({ hosts: 3, seed: 6, vmsExactly: 5, personalities, clusterSizes });
      const [from] = hosts.slice(1) as [SimulatedHost];
      const gone = idsOf(from).filter((id) => !shownIds(from.repositoryAfter).includes(id));
      expect(gone.length).toBe(1);
      const [to] = hosts.filter((host) => host !== from && idsOf(host).includes(gone[0] ?? '')) as [SimulatedHost];
      expect(to.vms.length).toBe(6);
      expect(shownIds(to.repository)).toContain(gone[0]);
      // It hangs on switches of its new host.
      const known = rowsOf(to, 'Msvm_VirtualEthernetSwitch').map(({ Name }) => textOf(Name));
      const ports = rowsOf(to, 'Msvm_EthernetPortAllocationSettingData').filter(({ InstanceID }) =>
        textOf(InstanceID).startsWith(`Microsoft:${gone[0]}\\`),
      );
      for (const { HostResource } of ports) {
        const path = Array.isArray(HostResource) ? String(HostResource[0]) : '';
        if (path !== '') expect(known.some((id) => path.includes(id))).toBe(true);
      }
    }
  });

  test('leaves for a host that is not in the list, where that is wished', () => {
    const { hosts } = buildFleet({ hosts: 3, seed: 6, vmsExactly: 5, personalities, vmsMove: 'elsewhere' });
    const from = hosts[1] as SimulatedHost;
    const [gone] = idsOf(from).filter((id) => !shownIds(from.repositoryAfter).includes(id));
    expect(gone).toBeDefined();
    expect(hosts.filter((host) => idsOf(host).includes(gone ?? '')).length).toBe(1);
  });

  test('arrives from a host that is not in the list only after the facts were asked for, where that is wished', () => {
    const { hosts } = buildFleet({ hosts: 3, seed: 6, vmsExactly: 5, personalities, vmsMove: 'fromElsewhere' });
    const to = hosts[1] as SimulatedHost;
    expect(to.vms.length).toBe(4);
    const before = shownIds(to.repository);
    const [arrived] = shownIds(to.repositoryAfter).filter((id) => !before.includes(id));
    expect(arrived).toBeDefined();
    expect(hosts.some((host) => idsOf(host).includes(arrived ?? ''))).toBe(false);
  });
});

describe('the fleet of the quickstart', () => {
  test.each([1, 2, 3, 4, 5])('shows every way a host can be, behind three healthy hosts (seed %i)', (seed) => {
    const { hosts } = demonstrationFleet(seed);
    expect(hosts.length).toBe(20);
    expect(hosts.slice(0, 3).map(({ personality }) => personality)).toEqual(['healthy', 'healthy', 'healthy']);
    expect(new Set(hosts.map(({ personality }) => personality))).toEqual(
      new Set([
        ...['healthy', 'empty', 'dead', 'wrongCredentials', 'noRights', 'notHyperV', 'intermittent', 'vmMoves'],
        ...['listedTwice', 'cutOffMidScript', 'blackHole'],
      ]),
    );
    expect(hosts.some(({ cluster }) => cluster !== null)).toBe(true);
    const from = hosts.find(({ personality }) => personality === 'vmMoves') as SimulatedHost;
    const gone = idsOf(from).find((id) => !shownIds(from.repositoryAfter).includes(id)) ?? '';
    const seenAt = hosts.filter(
      ({ personality, vms }) => personality === 'healthy' && vms.some(({ id }) => id === gone),
    );
    expect(seenAt.length).toBe(1);
  });
});
