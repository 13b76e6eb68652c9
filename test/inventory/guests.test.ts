import { describe, expect, it } from 'vitest';
import {
  type GuestSighting,
  guestKey,
  type HostGuests,
  remember,
  type StatedGuest,
  tellGuests,
} from '../../src/inventory/guests.ts';
import { vmId } from './records.ts';

const windows = { name: 'Windows Server 2022 Standard', version: '', majorVersion: '', build: '', architecture: '9' };
const sighting = (n: number, seenAt: string, place = 'hv1'): GuestSighting => ({
  vmId: vmId(n),
  place,
  seenAt,
  os: windows,
  dnsName: `vm${n}.corp.example`,
  ip: '10.0.0.1',
});
const known = (...sightings: readonly GuestSighting[]) => remember(new Map(), sightings);
const host = (
  given: string,
  names: readonly string[],
  over: { isOff?: boolean; isSilent?: boolean; address?: string; place?: string } = {},
): HostGuests => ({
  given,
  fqdn: `${given}.corp.example`,
  subjects: names.map((vmName, index) => ({
    vmId: vmId(index + 1),
    vmName,
    place: over.place ?? given,
    isOff: over.isOff ?? true,
    isSilent: over.isSilent ?? false,
    address: over.address ?? null,
  })),
});
const stated = (vm: string, hostName: string | null = null): StatedGuest => ({
  vm,
  host: hostName,
  os: 'Windows',
  dnsName: null,
  ip: null,
});

describe('guests that are remembered', () => {
  it('are as they were seen last, in whatever order the sightings come', () => {
    const newer = sighting(1, '2026-11-24T00:00:00.000Z');
    const older = sighting(1, '2026-11-23T00:00:00.000Z');
    expect([...remember(known(newer), [older]).values()]).toEqual([newer]);
    expect([...remember(known(older), [newer]).values()]).toEqual([newer]);
  });

  it('are those seen last where there are too many', () => {
    const all = [1, 2, 3].map((n) => sighting(n, `2026-11-2${n}T00:00:00.000Z`));
    expect([...remember(new Map(), all, 2).keys()].toSorted()).toEqual(all.slice(1).map(guestKey).toSorted());
  });

  it('are told of where the VM is off, and only there', () => {
    const seen = sighting(1, '2026-11-23T00:00:00.000Z');
    expect(tellGuests([host('hv1', ['app1'])], known(seen), []).told).toMatchObject([{ given: 'hv1', lastSeen: seen }]);
    expect(tellGuests([host('hv1', ['app1'], { isOff: false })], known(seen), []).told).toEqual([]);
  });

  it('are told of a VM that runs and tells nothing, but for its address, which may be another one by now', () => {
    const seen = sighting(1, '2026-11-23T00:00:00.000Z');
    const silent = host('hv1', ['app1'], { isOff: false, isSilent: true });
    expect(tellGuests([silent], known(seen), []).told).toMatchObject([
      { given: 'hv1', lastSeen: { ...seen, ip: null } },
    ]);
  });

  it('do not keep an address that another VM has now', () => {
    const seen = sighting(1, '2026-11-23T00:00:00.000Z');
    const lastSeen = (address: string) =>
      tellGuests([host('hv1', ['app1']), host('hv2', ['web1'], { isOff: false, address })], known(seen), []).told;
    expect(lastSeen('10.0.0.1')).toMatchObject([{ given: 'hv1', lastSeen: { ...seen, ip: null } }]);
    expect(lastSeen('10.0.0.2')).toMatchObject([{ given: 'hv1', lastSeen: seen }]);
  });

  it('are not taken for the copy of that VM on another machine', () => {
    const seen = sighting(1, '2026-11-23T00:00:00.000Z', 'hv2');
    expect(tellGuests([host('hv1', ['app1'])], known(seen), []).told).toEqual([]);
  });
});

describe('what is stated of a guest', () => {
  it.each([
    ['its name, in whatever case', 'APP1', null],
    ['its id', vmId(1), null],
    ['its id as the workbook has it', `vm-${vmId(1)}`, null],
    ['its name on its host', 'app1', 'HV1'],
    ["its name on its host's FQDN", 'app1', 'hv1.corp.example'],
  ])('is told of the VM by %s', (_, vm, hostName) => {
    const { told } = tellGuests([host('hv1', ['app1'], { isOff: false })], new Map(), [stated(vm, hostName)]);
    expect(told.map(({ vmName }) => vmName)).toEqual(['app1']);
  });

  it('is told of no VM where it means several, unless it names the host', () => {
    const hosts = [host('hv1', ['app1']), host('hv2', ['app1'])];
    expect(tellGuests(hosts, new Map(), [stated('app1')])).toMatchObject({ told: [], ambiguous: [{ vm: 'app1' }] });
    expect(tellGuests(hosts, new Map(), [stated('app1', 'hv2')])).toMatchObject({
      told: [{ given: 'hv2' }],
      ambiguous: [],
    });
  });

  it('is told of a VM that moved from node to node during the run', () => {
    const hosts = ['hv1', 'hv2'].map((given) => host(given, ['app1'], { place: 'cluster.corp.example' }));
    const { told, ambiguous } = tellGuests(hosts, new Map(), [stated('app1')]);
    expect([told.map(({ given }) => given), ambiguous]).toEqual([['hv1', 'hv2'], []]);
  });

  it('is named where no VM of the run is meant', () => {
    const { unmatched } = tellGuests([host('hv1', ['app1'])], new Map(), [stated('app2'), stated('app1', 'hv9')]);
    expect(unmatched.map(({ vm, host: on }) => [vm, on])).toEqual([
      ['app2', null],
      ['app1', 'hv9'],
    ]);
  });
});
