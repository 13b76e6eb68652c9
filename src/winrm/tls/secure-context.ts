/** Which CAs are trusted, read and parsed once for all connections that trust the same. */
import * as tls from 'node:tls';
import type { ClientCertificate } from '../winrm-target.ts';

/** The oldest version that is spoken, whatever the defaults of this Node. */
const minVersion = 'TLSv1.2';

const contexts = new Map<string, tls.SecureContext>();

/**
 * The context that trusts the CAs of the system and of Node, and these private ones (PEM text), and shows this client
 * certificate. HTTP.sys asks for one only once a request has come, which Node cannot answer in TLS 1.3.
 */
export function secureContext(authorities = '', client?: ClientCertificate): tls.SecureContext {
  // A certificate fits one key only: it stands for both.
  const name = JSON.stringify([authorities, client?.certificate]);
  const known = contexts.get(name);
  if (known !== undefined) return known;
  const made = tls.createSecureContext({
    minVersion,
    ca: trusted(authorities),
    ...(client && { cert: client.certificate, key: client.key, maxVersion: 'TLSv1.2' }),
  });
  contexts.set(name, made);
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
