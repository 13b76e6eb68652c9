import { isIP } from 'node:net';
import type { HostEntry } from './host-entry.ts';

/** Log-on refusals after which an account is used no more: many hosts at once would lock it out of its domain. */
export const mostRefusals = 2;

/** The account of hosts for which there is no other. */
export const defaultAccount = '';

/**
 * The names of the accounts that a host may be asked with, best first: the one that it names and no other, else one for
 * the host itself, one for its domain or a domain above, and the default one. The first that there is one of is taken.
 */
export function accountNames({ host, credential }: Pick<HostEntry, 'host' | 'credential'>): readonly string[] {
  if (credential !== undefined) return [credential];
  return [...namesAbove(host.toLowerCase()).map((name) => `for-${plain(name)}`), defaultAccount];
}

/** `hv01.emea.contoso.com`, `emea.contoso.com`, `contoso.com`, `com`; an address stands alone. */
function namesAbove(host: string): readonly string[] {
  if (isIP(host) !== 0) return [host];
  const labels = host.split('.').filter((label) => label !== '');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** A name in lower case, with a hyphen for everything that a secret's name may not hold. */
export const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
