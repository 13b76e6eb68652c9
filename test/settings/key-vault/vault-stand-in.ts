/** A Key Vault on loopback that speaks its REST API, and a managed identity that hands out tokens for it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import { connectProxy } from '../../winrm/connect-proxy.ts';

export interface StoredSecret {
  readonly value: string;
  readonly contentType?: string;
  readonly enabled?: boolean;
  readonly expires?: Date;
  readonly notBefore?: Date;
}

/** What the vault says instead of an answer. */
export type Refusal =
  | { readonly status: number; readonly code: string; readonly inner?: string; readonly retryAfter?: number }
  | 'silence';

export interface VaultStandIn {
  readonly url: string;
  /** PEM of the CA that its certificate comes from. */
  readonly authority: string;
  /** The HTTP proxy that leads to it, for HTTPS_PROXY: its name is one of Azure's. */
  readonly proxyUrl: string;
  readonly secrets: Map<string, StoredSecret | string>;
  /** What was read, in order: names of secrets, or `list`. */
  readonly asked: string[];
  /** Tokens that are good; any other is refused with a challenge. */
  readonly tokens: Set<string>;
  /** Refuses a question; undefined: it is answered. */
  refuse: (what: string) => Refusal | undefined;
  readonly challenges: () => number;
}

const vaultName = 'contoso-hyperv.vault.azure.net';
const pageLength = 2;

/** Starts a vault that can be asked until the test is over. */
export async function vaultStandIn(secrets: Readonly<Record<string, StoredSecret | string>>): Promise<VaultStandIn> {
  const authority = issueCertificate({ commonName: 'Vault CA', purpose: 'authority' });
  const server = issueCertificate({ commonName: vaultName, names: [vaultName], purpose: 'server' }, authority);
  const asked: string[] = [];
  const tokens = new Set(['good-token']);
  let challenges = 0;
  const kept = new Map(Object.entries(secrets));

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !tokens.has(token)) {
      challenges += 1;
      const challenge =
        'Bearer authorization="https://login.microsoftonline.com/72f988bf-0000-4000-8000-000000000000", resource="https://vault.azure.net"';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', `https://${vaultName}`);
    const name = /^\/secrets\/([0-9a-zA-Z-]+)\/?$/.exec(pathname)?.[1];
    const what = name ?? 'list';
    asked.push(what);
    const refusal = vault.refuse(what);
    if (refusal === 'silence') return;
    if (refusal !== undefined) refuse(response, refusal);
    else if (name === undefined) send(response, 200, pageOf(Number(searchParams.get('$skiptoken') ?? 0)));
    else sendSecret(response, name, storedAs(name));
  };
  const storedAs = (name: string) => [...kept].find(([stored]) => stored.toLowerCase() === name.toLowerCase())?.[1];
  const pageOf = (start: number) => {
    const names = [...kept.keys()].slice(start, start + pageLength);
    const isLast = start + pageLength >= kept.size;
    return {
      value: names.map((name) => ({ id: `https://${vaultName}/secrets/${name}`, attributes: { enabled: true } })),
      nextLink: isLast ? null : `https://${vaultName}/secrets?api-version=7.6&$skiptoken=${start + pageLength}`,
    };
  };

  const tls = createTlsServer({ cert: server.certificate, key: server.key }, answer);
  const port = await listening(tls);
  const proxy = await connectProxy(() => ({ port }));
  onTestFinished(async () => {
    await proxy.close();
    tls.closeAllConnections();
    await new Promise((resolve) => tls.close(resolve));
  });
  const vault: VaultStandIn = {
    url: `https://${vaultName}`,
    authority: authority.certificate,
    proxyUrl: `http://127.0.0.1:${proxy.proxy.port}`,
    secrets: kept,
    asked,
    tokens,
    refuse: () => undefined,
    challenges: () => challenges,
  };
  return vault;
}

/** Lets the Azure SDK in this process find the vault, and trust it, until the test is over. */
export function leadHere({ proxyUrl, authority }: VaultStandIn): void {
  const before = { proxy: process.env.HTTPS_PROXY, authorities: getCACertificates('default') };
  process.env.HTTPS_PROXY = proxyUrl;
  setDefaultCACertificates([...before.authorities, authority]);
  onTestFinished(() => {
    if (before.proxy === undefined) delete process.env.HTTPS_PROXY;
    else process.env.HTTPS_PROXY = before.proxy;
    setDefaultCACertificates(before.authorities);
  });
}

export interface IdentityStandIn {
  /** What Azure puts into the environment of an app with a managed identity. */
  readonly environment: { readonly IDENTITY_ENDPOINT: string; readonly IDENTITY_HEADER: string };
  /** Client ids that a token was asked for; `system`: the app's own identity. */
  readonly asked: string[];
}

/** The end point of a managed identity (App Service, api-version 2019-08-01). */
export async function identityStandIn(token = 'good-token'): Promise<IdentityStandIn> {
  const header = 'a-header-of-this-app';
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://identity');
    if (request.headers['x-identity-header'] !== header) {
      send(response, 401, {});
      return;
    }
    asked.push(searchParams.get('client_id') ?? 'system');
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    send(response, 200, {
      access_token: token,
      expires_on: String(expires),
      resource: searchParams.get('resource'),
      token_type: 'Bearer',
    });
  });
  const port = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    environment: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: header },
    asked,
  };
}

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, { status, code, inner, retryAfter }: Exclude<Refusal, 'silence'>): void {
  const error = { code, message: 'as told', ...(inner === undefined ? {} : { innererror: { code: inner } }) };
  send(response, status, { error }, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}

const seconds = (date: Date | undefined) => (date === undefined ? undefined : Math.floor(date.getTime() / 1_000));

function sendSecret(response: ServerResponse, name: string, stored: StoredSecret | string | undefined): void {
  if (stored === undefined) {
    refuse(response, { status: 404, code: 'SecretNotFound' });
    return;
  }
  const { value, contentType, enabled, expires, notBefore }: StoredSecret =
    typeof stored === 'string' ? { value: stored } : stored;
  if (enabled === false) {
    refuse(response, { status: 403, code: 'Forbidden', inner: 'SecretDisabled' });
    return;
  }
  send(response, 200, {
    value,
    ...(contentType === undefined ? {} : { contentType }),
    id: `https://${vaultName}/secrets/${name}/0123456789abcdef0123456789abcdef`,
    attributes: { enabled: true, exp: seconds(expires), nbf: seconds(notBefore) },
  });
}
