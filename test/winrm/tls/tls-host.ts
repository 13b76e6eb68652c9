/** A TLS listener on loopback that answers HTTP like a host; what it shows is up to the test. */
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type CertificatePlan,
  type IssuedCertificate,
  issueCertificate,
} from '../../../src/simulator/certificates/certificate.ts';
import { openWinrmSession } from '../../../src/winrm/session.ts';
import type { WinrmSession, WinrmSessionOptions } from '../../../src/winrm/winrm-session.ts';
import { secret } from '../scripted-host.ts';

export const authority = issueCertificate({ commonName: 'Contoso Root CA', purpose: 'authority' });

/** A server certificate for `hv01.contoso.com`, issued by that authority. */
export const issued = (plan: Partial<CertificatePlan> = {}, issuer: IssuedCertificate | undefined = authority) =>
  issueCertificate({ commonName: 'hv01.contoso.com', names: ['hv01.contoso.com', 'hv01'], ...plan }, issuer);

export interface TlsHost {
  readonly port: number;
  /** What arrived over TLS: handshakes finished on the host's side, and HTTP requests. */
  readonly requests: readonly { readonly authorization: string | undefined; readonly protocol: string | null }[];
  /** Names asked for (SNI); false where none was. */
  readonly serverNames: readonly (string | false | null)[];
  close(): Promise<void>;
}

const identified =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>' +
  '<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
  '<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>' +
  '<wsmid:ProductVersion>OS: 0.0.0</wsmid:ProductVersion></wsmid:IdentifyResponse></s:Body></s:Envelope>';

/** Shows the certificate, followed by `chain`, and answers every request with an IdentifyResponse. */
export async function tlsHost(
  shown: IssuedCertificate,
  { chain = [], ...options }: ServerOptions & { chain?: readonly IssuedCertificate[] } = {},
): Promise<TlsHost> {
  const requests: { authorization: string | undefined; protocol: string | null }[] = [];
  const serverNames: (string | false | null)[] = [];
  const cert = [shown, ...chain].map(({ certificate }) => certificate).join('');
  const server = createServer({ cert, key: shown.key, keepAliveTimeout: 0, ...options }, (request, response) => {
    const socket = request.socket as TLSSocket;
    requests.push({ authorization: request.headers.authorization, protocol: socket.getProtocol() });
    response.writeHead(200, { 'content-type': 'application/soap+xml;charset=UTF-8' }).end(identified);
  });
  server.on('secureConnection', (socket: TLSSocket & { servername?: string | false | null }) => {
    serverNames.push(socket.servername ?? null);
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    serverNames,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A session with a host called hv01.contoso.com, wherever it listens. */
export const sessionOverTls = (port: number, options: Partial<WinrmSessionOptions> = {}): WinrmSession =>
  openWinrmSession(
    {
      target: { host: 'hv01.contoso.com', scheme: 'https', port },
      tls: { authorities: authority.certificate },
      credential: { user: 'reader', password: secret },
      authentication: 'basic',
      connectTimeoutMs: 60_000,
      operationTimeoutMs: 60_000,
      ...options,
    },
    { resolve: async () => ['127.0.0.1'], wait: async () => undefined },
  );
