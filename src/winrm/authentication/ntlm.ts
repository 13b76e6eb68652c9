import { randomBytes } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import { statusError } from '../faults.ts';
import type { HttpAnswer } from '../http-connection.ts';
import { channelBindingsValue } from '../ntlm/channel-binding.ts';
import { sessionKeys } from '../ntlm/keys.ts';
import {
  attributeIds,
  attributeText,
  authenticateMessage,
  type NtlmChallenge,
  type NtlmLogon,
  negotiateMessage,
  parseChallenge,
} from '../ntlm/messages.ts';
import { messageSealing } from '../ntlm/sealing.ts';
import { serverEndPointBinding } from '../tls/server-end-point.ts';
import { type WinrmError, winrmError } from '../winrm-error.ts';
import type { AuthenticationNotes, PasswordCredential } from '../winrm-session.ts';
import { sealedBodies } from './body-protection.ts';
import { offeredSchemes, offeredText } from './challenges.ts';
import { deniedAfterLogon } from './denied-after-logon.ts';
import {
  type AuthenticatedConnection,
  type Authentication,
  type LogonRequest,
  passwordOf,
  type UnauthenticatedConnection,
} from './scheme.ts';

/** Milliseconds between 1601 and 1970, the epochs of Windows and of JavaScript. */
const epochDifferenceMs = 11_644_473_600_000n;

/**
 * NTLMv2 over `Negotiate` (MS-NLMP; raw NTLM without an SPNEGO wrapping, which WinRM takes). It authenticates the
 * connection, and seals every message over http; over https it is bound to the TLS connection instead. The proof goes in a request without a body: a first sealed message
 * in the same request would save one, but not every host reads it.
 */
export const ntlm: Authentication = {
  objection: () => undefined,

  authenticate: async (request, connection) => {
    const { host } = request.target;
    const negotiate = negotiateMessage();
    const offered = await connection.exchange({ authorization: negotiateHeader(negotiate) });
    if (!offered.ok) return offered;
    const token = challengeToken(host, offered.value);
    if (!token.ok) return token;
    const challenge = parseChallenge(token.value);
    if (!challenge.ok) return failure(winrmError('authenticationNotOffered', host, undefined, challenge.error));

    const exportedSessionKey = randomBytes(16);
    const channelBindings = bindingTo(connection, request);
    const logon = logonOf(request, challenge.value, channelBindings);
    const proof = authenticateMessage(negotiate, token.value, challenge.value, logon, {
      clientChallenge: randomBytes(8),
      exportedSessionKey,
      fileTime: (BigInt(Date.now()) + epochDifferenceMs) * 10_000n,
    });
    const answer = await connection.exchange({ authorization: negotiateHeader(proof) });
    if (!answer.ok) return answer;
    if (answer.value.status === 401) {
      const detail = ['HTTP 401 to the NTLM proof', offeredText(answer.value.challenges)]
        .concat(request.target.scheme === 'https' ? [bindingDoubt(channelBindings)] : [])
        .join('; ');
      return failure(winrmError('logonRefused', host, undefined, detail));
    }
    if (answer.value.status === 503) return failure(statusError(host, 503, 'to the NTLM proof', true));
    return success(authenticated(request, challenge.value, exportedSessionKey));
  },
};

const negotiateHeader = (message: Buffer): string => `Negotiate ${message.toString('base64')}`;

/** The host's challenge: on the Negotiate line that carries a token, of however many lines there are. */
function challengeToken(host: string, { status, challenges }: HttpAnswer): Result<Buffer, WinrmError> {
  if (status !== 401) return failure(statusError(host, status, 'where 401 with an NTLM challenge belongs', true));
  const negotiates = offeredSchemes(challenges).filter(({ scheme }) => scheme.toLowerCase() === 'negotiate');
  const token = negotiates.find((offer) => offer.token !== undefined)?.token;
  if (token !== undefined) return success(Buffer.from(token, 'base64'));
  const detail = `HTTP 401 to the start of NTLM, without a challenge; ${offeredText(challenges)}`;
  return failure(
    winrmError(negotiates.length > 0 ? 'ntlmBlocked' : 'authenticationNotOffered', host, undefined, detail),
  );
}

/** What binds the logon to its TLS connection, so that nobody in between can use it on another one. */
function bindingTo(
  { serverCertificate }: UnauthenticatedConnection,
  { channelBinding }: LogonRequest,
): Buffer | undefined {
  if (serverCertificate === undefined || channelBinding === 'off') return undefined;
  return channelBindingsValue(serverEndPointBinding(serverCertificate));
}

/** A refused binding looks like a wrong password: the host answers both with 401. */
const bindingDoubt = (sent: Buffer | undefined): string =>
  sent === undefined
    ? 'no channel binding was sent (--cbt off), and a host with CbtHardeningLevel Strict refuses the right password then'
    : 'if the password is right, something on the way opens TLS, and the channel binding is wrong: see --cbt off';

function logonOf(request: LogonRequest, challenge: NtlmChallenge, channelBindings: Buffer | undefined): NtlmLogon {
  const { target, serverName } = request;
  const credential = passwordOf(request);
  return {
    ...accountOf(credential, attributeText(challenge, attributeIds.netbiosComputerName) ?? ''),
    password: credential.password,
    targetName: `HTTP/${serverName ?? target.host}`,
    channelBindings,
  };
}

/** `DOMAIN\user` is split; `user@domain` stays whole, the host resolves it; `.\user` is an account of the host's own. */
function accountOf({ user }: PasswordCredential, computerName: string): { user: string; domain: string } {
  const [domain, ...rest] = user.split('\\');
  if (domain === undefined || rest.length === 0) return { user, domain: '' };
  return { user: rest.join('\\'), domain: domain === '.' ? computerName : domain };
}

function authenticated(
  { target }: LogonRequest,
  challenge: NtlmChallenge,
  exportedSessionKey: Buffer,
): AuthenticatedConnection {
  return {
    headers: {},
    protection:
      target.scheme === 'http' ? sealedBodies(messageSealing(sessionKeys(exportedSessionKey), 'client')) : undefined,
    notes: notesOf(challenge),
    unauthorized: (challenges) => deniedAfterLogon(target.host, challenges),
  };
}

/** The computer's short name as `hostname` says it, and its domain's DNS name; in a workgroup both are the computer's. */
function notesOf(challenge: NtlmChallenge): AuthenticationNotes {
  const computerName = attributeText(challenge, attributeIds.netbiosComputerName);
  const domainName =
    attributeText(challenge, attributeIds.dnsDomainName) ?? attributeText(challenge, attributeIds.netbiosDomainName);
  return { ...(computerName ? { computerName } : {}), ...(domainName ? { domainName } : {}) };
}
