import { isIP, isIPv6 } from 'node:net';
import { failure, type Result, success } from '../result.ts';
import { dnsName } from './dns-name.ts';
import type { HostEntry } from './host-entry.ts';
import { parseHostOptions } from './host-options.ts';

/** Why one entry of a host list cannot be used. */
export interface HostListProblem {
  /** Counted from 1. */
  readonly line: number;
  /** The entry as it was given; whatever could be a secret in it is masked. */
  readonly text: string;
  readonly problem: string;
}

export interface HostListProblems {
  /** Where the list came from, e.g. `hosts.txt` or `--hosts`. */
  readonly source: string;
  readonly problems: readonly HostListProblem[];
}

export interface HostList {
  readonly hosts: readonly HostEntry[];
  /** Entries that name a host, port and scheme once more, as given; the first mention is the one that counts. */
  readonly repeated: readonly string[];
}

const defaultPorts = { http: 5985, https: 5986 } as const;

/**
 * Reads a host list: one entry a line or several between commas, `#` comments on lines of their own or behind an
 * entry, blank lines. An entry is `[http://|https://]host[:port]`, IPv6 in brackets, and behind it `credential=<name>`,
 * `pin=sha256:<hex>` and `servername=<dns>`, the last two for https only. Without a scheme it is http, but https where
 * the port is 5986. A list without an entry is a success without hosts.
 */
export function parseHostList(text: string, { source }: { source: string }): Result<HostList, HostListProblems> {
  const hosts = new Map<string, HostEntry>();
  const repeated: string[] = [];
  const problems: HostListProblem[] = [];
  for (const { line, given } of entriesOf(text)) {
    const entry = parseEntry(given);
    if (!entry.ok) {
      problems.push({ line, text: masked(given), problem: entry.error });
      continue;
    }
    const key = keyOf(entry.value);
    if (hosts.has(key)) repeated.push(given);
    else hosts.set(key, entry.value);
  }
  return problems.length > 0 ? failure({ source, problems }) : success({ hosts: [...hosts.values()], repeated });
}

/** Most bad entries that are named one by one: a file that is no host list has one in every line. */
const mostNamed = 50;

/** The problems as lines for a person: `hosts.txt, line 3: "h st": …`. */
export function describeHostListProblems({ source, problems }: HostListProblems): string {
  const more = problems.length - mostNamed;
  return [
    ...problems.slice(0, mostNamed).map(({ line, text, problem }) => `${source}, line ${line}: "${text}": ${problem}`),
    ...(more > 0 ? [`${source}: … and ${more} more. Is it a host list?`] : []),
  ].join('\n');
}

function entriesOf(text: string): { line: number; given: string }[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return lines.flatMap((content, index) =>
    content
      .replace(/#.*$/, '')
      .split(',')
      .map((given) => given.trim())
      .filter((given) => given !== '')
      .map((given) => ({ line: index + 1, given })),
  );
}

/** A trailing dot only says that the name is complete. */
const keyOf = ({ scheme, host, port }: HostEntry): string =>
  `${scheme}://${host.toLowerCase().replace(/\.$/, '')}:${port}`;

function parseEntry(given: string): Result<HostEntry, string> {
  const [address = '', ...options] = given.split(/\s+/);
  const parsed = parseHostOptions(options);
  if (!parsed.ok) return parsed;
  const { scheme: givenScheme, rest } = splitScheme(address);
  if (givenScheme !== undefined && givenScheme !== 'http' && givenScheme !== 'https') {
    return failure('the scheme must be http:// or https://');
  }
  if (rest.includes('@')) {
    return failure('user and password do not belong in a host list; name them with credential=<name>');
  }
  const authority = rest.replace(/\/$/, '');
  if (authority.includes('/')) return failure('only scheme, host and port can be given, no path');
  const split = splitPort(authority);
  if (!split.ok) return split;
  const host = parseHost(split.value.host, split.value.bracketed);
  if (!host.ok) return host;
  const scheme = givenScheme ?? (split.value.port === defaultPorts.https ? 'https' : 'http');
  const { pin, serverName } = parsed.value;
  if (scheme === 'http' && (pin ?? serverName) !== undefined) {
    return failure('pin= and servername= are for https:// only: over http there is no certificate');
  }
  return success({
    given,
    host: host.value,
    scheme,
    port: split.value.port ?? defaultPorts[scheme],
    ...parsed.value,
  });
}

function splitScheme(address: string): { scheme: string | undefined; rest: string } {
  const match = /^([^/[\]]*):\/\/(.*)$/.exec(address);
  return match ? { scheme: match[1]?.toLowerCase(), rest: match[2] ?? '' } : { scheme: undefined, rest: address };
}

interface HostAndPort {
  readonly host: string;
  readonly bracketed: boolean;
  readonly port: number | undefined;
}

function splitPort(authority: string): Result<HostAndPort, string> {
  if (/^[^[]*:.*:/.test(authority)) {
    return failure('put an IPv6 address in brackets, e.g. [fd00::1] or [fd00::1]:5986');
  }
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(authority);
  if (!match) return failure('not a host name, an address, or either with a port');
  const [, inBrackets, plain, portText] = match;
  const host = { host: inBrackets ?? plain ?? '', bracketed: inBrackets !== undefined };
  if (portText === undefined) return success({ ...host, port: undefined });
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port < 1 || port > 65_535) return failure('the port must be from 1 to 65535');
  return success({ ...host, port });
}

function parseHost(host: string, bracketed: boolean): Result<string, string> {
  if (bracketed) return parseIPv6(host);
  if (host === '') return failure('the host is missing');
  if (isIP(host) === 4) return success(host);
  if (/^[\d.]+$/.test(host)) return failure('not an IPv4 address');
  const name = dnsName(host);
  return name === undefined ? failure('not a host name') : success(name);
}

/** Comes back in its one canonical spelling (RFC 5952), so that one address is one host. */
function parseIPv6(address: string): Result<string, string> {
  if (!isIPv6(address)) return failure('what is in brackets is not an IPv6 address');
  // A zone is the name of an interface of this one machine, and no part of a URL, a certificate or a service's name.
  if (address.includes('%') || /^fe[89ab]/i.test(address)) {
    return failure('a link-local address or a zone (%) cannot be asked; give the host’s name or another address of it');
  }
  return success(new URL(`http://[${address}]`).hostname.slice(1, -1));
}

/** A password may stand before an `@`, or behind an option that is not ours. */
function masked(given: string): string {
  const text = given
    .replace(/^(\w*:\/\/)?.*@/, '$1***@')
    .replace(/(\s(?!(?:credential|pin|servername)=)[^=\s]*=).*$/, '$1***');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
