import type { GuestModel } from './model.ts';
import type { Random } from './random.ts';

interface GuestSystem {
  readonly osName: string;
  readonly family: 'windows' | 'linux';
  /** Windows: OSVersion; Linux: the kernel. */
  readonly version: string;
  /** Linux: VERSION_ID of os-release; may be empty. */
  readonly major: string;
  readonly generations: readonly (1 | 2)[];
}

const both = [1, 2] as const;
const windowsGuest = (osName: string, version: string, generations: readonly (1 | 2)[] = both): GuestSystem => ({
  osName,
  family: 'windows',
  version,
  major: version.split('.')[0] ?? '',
  generations,
});
const linuxGuest = (osName: string, major: string, version: string, generations: readonly (1 | 2)[] = both) =>
  ({ osName, family: 'linux', version, major, generations }) as const satisfies GuestSystem;

const systems: readonly (readonly [GuestSystem, number])[] = [
  [windowsGuest('Windows Server 2012 R2 Standard', '6.3.9600'), 8],
  [windowsGuest('Windows Server 2008 R2 Standard', '6.1.7601', [1]), 3],
  [windowsGuest('Windows Server 2016 Standard', '10.0.14393'), 14],
  [windowsGuest('Windows Server 2019 Standard', '10.0.17763'), 22],
  [windowsGuest('Windows Server 2022 Datacenter', '10.0.20348'), 18],
  [windowsGuest('Windows Server 2025 Datacenter', '10.0.26100', [2]), 4],
  [windowsGuest('Windows 10 Pro', '10.0.19045'), 4],
  // Windows 11 still calls itself 10; its build number tells.
  [windowsGuest('Windows 10 Enterprise', '10.0.22631', [2]), 3],
  [linuxGuest('Ubuntu', '22.04', '5.15.0-91-generic'), 9],
  [linuxGuest('Ubuntu', '18.04', '4.15.0-213-generic'), 3],
  [linuxGuest('Red Hat Enterprise Linux', '8.9', '4.18.0-513.9.1.el8_9.x86_64'), 5],
  [linuxGuest('SLES', '15.4', '5.14.21-150400.24.97-default'), 2],
  [linuxGuest('Debian GNU/Linux', '12', '6.1.0-17-amd64'), 4],
  [linuxGuest('CentOS release 6.10 (Final)', '', '2.6.32-754.35.1.el6.x86_64', [1]), 1],
];

export interface GuestNetwork {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** A guest that fits the VM's generation, with the items it pushes through Data Exchange. */
export function makeGuest(random: Random, generation: 1 | 2, dnsName: string, network: GuestNetwork): GuestModel {
  const fitting = systems.filter(([system]) => system.generations.includes(generation));
  const system = random.pickByShare(fitting);
  const addresses = { NetworkAddressIPv4: network.ipv4.join(';'), NetworkAddressIPv6: network.ipv6.join(';') };
  const items = system.family === 'windows' ? windowsItems(system, dnsName, network) : linuxItems(system, dnsName);
  return { osName: system.osName, dnsName, items: { ...items, ...addresses } };
}

function windowsItems(system: GuestSystem, dnsName: string, network: GuestNetwork): Record<string, string> {
  const [major = '', minor = '', build = ''] = system.version.split('.');
  return {
    FullyQualifiedDomainName: dnsName,
    OSName: system.osName,
    OSVersion: system.version,
    CSDVersion: '',
    OSMajorVersion: major,
    OSMinorVersion: minor,
    OSBuildNumber: build,
    OSPlatformId: '2',
    ServicePackMajor: '0',
    ServicePackMinor: '0',
    SuiteMask: '272',
    ProductType: system.osName.includes('Server') ? '3' : '1',
    OSEditionId: system.osName.includes('Datacenter') ? '8' : '7',
    ProcessorArchitecture: '9',
    IntegrationServicesVersion: `${system.version}.0`,
    RDPAddressIPv4: network.ipv4[0] ?? '',
    RDPAddressIPv6: network.ipv6[0] ?? '',
  };
}

function linuxItems(system: GuestSystem, dnsName: string): Record<string, string> {
  return {
    FullyQualifiedDomainName: dnsName,
    OSName: system.osName,
    OSVersion: system.version,
    OSMajorVersion: system.major,
    OSMinorVersion: '',
    OSBuildNumber: system.version,
    ProcessorArchitecture: 'x86_64',
    IntegrationServicesVersion: '3.1',
  };
}
