import { isIP } from 'node:net';
import { failure, type Result, success } from '../result.ts';
import { dnsName } from './dns-name.ts';
import type { HostEntry } from './host-entry.ts';

/** What may follow a host in a host list. */
export type HostOptions = Pick<HostEntry, 'credential' | 'pin' | 'serverName'>;

interface HostOption {
  readonly property: keyof HostOptions;
  /** How it is written. */
  readonly form: string;
  /** The value as it is kept; undefined: it cannot be used. */
  readonly read: (value: string) => string | undefined;
  /** What a value has to be. */
  readonly problem: string;
}

const hostOptions: Readonly<Record<string, HostOption>> = {
  credential: {
    property: 'credential',
    form: 'credential=<name>',
    // Settings ignore its case: in two spellings it must not be two accounts to the lock-out guard.
    read: (value) => (/^[A-Za-z0-9_-]{1,64}$/.test(value) ? value.toLowerCase() : undefined),
    problem: 'the name of a credential is 1 to 64 letters, digits, - or _',
  },
  pin: {
    property: 'pin',
    form: 'pin=sha256:<hex>',
    read: sha256Pin,
    problem: 'a pin is pin=sha256: and the 64 hex digits of the certificate’s SHA-256, with colons or without',
  },
  servername: {
    property: 'serverName',
    form: 'servername=<dns>',
    read: (value) => (isIP(value) === 0 ? dnsName(value) : undefined),
    problem: 'a server name is the DNS name in the certificate',
  },
};

const forms = Object.values(hostOptions).map(({ form }) => form);
const allForms = `${forms.slice(0, -1).join(', ')} and ${forms.at(-1)}`;

/** Reads the options behind a host, each given once at most. */
export function parseHostOptions(texts: readonly string[]): Result<HostOptions, string> {
  const options: Partial<Record<keyof HostOptions, string>> = {};
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (!text.includes('=')) return failure(`only ${allForms} may follow a host; put a comma between two hosts`);
    const option = Object.hasOwn(hostOptions, name) ? hostOptions[name] : undefined;
    if (option === undefined) return failure(`there is no option ${name}=, only ${allForms}`);
    if (options[option.property] !== undefined) return failure(`${name}= is given twice`);
    const read = option.read(value);
    if (read === undefined) return failure(option.problem);
    options[option.property] = read;
  }
  return success(options);
}

/** As PowerShell, openssl and browsers show it: any case, with colons or without. */
function sha256Pin(value: string): string | undefined {
  const digits = /^sha256:((?:[0-9a-f]{2}:){31}[0-9a-f]{2}|[0-9a-f]{64})$/i.exec(value)?.[1];
  return digits?.replaceAll(':', '').toLowerCase();
}
