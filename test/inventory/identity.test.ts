import { describe, expect, it } from 'vitest';
import { hostError } from '../../src/inventory/host-error.ts';
import { findDuplicates, hostIdentity } from '../../src/inventory/identity.ts';
import { identityOf, preflight, unreachable } from './records.ts';

const nothing = { system: null, product: null, hyperVHost: null, hostname: null };

describe("a host's identity", () => {
  it('is the lower-case FQDN of a domain member, and its UUID without braces', () => {
    const system = { Name: 'HV1', DNSHostName: 'HV1', Domain: 'CORP.Example', PartOfDomain: true };
    const product = { UUID: '{4C4C4544-0042-3510-8052-B4C04F4E3332}' };
    expect(hostIdentity({ ...nothing, system, product })).toEqual({
      fqdn: 'hv1.corp.example',
      computerName: 'HV1',
      domain: 'CORP.Example',
      smbiosUuid: '4c4c4544-0042-3510-8052-b4c04f4e3332',
    });
  });
  it('of a workgroup host is its short name, never host.WORKGROUP', () => {
    const system = { Name: 'HV1', DNSHostName: 'HV1', Domain: 'WORKGROUP', PartOfDomain: false };
    expect(hostIdentity({ ...nothing, system })).toMatchObject({ fqdn: 'hv1', domain: null });
  });
  it('prefers the whole name to one that NetBIOS cut at 15 characters', () => {
    const hyperVHost = { Name: 'A-VERY-LONG-HOS', ElementName: 'A-VERY-LONG-HOSTNAME' };
    expect(hostIdentity({ ...nothing, hyperVHost })).toMatchObject({
      computerName: 'A-VERY-LONG-HOSTNAME',
      fqdn: null,
    });
  });
  it('comes from `hostname` where CIM reads are refused', () => {
    expect(hostIdentity({ ...nothing, hostname: 'HV1\r\n' })).toEqual({
      fqdn: null,
      computerName: 'HV1',
      domain: null,
      smbiosUuid: null,
    });
  });
  it.each(['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', 'Not Settable', null])(
    'does not take a vendor default (%s) for a UUID',
    (UUID) => {
      expect(hostIdentity({ ...nothing, product: { UUID } }).smbiosUuid).toBeNull();
    },
  );
});

describe('the same machine listed twice', () => {
  const same = (...identities: Parameters<typeof preflight>[1][]) => [
    ...findDuplicates(identities.map((over, index) => preflight(`entry${index + 1}`, over))),
  ];
  const hv1 = identityOf('hv1');

  it('is found by UUID and computer name, whatever it is called in the list', () => {
    expect(
      same({ identity: hv1 }, { identity: { ...hv1, fqdn: null, computerName: 'hv1' } }, { identity: hv1 }),
    ).toEqual([
      ['entry2', 'entry1'],
      ['entry3', 'entry1'],
    ]);
  });
  it('is not assumed for clones that share a UUID', () => {
    expect(same({ identity: hv1 }, { identity: { ...identityOf('hv2'), smbiosUuid: hv1.smbiosUuid } })).toEqual([]);
  });
  it('is not assumed for clones that kept their name in another domain', () => {
    const clone = { ...hv1, domain: 'lab.example', fqdn: 'hv1.lab.example' };
    const untold = { ...hv1, domain: null, fqdn: null };
    expect(same({ identity: hv1 }, { identity: clone })).toEqual([]);
    expect(same({ identity: hv1 }, { identity: { ...hv1, domain: 'CORP.example' } })).toEqual([['entry2', 'entry1']]);
    // Who did not tell a domain may be either of them, but makes them no one machine.
    expect(same({ identity: untold }, { identity: hv1 }, { identity: clone })).toEqual([['entry2', 'entry1']]);
  });
  it('is found through a mention between two that have nothing in common', () => {
    const byName = { ...hv1, smbiosUuid: null };
    const byUuid = { ...hv1, fqdn: null, domain: null };
    expect(same({ identity: byName }, { identity: hv1 }, { identity: byUuid })).toEqual([
      ['entry2', 'entry1'],
      ['entry3', 'entry1'],
    ]);
  });
  it('is represented by the mention with a whole record, else by one with any, else by the first of the list', () => {
    const mentions = (...records: ('complete' | 'incomplete' | undefined)[]) =>
      records.map((kept, index) => ({ host: { given: `entry${index + 1}` }, identity: hv1, record: kept }));
    expect([...findDuplicates(mentions(undefined, 'incomplete', 'complete'))]).toEqual([
      ['entry2', 'entry3'],
      ['entry1', 'entry3'],
    ]);
    expect([...findDuplicates(mentions(undefined, 'incomplete'))]).toEqual([['entry1', 'entry2']]);
    expect([...findDuplicates(mentions('complete', 'complete'))]).toEqual([['entry2', 'entry1']]);
  });
  it('is found by FQDN where a UUID is not known', () => {
    expect(same({ identity: hv1 }, { identity: { ...hv1, smbiosUuid: null } })).toEqual([['entry2', 'entry1']]);
    expect(same({ identity: { ...hv1, smbiosUuid: null } }, { identity: hv1 })).toEqual([['entry2', 'entry1']]);
  });
  it('is not assumed for two workgroup hosts of one short name', () => {
    const workgroup = identityOf('hv1', { fqdn: 'hv1', domain: null, smbiosUuid: null });
    expect(same({ identity: workgroup }, { identity: workgroup })).toEqual([]);
  });
  it('is not assumed where UUIDs differ', () => {
    expect(same({ identity: hv1 }, { identity: { ...hv1, smbiosUuid: identityOf('other').smbiosUuid } })).toEqual([]);
  });
  it('is never assumed of hosts that could not be reached', () => {
    const dead = ['a', 'b'].map((given) => unreachable(given, hostError('connectionRefused', given)));
    expect(findDuplicates(dead).size).toBe(0);
  });
});
