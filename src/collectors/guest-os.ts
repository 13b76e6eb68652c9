import type { GuestOs } from '../inventory/guests.ts';
import { textOf } from './cell-values.ts';
import type { VirtualMachine } from './joins/host-view.ts';
import type { KeyValuePairs } from './joins/key-value-pairs.ts';
import { oncePer } from './once-per.ts';

const unknownOs = 'Other (64-bit)';

/** What a guest tells of its operating system; undefined where it tells nothing. */
export const guestOsOf = (guest: KeyValuePairs | undefined): GuestOs | undefined => guest && toldOs(guest);

const toldOs = oncePer((guest: KeyValuePairs): GuestOs | undefined => {
  const name = textOf(guest.get('OSName'));
  if (name === null) return undefined;
  return {
    name,
    version: guest.get('OSVersion') ?? '',
    majorVersion: guest.get('OSMajorVersion') ?? '',
    build: guest.get('OSBuildNumber') ?? '',
    architecture: guest.get('ProcessorArchitecture') ?? '',
  };
});

/** Windows writes its numbers (0 x86, 9 x64, 12 ARM64), Linux what `uname -m` says. Undefined: not told. */
function bitnessOf(architecture: string): 32 | 64 | undefined {
  if (/^(?:x86_64|amd64|aarch64|9|12)$/i.test(architecture)) return 64;
  return /^(?:i.86|0)$/i.test(architecture) ? 32 : undefined;
}

/** `Microsoft Windows Server® 2008` and the like without what varies. */
const plainName = (name: string): string =>
  name
    .replace(/[®™]|\((?:R|TM)\)/gi, '')
    .replace(/^Microsoft\s+/i, '')
    .replace(/\s+/g, ' ')
    .trim();

const isWindows = (name: string): boolean => /^Windows\b/i.test(plainName(name));

/** The product without its edition: `Windows Server 2012 R2`, `Windows 10`. */
function windowsProduct({ name, build }: GuestOs): string {
  const plain = plainName(name);
  const server = /^Windows Server (?:20\d\d)(?: R2)?/i.exec(plain)?.[0];
  if (server !== undefined) return server;
  if (/Server/i.test(plain)) return plain;
  // Windows 11 still calls itself Windows 10 in places that the guest's services read.
  if (Number(build) >= 22000) return 'Windows 11';
  return /^Windows (?:11|10|8\.1|8|7|Vista|XP)\b/i.exec(plain)?.[0] ?? plain;
}

function windowsName(os: GuestOs): string {
  const product = windowsProduct(os);
  const bits = bitnessOf(os.architecture) ?? (product === 'Windows Server 2003' ? 32 : 64);
  return `Microsoft ${product} (${bits}-bit)`;
}

/** Distributions by the name they give themselves; `versioned` carry their major version in VMware's name. */
const distributions: readonly { readonly pattern: RegExp; readonly name: string; readonly versioned: boolean }[] = [
  { pattern: /Red Hat Enterprise Linux|\bRHEL\b/i, name: 'Red Hat Enterprise Linux', versioned: true },
  { pattern: /CentOS/i, name: 'CentOS', versioned: true },
  { pattern: /Rocky/i, name: 'Rocky Linux', versioned: true },
  { pattern: /AlmaLinux/i, name: 'AlmaLinux', versioned: true },
  { pattern: /Ubuntu/i, name: 'Ubuntu Linux', versioned: false },
  { pattern: /Debian/i, name: 'Debian GNU/Linux', versioned: true },
  { pattern: /openSUSE/i, name: 'SUSE openSUSE', versioned: false },
  { pattern: /SUSE|\bSLES\b/i, name: 'SUSE Linux Enterprise', versioned: true },
  { pattern: /Oracle/i, name: 'Oracle Linux', versioned: true },
  { pattern: /FreeBSD/i, name: 'FreeBSD', versioned: false },
];

/** OSMajorVersion carries VERSION_ID (`9.4`); where it is empty, the first number in the name counts. */
const majorVersionOf = ({ name, majorVersion }: GuestOs): string =>
  majorVersion.split('.')[0] || (/\d+/.exec(name)?.[0] ?? '');

function otherName(os: GuestOs): string {
  const bits = bitnessOf(os.architecture) ?? 64;
  const known = distributions.find(({ pattern }) => pattern.test(os.name));
  if (known !== undefined) {
    const version = known.versioned ? majorVersionOf(os) : '';
    return `${known.name}${version && ` ${version}`} (${bits}-bit)`;
  }
  // Only the daemon of a Linux guest writes the architecture as a word.
  const isLinux = /linux/i.test(os.name) || /^(?:x86_64|amd64|aarch64|i.86)$/i.test(os.architecture);
  return `${isLinux ? 'Other Linux' : 'Other'} (${bits}-bit)`;
}

/** The name VMware would give a guest's operating system, by the rules of `guestOsNames` in the column facts. */
const guestOsName = oncePer((os: GuestOs): string => (isWindows(os.name) ? windowsName(os) : otherName(os)));

/** "OS according to the VMware Tools": what the guest tells now, else what it told last; else null. */
export function reportedGuestOs(vm: VirtualMachine): string | null {
  const os = guestOsOf(vm.guest) ?? vm.told?.lastSeen?.os;
  return os === undefined ? null : guestOsName(os);
}

/**
 * "OS according to the configuration file": Hyper-V keeps none, so what was stated, else what the guest tells, else the
 * host's summary, else what the guest told last, else `Other (64-bit)`. Never empty: importers refuse rows without it.
 */
export function configuredGuestOs(vm: VirtualMachine): string {
  const stated = vm.told?.stated?.os ?? null;
  if (stated !== null) return stated;
  const name = textOf(vm.summary?.GuestOperatingSystem);
  const summarised = name === null ? undefined : { name, version: '', majorVersion: '', build: '', architecture: '' };
  const os = guestOsOf(vm.guest) ?? summarised ?? vm.told?.lastSeen?.os;
  return os === undefined ? unknownOs : guestOsName(os);
}

/** "Guest Detailed Data" in VMware's `key='value'` form; null without Data Exchange. */
export function guestDetails(vm: VirtualMachine): string | null {
  const os = guestOsOf(vm.guest);
  if (os === undefined) return null;
  const windows = isWindows(os.name);
  const details: Readonly<Record<string, string>> = {
    architecture: /^(?:12|aarch64)$/i.test(os.architecture) ? 'Arm' : bitnessOf(os.architecture) ? 'X86' : '',
    bitness: String(bitnessOf(os.architecture) ?? ''),
    buildNumber: os.build,
    distroName: os.name,
    distroVersion: windows ? os.version : os.majorVersion,
    familyName: windows ? 'Windows' : /FreeBSD/i.test(os.name) ? 'FreeBSD' : 'Linux',
    kernelVersion: windows ? os.build : os.version,
    prettyName: os.name,
  };
  return Object.entries(details)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}='${value.replaceAll("'", '')}'`)
    .join(' ');
}
