import { expect, test } from 'vitest';
import { guestsOf } from '../../src/collectors/guest-knowledge.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { collectedAt, guest, guid, hostFacts, hv01, rowFrom, vm } from './facts-builder.ts';

const id = guid(1);
const running = hostFacts(
  hv01,
  vm(id, 'web01'),
  guest(id, {
    OSName: 'Ubuntu',
    ProcessorArchitecture: 'x86_64',
    FullyQualifiedDomainName: 'web01.corp.example',
    NetworkAddressIPv4: '10.1.2.3',
  }),
);
const off = hostFacts(hv01, vm(id, 'web01', { system: { EnabledState: 3 } }));
const guestColumns = ['OS according to the configuration file', 'DNS Name', 'Primary IP Address'] as const;
const guestOf = (row: Readonly<Record<string, unknown>>) => guestColumns.map((column) => row[column]);
const seen = () => {
  const [sighting] = guestsOf(running).sightings;
  if (!sighting) throw new Error('The guest was not seen');
  return sighting;
};

test('a running guest is remembered with what it tells; one that is off tells nothing', () => {
  expect(seen()).toMatchObject({
    vmId: id.toLowerCase(),
    seenAt: collectedAt,
    dnsName: 'web01.corp.example',
    ip: '10.1.2.3',
  });
  expect(guestsOf(off)).toMatchObject({
    sightings: [],
    subjects: [{ vmName: 'web01', isOff: true, isSilent: false, address: null }],
  });
  expect(guestsOf(running).subjects).toMatchObject([{ isOff: false, isSilent: false, address: '10.1.2.3' }]);
  expect(guestsOf(hostFacts(hv01, vm(id, 'web01'))).subjects).toMatchObject([{ isOff: false, isSilent: true }]);
});

test('a VM that is off shows what its guest told last', () => {
  const guests = new Map([[id.toLowerCase(), { stated: null, lastSeen: seen() }]]);
  const row = rowFrom(vInfo, { ...off, guests });
  expect(guestOf(row)).toEqual(['Ubuntu Linux (64-bit)', 'web01.corp.example', '10.1.2.3']);
  expect(guestOf(rowFrom(vInfo, off))).toEqual(['Other (64-bit)', null, null]);
});

test('what the user states comes before what the guest tells, value by value', () => {
  const stated = { vm: 'web01', host: null, os: 'My OS (64-bit)', dnsName: null, ip: '10.9.9.9' };
  const guests = new Map([[id.toLowerCase(), { stated, lastSeen: null }]]);
  expect(guestOf(rowFrom(vInfo, { ...running, guests }))).toEqual(['My OS (64-bit)', 'web01.corp.example', '10.9.9.9']);
});

test('a datacenter that the user names stands in its column', () => {
  expect(rowFrom(vInfo, { ...running, datacenter: 'Basel' })).toMatchObject({ Datacenter: 'Basel' });
});
