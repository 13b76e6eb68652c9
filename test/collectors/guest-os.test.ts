import { describe, expect, test } from 'vitest';
import { vInfo } from '../../src/collectors/v-info.ts';
import { exchangeItem, guest, guid, hostFacts, hv01, rowFrom, vm, without } from './facts-builder.ts';

const id = guid(1);
const toldBy = (pairs: Readonly<Record<string, string>>) =>
  rowFrom(vInfo, hostFacts(hv01, vm(id, 'web01'), guest(id, pairs)));
const reported = (pairs: Readonly<Record<string, string>>) => toldBy(pairs)['OS according to the VMware Tools'];

describe('Windows', () => {
  test.each([
    ['Windows Server 2025 Datacenter', '26100', '9', 'Microsoft Windows Server 2025 (64-bit)'],
    ['Windows Server 2022 Standard', '20348', '9', 'Microsoft Windows Server 2022 (64-bit)'],
    ['Windows Server 2019 Standard', '17763', '9', 'Microsoft Windows Server 2019 (64-bit)'],
    ['Windows Server 2016 Datacenter', '14393', '9', 'Microsoft Windows Server 2016 (64-bit)'],
    ['Windows Server 2012 R2 Standard', '9600', '9', 'Microsoft Windows Server 2012 R2 (64-bit)'],
    ['Windows Server 2012 Standard', '9200', '9', 'Microsoft Windows Server 2012 (64-bit)'],
    ['Windows Server 2008 R2 Enterprise', '7601', '9', 'Microsoft Windows Server 2008 R2 (64-bit)'],
    ['Windows Server (R) 2008 Standard', '6002', '0', 'Microsoft Windows Server 2008 (32-bit)'],
    ['Microsoft Windows Server® 2008 Standard', '6002', '9', 'Microsoft Windows Server 2008 (64-bit)'],
    ['Microsoft Windows Server 2003', '3790', '', 'Microsoft Windows Server 2003 (32-bit)'],
    ['Windows 10 Pro', '19045', '9', 'Microsoft Windows 10 (64-bit)'],
    ['Windows 10 Enterprise', '22631', '9', 'Microsoft Windows 11 (64-bit)'],
    ['Windows 11 Pro', '22000', '12', 'Microsoft Windows 11 (64-bit)'],
    ['Windows 10 Pro', '19045', '0', 'Microsoft Windows 10 (32-bit)'],
    ['Windows 7 Professional', '7601', '9', 'Microsoft Windows 7 (64-bit)'],
  ])('%s, build %s, architecture %s is %s', (OSName, OSBuildNumber, ProcessorArchitecture, expected) => {
    expect(reported({ OSName, OSBuildNumber, ProcessorArchitecture })).toBe(expected);
  });
});

describe('Linux and others', () => {
  test.each([
    ['Red Hat Enterprise Linux', '9.4', 'x86_64', 'Red Hat Enterprise Linux 9 (64-bit)'],
    ['CentOS Linux', '7', 'x86_64', 'CentOS 7 (64-bit)'],
    ['CentOS release 6.10 (Final)', '', 'i686', 'CentOS 6 (32-bit)'],
    ['Rocky Linux', '8.10', 'x86_64', 'Rocky Linux 8 (64-bit)'],
    ['AlmaLinux', '9.3', 'aarch64', 'AlmaLinux 9 (64-bit)'],
    ['Ubuntu', '22.04', 'x86_64', 'Ubuntu Linux (64-bit)'],
    ['Debian GNU/Linux', '12', 'amd64', 'Debian GNU/Linux 12 (64-bit)'],
    ['SLES', '15.5', 'x86_64', 'SUSE Linux Enterprise 15 (64-bit)'],
    ['SUSE Linux Enterprise Server 12 SP5', '', 'x86_64', 'SUSE Linux Enterprise 12 (64-bit)'],
    ['openSUSE Leap', '15.5', 'x86_64', 'SUSE openSUSE (64-bit)'],
    ['Oracle Linux Server', '8.9', 'x86_64', 'Oracle Linux 8 (64-bit)'],
    ['FreeBSD', '13.2', 'amd64', 'FreeBSD (64-bit)'],
    ['Arch', '', 'x86_64', 'Other Linux (64-bit)'],
    ['Alpine Linux', '3.19', '', 'Other Linux (64-bit)'],
    ['TempleOS', '', '', 'Other (64-bit)'],
  ])('%s, version %s, architecture %s is %s', (OSName, OSMajorVersion, ProcessorArchitecture, expected) => {
    // The kernel's version must not be taken for the distribution's.
    expect(reported({ OSName, OSMajorVersion, ProcessorArchitecture, OSVersion: '5.14.0-427.el9.x86_64' })).toBe(
      expected,
    );
  });
});

test('without Data Exchange the tools tell nothing, and the configuration falls back to the last summary', () => {
  const silent = vm(id, 'web01', { summary: { GuestOperatingSystem: 'Windows Server 2019 Standard' } });
  expect(rowFrom(vInfo, hostFacts(hv01, silent))).toMatchObject({
    'OS according to the configuration file': 'Microsoft Windows Server 2019 (64-bit)',
    'OS according to the VMware Tools': null,
    'Guest Detailed Data': null,
    'DNS Name': null,
  });
  expect(rowFrom(vInfo, without(hostFacts(hv01, vm(id, 'web01')), 'keyValuePairs'))).toMatchObject({
    'OS according to the configuration file': 'Other (64-bit)',
    'OS according to the VMware Tools': null,
  });
});

test('details are told in the words of VMware', () => {
  const windows = toldBy({
    OSName: 'Windows Server 2022 Datacenter',
    OSVersion: '10.0.20348',
    OSBuildNumber: '20348',
    ProcessorArchitecture: '9',
  });
  expect(windows['Guest Detailed Data']).toBe(
    "architecture='X86' bitness='64' buildNumber='20348' distroName='Windows Server 2022 Datacenter' " +
      "distroVersion='10.0.20348' familyName='Windows' kernelVersion='20348' prettyName='Windows Server 2022 Datacenter'",
  );
  const linux = toldBy({
    OSName: "Bob's Linux",
    OSVersion: '6.1.0-18-amd64',
    OSMajorVersion: '12.5',
    ProcessorArchitecture: 'aarch64',
  });
  expect(linux['Guest Detailed Data']).toBe(
    "architecture='Arm' bitness='64' distroName='Bobs Linux' distroVersion='12.5' familyName='Linux' " +
      "kernelVersion='6.1.0-18-amd64' prettyName='Bobs Linux'",
  );
});

describe('what a guest writes', () => {
  const namedBy = (items: readonly string[]) =>
    rowFrom(
      vInfo,
      hostFacts(hv01, vm(id, 'web01'), { keyValuePairs: [{ SystemName: id, GuestIntrinsicExchangeItems: items }] }),
    )['DNS Name'];

  test('markup in a value is text', () => {
    const name = '<VALUE>"a" & \'b\'</VALUE>';
    expect(namedBy([exchangeItem('FullyQualifiedDomainName', name)])).toBe(name);
    expect(namedBy([exchangeItem('FullyQualifiedDomainName', 'x').replace('x<', '&#65;&#x42;&amp;lt;<')])).toBe(
      'AB&lt;',
    );
  });

  test('entities and document types are not followed', () => {
    const item = `<!DOCTYPE a [<!ENTITY e "boom">]>${exchangeItem('FullyQualifiedDomainName', 'web01')}`;
    expect(namedBy([item.replace('web01', '&e;')])).toBe('&e;');
  });

  test('broken, empty and oversized items are passed over', () => {
    const good = exchangeItem('FullyQualifiedDomainName', 'web01.corp.example');
    const huge = exchangeItem('FullyQualifiedDomainName', 'x'.repeat(100_000));
    expect(namedBy(['', 'not xml', '<INSTANCE><PROPERTY', good.slice(0, 60), huge, good])).toBe('web01.corp.example');
    expect(namedBy([good.replace('<VALUE>web01.corp.example</VALUE>', '')])).toBeNull();
  });
});
