import { failure, type Result, success } from '../../result.ts';
import { statusError } from '../faults.ts';
import { type WinrmError, winrmError } from '../winrm-error.ts';
import type { PasswordCredential } from '../winrm-session.ts';
import { offeredSchemes, offeredText } from './challenges.ts';
import { deniedAfterLogon } from './denied-after-logon.ts';
import type { GssAccount, GssContext, LoadGssLibrary } from './gss.ts';
import { kerberosFailure } from './kerberos-failure.ts';
import { type AuthenticatedConnection, type Authentication, type LogonRequest, passwordOf } from './scheme.ts';

/** What the failures of one logon need to know of it. */
interface Logon {
  readonly host: string;
  readonly service: string;
  readonly passwordUsed: boolean;
}

/**
 * Kerberos over `Negotiate` (RFC 4559), for the service `HTTP/<host>`; it authenticates the connection. Over https
 * only: the library cannot seal messages, and takes no channel binding (a host with CbtHardeningLevel=Strict refuses
 * it). Both sides prove themselves.
 */
export const kerberos = (load: LoadGssLibrary): Authentication => ({
  objection: ({ target }) => (target.scheme === 'http' ? winrmError('kerberosNeedsHttps', target.host) : undefined),

  authenticate: async (request, connection) => {
    const { host } = request.target;
    const library = await load();
    if (!library.ok) return failure(winrmError('kerberosNotInstalled', host, undefined, library.error));
    const serviceHost = request.serverName ?? host;
    const account = accountOf(passwordOf(request));
    const passwordUsed = account !== undefined && account.password !== '' && process.platform === 'win32';
    const logon: Logon = { host, service: `HTTP/${serviceHost}`, passwordUsed };

    const context = await attempt(logon, () => library.value.startContext(serviceHost, account));
    if (!context.ok) return context;
    const proof = await attempt(logon, () => context.value.step());
    if (!proof.ok) return proof;
    const answer = await connection.exchange({ authorization: `Negotiate ${proof.value ?? ''}` });
    if (!answer.ok) return answer;
    const { status, challenges } = answer.value;
    if (status === 401) return failure(await refused(logon, context.value, challenges));
    if (status !== 200) return failure(statusError(host, status, 'to the Kerberos ticket', true));
    const proven = await proofOfHost(logon, context.value, challenges);
    if (!proven.ok) return proven;
    const stranger = otherAccount(logon, account, context.value.principal);
    return stranger === undefined ? success(authenticated(request)) : failure(stranger);
  },
});

/** `user@REALM`, `DOMAIN\user` or a bare `user`; an empty user stands for whoever holds the machine's ticket. */
function accountOf({ user, password }: PasswordCredential): GssAccount | undefined {
  if (user === '') return undefined;
  const [, domain, inDomain] = /^([^\\]*)\\(.*)$/.exec(user) ?? [];
  if (inDomain !== undefined) return { user: inDomain, domain, password };
  const at = user.lastIndexOf('@');
  return at < 0 ? { user, password } : { user: user.slice(0, at), realm: user.slice(at + 1), password };
}

async function attempt<Value>(logon: Logon, work: () => Promise<Value>): Promise<Result<Value, WinrmError>> {
  try {
    return success(await work());
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return failure(kerberosFailure(logon.host, { ...logon, text: text.slice(0, 500) }));
  }
}

const tokenIn = (challenges: readonly string[]): string | undefined =>
  offeredSchemes(challenges).find(
    ({ scheme, token }) => token !== undefined && /^(?:negotiate|kerberos)$/i.test(scheme),
  )?.token;

/** The domain has vouched for the account, so that a 401 is no word about a password. The host may say more in a token. */
async function refused(logon: Logon, context: GssContext, challenges: readonly string[]): Promise<WinrmError> {
  const { host } = logon;
  const token = tokenIn(challenges);
  if (token !== undefined) {
    const told = await attempt({ ...logon, passwordUsed: false }, () => context.step(token));
    if (!told.ok) return told.error;
  }
  const offered = offeredSchemes(challenges).some(({ scheme }) => /^(?:negotiate|kerberos)$/i.test(scheme));
  if (!offered) return winrmError('authenticationNotOffered', host, undefined, offeredText(challenges));
  return winrmError(
    'kerberosFailed',
    host,
    `${host} did not accept the ticket for ${logon.service}: the account may not log on there, the name belongs to another host, or CbtHardeningLevel is Strict.`,
    `HTTP 401 to the Kerberos ticket; ${offeredText(challenges)}`,
  );
}

async function proofOfHost(
  logon: Logon,
  context: GssContext,
  challenges: readonly string[],
): Promise<Result<void, WinrmError>> {
  const token = tokenIn(challenges);
  const taken =
    token === undefined
      ? success(undefined)
      : await attempt({ ...logon, passwordUsed: false }, () => context.step(token));
  if (!taken.ok) return taken;
  if (context.complete) return success(undefined);
  const message = `${logon.host} took the ticket, but did not prove that it is ${logon.service}.`;
  return failure(winrmError('kerberosFailed', logon.host, message));
}

/** A library may take the ticket that is there for the one that was asked for: then nothing more is asked. */
function otherAccount(
  { host }: Logon,
  account: GssAccount | undefined,
  principal: string | undefined,
): WinrmError | undefined {
  if (account === undefined || principal === undefined) return undefined;
  const asked = account.realm === undefined ? account.user : `${account.user}@${account.realm}`;
  const used = account.realm === undefined ? principal.replace(/@[^@]*$/, '') : principal;
  if (used.toLowerCase() === asked.toLowerCase()) return undefined;
  const message = `${host}: the ticket of this machine is ${principal}'s, not that of ${asked}.`;
  return winrmError('kerberosFailed', host, message);
}

const authenticated = ({ target }: LogonRequest): AuthenticatedConnection => ({
  headers: {},
  protection: undefined,
  notes: {},
  unauthorized: (challenges) => deniedAfterLogon(target.host, challenges),
});
