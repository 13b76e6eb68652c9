/** A TLS connection to a host, and the judgement of the certificate it showed. */
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsOptions, WinrmTarget } from '../winrm-target.ts';
import { objectionTo, type TlsObjection } from './certificate-verdict.ts';
import { secureContext } from './secure-context.ts';

/** Where the TCP connection comes from: it is made to an address, or it is there already (a tunnel). */
export type TcpEndpoint = { readonly host: string; readonly port: number } | { readonly socket: Socket };

/**
 * Starts a TLS handshake. On 'secureConnect' the certificate is not yet judged: `certificateObjection` has to be asked
 * before anything is sent.
 */
export function connectTls(endpoint: TcpEndpoint, target: WinrmTarget, tls: TlsOptions): TLSSocket {
  const name = expectedName(target, tls);
  return connect({
    ...endpoint,
    servername: isIP(name) === 0 ? name : '',
    ALPNProtocols: ['http/1.1'],
    secureContext: secureContext(tls.authorities, tls.clientCertificate),
    // Judged by certificateObjection: here a refusal would lose what the user needs, the certificate that was refused.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

/** Why the certificate that the host showed is not accepted; undefined: it is the host's. */
export function certificateObjection(
  socket: TLSSocket,
  target: WinrmTarget,
  tls: TlsOptions,
): TlsObjection | undefined {
  try {
    return objectionTo(socket, { name: expectedName(target, tls), pin: tls.pin }, new Date());
  } catch (error) {
    // What a stranger sends may be anything; a certificate that cannot be read is nobody's.
    const text = `the certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { code: 'certificateUntrusted', text };
  }
}

/**
 * The certificate is held against the name as it was given, whatever address it led to. A trailing dot, which only says
 * that the name is complete, is no part of it (RFC 6066 section 3).
 */
const expectedName = ({ host }: WinrmTarget, { serverName }: TlsOptions): string =>
  (serverName ?? host).replace(/\.$/, '');
