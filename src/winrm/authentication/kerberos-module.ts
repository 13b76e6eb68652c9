/** The npm package `kerberos` (an optional peer dependency: a native module over GSSAPI, or SSPI on Windows). */
import { createRequire } from 'node:module';
import { failure, type Result, success } from '../../result.ts';
import type { GssAccount, GssContext, GssLibrary } from './gss.ts';

/** The part of the package that is used; its own declarations are not there where it is not installed. */
interface KerberosModule {
  readonly GSS_MECH_OID_KRB5: number;
  initializeClient(service: string, options: Readonly<Record<string, unknown>>): Promise<KerberosClient>;
}

interface KerberosClient {
  readonly username: string | null;
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
}

/** Loads the package, from wherever `name` leads to; called only where Kerberos was asked for. */
export async function loadKerberosModule(name = 'kerberos'): Promise<Result<GssLibrary, string>> {
  try {
    const loaded: unknown = createRequire(import.meta.url)(name);
    return isKerberosModule(loaded) ? success(libraryOf(loaded)) : failure(`the package ${name} is another one`);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return failure(text.split('\n')[0] ?? '');
  }
}

const isKerberosModule = (loaded: unknown): loaded is KerberosModule =>
  typeof loaded === 'object' && loaded !== null && 'initializeClient' in loaded && 'GSS_MECH_OID_KRB5' in loaded;

/** Plain Kerberos tokens, without an SPNEGO wrapping; the package's own flags ask for mutual authentication. */
const libraryOf = (kerberos: KerberosModule): GssLibrary => ({
  startContext: async (serviceHost, account) => {
    const onWindows = process.platform === 'win32';
    const service = `HTTP${onWindows ? '/' : '@'}${serviceHost}`;
    const whose = account === undefined ? {} : onWindows ? windowsAccount(account) : unixAccount(account);
    return contextOf(await kerberos.initializeClient(service, { mechOID: kerberos.GSS_MECH_OID_KRB5, ...whose }));
  },
});

/** SSPI takes an account only together with its password; else it is the one that the program runs as. */
const windowsAccount = ({ user, realm, domain, password }: GssAccount) =>
  password === '' ? {} : { user, domain: domain ?? realm ?? '', password };

/** GSSAPI takes no password: the account has to have a ticket or a keytab. */
const unixAccount = ({ user, realm }: GssAccount) => ({ principal: realm === undefined ? user : `${user}@${realm}` });

const contextOf = (client: KerberosClient): GssContext => ({
  step: async (token) => (await client.step(token ?? '')) ?? undefined,
  get complete() {
    return client.contextComplete;
  },
  get principal() {
    return client.username ?? undefined;
  },
});
