/** Which CAs are trusted, read and parsed once for all connections that trust the same. */
import * as tls from 'node:tls';

/** The oldest version that is spoken, whatever the defaults of this Node. */
const minVersion = 'TLSv1.2';

const contexts = new Map<string, tls.SecureContext>();

/** The context that trusts the CAs of the system and of Node, and these private ones (PEM text). */
export function secureContext(authorities = ''): tls.SecureContext {
  const known = contexts.get(authorities);
  if (known !== undefined) return known;
  const made = tls.createSecureContext({ minVersion, ca: trusted(authorities) });
  contexts.set(authorities, made);
  return made;
}

/** Node 20 cannot list what it and the system trust. */
const { getCACertificates }: Partial<Pick<typeof tls, 'getCACertificates'>> = tls;

/** Undefined: Node's own defaults. A list replaces them, so it has to repeat them. */
function trusted(authorities: string): string[] | undefined {
  const own = authorities === '' ? [] : [authorities];
  // On Node 20 NODE_EXTRA_CA_CERTS counts only where no private CA is given.
  if (getCACertificates === undefined) return own.length === 0 ? undefined : [...tls.rootCertificates, ...own];
  return [...getCACertificates('default'), ...getCACertificates('system'), ...own];
}
