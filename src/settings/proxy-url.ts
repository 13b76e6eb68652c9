import type { HttpProxy } from '../winrm/proxy-tunnel.ts';

const defaultPorts = { 'http:': 80, 'https:': 443 } as const;

/**
 * Reads `http[s]://[user:password@]host[:port]`, user and password percent-decoded; undefined where it is anything
 * else. Nothing of it is told: it may hold a password.
 */
export function parseProxyUrl(text: string): HttpProxy | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.hostname === '') return undefined;
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) return undefined;
  return {
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPorts[url.protocol] : Number(url.port),
    ...(user === '' && password === '' ? {} : { credential: { user, password } }),
  };
}

/** Undefined where a % does not begin a code. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
