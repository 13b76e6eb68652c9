import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningFleet, type RunningHost, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import {
  contextOf,
  enumerate,
  envelope,
  faultCode,
  itemCount,
  pull,
  RawConnection,
  release,
  textOf,
} from './raw-client.ts';
import { credential, fleetOf, smallHost, smallRepository } from './small-fleet.ts';

const systems = 'root/virtualization/v2/Msvm_ComputerSystem';
const anyClass = 'root/virtualization/v2/*';

let fleet: RunningFleet;
let host: RunningHost;
let connection: RawConnection;

const open = async (...[changes, limits]: [Parameters<typeof smallHost>[0]?, object?]) => {
  fleet = await startFleet(fleetOf(smallHost(changes)), { credential, limitsOf: () => ({ ...limits }) });
  host = fleet.hosts[0] as RunningHost;
  connection = await RawConnection.open(host.url);
};
const close = async () => {
  connection.close();
  await fleet.close();
};

describe('a host that is asked for its CIM instances', () => {
  beforeEach(() => open());
  afterEach(close);

  test('answers an optimised Enumerate with all items at once', async () => {
    const answer = await connection.soap(enumerate(systems, { maxElements: 1000, messageId: 'uuid:asked' }));
    expect(answer.status).toBe(200);
    expect(itemCount(answer, 'p:Msvm_ComputerSystem')).toBe(4);
    expect(answer.text).toContain('<n:EnumerateResponse><n:EnumerationContext></n:EnumerationContext><w:Items>');
    expect(answer.text).toContain('</w:Items><w:EndOfSequence/></n:EnumerateResponse>');
    expect(textOf(answer.text, 'RelatesTo')).toBe('uuid:asked');
    expect(host.counters).toMatchObject({ enumerations: 1, openEnumerations: 0, requests: 1 });
  });

  test('writes each kind of value as Windows does', async () => {
    const { text } = await connection.soap(enumerate(systems, { maxElements: 9 }));
    const second = text.split('<p:Msvm_ComputerSystem ')[2];
    expect(second).toContain(
      '<p:ElementName>VM-1 &lt;&amp;&gt; &quot;é&quot;</p:ElementName><p:EnabledState>3</p:EnabledState>' +
        '<p:InstallDate><cim:Datetime>2026-10-08T15:15:36.68424Z</cim:Datetime></p:InstallDate><p:Name>VM-1</p:Name>' +
        '<p:OnTimeInMilliseconds>18446744073709551615</p:OnTimeInMilliseconds><p:OperationalStatus>2</p:OperationalStatus>' +
        '<p:ProcessID xsi:nil="true"/>',
    );
    expect(text).not.toContain('Dedicated');

    const settings = await connection.soap(enumerate('root/virtualization/v2/Msvm_VirtualSystemSettingData'));
    expect(settings.text).toContain('<cim:Interval>P0DT0H30M0S</cim:Interval>');
    expect(settings.text).toContain('<p:Notes>first</p:Notes><p:Notes>second</p:Notes>');
    expect(settings.text).toContain('<p:IsSaved>false</p:IsSaved>');

    const members = await connection.soap(enumerate('root/virtualization/v2/Msvm_CollectedVirtualSystems'));
    expect(members.text).toContain(
      '<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_ComputerSystem</w:ResourceURI>' +
        '<w:SelectorSet><w:Selector Name="CreationClassName">Msvm_ComputerSystem</w:Selector><w:Selector Name="Name">VM-1</w:Selector>',
    );
    const resources = await connection.soap(enumerate('root/MSCluster/MSCluster_Resource'));
    expect(resources.text).toContain(
      '<q:CheckpointTimeout>60</q:CheckpointTimeout><q:VmID>VM-1</q:VmID></p:PrivateProperties>',
    );
  });

  test('gives only a context where optimisation was not asked for, and one item to a Pull without MaxElements', async () => {
    const first = await connection.soap(enumerate(systems, { optimize: false }));
    expect(first.text).not.toContain('Items');
    const second = await connection.soap(pull(systems, contextOf(first)));
    expect(itemCount(second, 'p:Msvm_ComputerSystem')).toBe(1);
    expect(second.text).toContain('<n:Items>');
    expect(contextOf(second)).not.toBe(contextOf(first));
  });

  test('takes each context for one answer only', async () => {
    const first = await connection.soap(enumerate(systems, { maxElements: 1 }));
    const second = await connection.soap(pull(systems, contextOf(first), { maxElements: 1 }));
    expect(faultCode(await connection.soap(pull(systems, contextOf(first), { maxElements: 1 })))).toBe(2150858779);
    const last = await connection.soap(pull(systems, contextOf(second), { maxElements: 50 }));
    expect(itemCount(last, 'p:Msvm_ComputerSystem')).toBe(2);
    expect(last.text).toContain('</n:Items><n:EndOfSequence/></n:PullResponse>');
    expect(host.counters.openEnumerations).toBe(0);
  });

  test('forgets an enumeration that is released', async () => {
    const context = contextOf(await connection.soap(enumerate(systems, { maxElements: 1 })));
    expect(host.counters.openEnumerations).toBe(1);
    expect((await connection.soap(release(systems, context))).status).toBe(200);
    expect(host.counters.openEnumerations).toBe(0);
    expect(faultCode(await connection.soap(pull(systems, context)))).toBe(2150858779);
  });

  test('answers a SELECT list with fragments, in alphabetical order and in the spelling of the class', async () => {
    const wql =
      "select name,INSTALLDATE,ProcessID from msvm_computersystem where EnabledState &lt;&gt; 2 and Name='vm-2'";
    const { text } = await connection.soap(enumerate(anyClass, { wql, maxElements: 10 }));
    expect(text).toContain(
      '<w:Items><w:XmlFragment xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">' +
        '<InstallDate><Datetime>2026-10-08T15:15:36.68424Z</Datetime></InstallDate><Name>VM-2</Name><ProcessID xsi:nil="true"/>' +
        '</w:XmlFragment></w:Items>',
    );
  });

  test('answers SELECT * with whole instances', async () => {
    const answer = await connection.soap(
      enumerate(anyClass, { wql: 'SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 3', maxElements: 10 }),
    );
    expect(itemCount(answer, 'p:Msvm_ComputerSystem')).toBe(3);
  });

  test.each([
    ['an unknown property', anyClass, 'SELECT Name, Nonsense FROM Msvm_ComputerSystem'],
    ['an unknown property in the condition', anyClass, 'SELECT * FROM Msvm_ComputerSystem WHERE Nonsense = 1'],
    ['an unknown class', anyClass, 'SELECT * FROM Msvm_Nonsense'],
    ['an unknown namespace', 'root/nonsense/*', 'SELECT * FROM Msvm_ComputerSystem'],
    ['no query at all', anyClass, 'SELEKT'],
  ])('cannot process a filter with %s', async (_, path, wql) => {
    const answer = await connection.soap(enumerate(path, { wql }));
    expect(answer.status).toBe(500);
    expect(faultCode(answer)).toBe(2150858778);
    expect(answer.text).not.toContain('8004');
  });

  test.each(['root/virtualization/v2/Msvm_Nonsense', 'root/nonsense/Msvm_ComputerSystem'])(
    'finds no resource %s',
    async (path) => {
      const answer = await connection.soap(enumerate(path));
      expect(faultCode(answer)).toBe(2150858770);
      expect(answer.text).toContain('<s:Subcode><s:Value>a:DestinationUnreachable</s:Value>');
    },
  );

  test('refuses to understand a locale that must be understood, and a header that it does not know', async () => {
    const body = '<n:Enumerate/>';
    const action = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate';
    const resource = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service';
    const locale = '<w:Locale xml:lang="en-US" s:mustUnderstand="true"/>';
    const unknown = '<x:Y xmlns:x="urn:x" s:mustUnderstand="1"/>';
    expect(faultCode(await connection.soap(envelope({ action, resource, body, header: locale })))).toBe(2150858887);
    expect(faultCode(await connection.soap(envelope({ action, resource, body, header: unknown })))).toBe(2150858766);
  });

  test('takes an element in the wrong namespace for a violation of the schema', async () => {
    const request = enumerate(systems).replaceAll('n:Enumerate>', 'w:Enumerate>');
    expect(faultCode(await connection.soap(request))).toBe(2150858817);
    expect(faultCode(await connection.soap('<not xml'))).toBe(2150858817);
  });
});

describe('a host whose answer would be too large', () => {
  const many = Array.from({ length: 200 }, (_, index) => `VM-${index}`);
  afterEach(close);

  test('gives as many items as the announced envelope holds, and all of them in the end', async () => {
    await open({ repository: smallRepository('HV01', many) });
    let answer = await connection.soap(enumerate(systems, { maxElements: 1000, maxEnvelopeSize: 20_000 }));
    let seen = 0;
    for (;;) {
      expect(answer.body.length).toBeLessThanOrEqual(20_000);
      expect(answer.body.length).toBeGreaterThan(15_000 * (answer.text.includes('EndOfSequence') ? 0 : 1));
      seen += itemCount(answer, 'p:Msvm_ComputerSystem');
      if (answer.text.includes('EndOfSequence')) break;
      answer = await connection.soap(pull(systems, contextOf(answer), { maxElements: 1000, maxEnvelopeSize: 20_000 }));
    }
    expect(seen).toBe(201);
  });

  test('keeps to its own limit where the client announces more', async () => {
    await open({ repository: smallRepository('HV01', many) }, { maxEnvelopeSize: 10_000 });
    const answer = await connection.soap(enumerate(systems, { maxElements: 1000 }));
    expect(answer.body.length).toBeLessThanOrEqual(10_000);
  });

  test('faults where one item alone does not fit', async () => {
    await open({ repository: smallRepository('HV01', ['x'.repeat(9_000)]) });
    const answer = await connection.soap(enumerate(systems, { maxElements: 5, maxEnvelopeSize: 8_192 }));
    expect(itemCount(answer, 'p:Msvm_ComputerSystem')).toBe(1);
    const next = await connection.soap(pull(systems, contextOf(answer), { maxElements: 5, maxEnvelopeSize: 8_192 }));
    expect(faultCode(next)).toBe(2150858824);
    expect(next.text).toContain('w:EncodingLimit');
  });

  test('refuses a request that is too large with 413', async () => {
    await open({}, { maxEnvelopeSize: 10_000 });
    const answer = await connection.soap(enumerate(anyClass, { wql: `SELECT * FROM ${'X'.repeat(10_000)}` }));
    expect(answer.status).toBe(413);
    expect(faultCode(answer)).toBe(2150858790);
  });
});
