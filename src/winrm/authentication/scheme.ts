/** What an authentication scheme is handed, and what it gives back. */
import type { Result } from '../../result.ts';
import type { HttpAnswer } from '../http-connection.ts';
import type { WinrmError } from '../winrm-error.ts';
import type {
  AuthenticationNotes,
  ChannelBinding,
  Credential,
  PasswordCredential,
  WinrmSessionOptions,
  WinrmTarget,
} from '../winrm-session.ts';
import type { BodyProtection } from './body-protection.ts';

export interface LogonRequest {
  readonly target: WinrmTarget;
  readonly credential: Credential;
  readonly allowBasicOverHttp: boolean;
  /** Whether a scheme that can binds the logon to the TLS connection. */
  readonly channelBinding: ChannelBinding;
  /** The name that the host's certificate is for, where it is not the target's. */
  readonly serverName?: string;
}

/** What a session's options say about logging on, defaults filled in. */
export const logonRequest = (options: WinrmSessionOptions): LogonRequest => ({
  target: options.target,
  credential: options.credential,
  allowBasicOverHttp: options.allowBasicOverHttp ?? false,
  channelBinding: options.channelBinding ?? 'auto',
  serverName: options.tls?.serverName,
});

/** The account of a scheme that proves a password. Sessions are opened with what suits their scheme. */
export function passwordOf({ credential }: LogonRequest): PasswordCredential {
  if ('password' in credential) return credential;
  throw new TypeError('a client certificate holds no password');
}

/** A connection that wants to be authenticated. */
export interface UnauthenticatedConnection {
  /** DER of the host's certificate on https, what channel binding is made from; undefined on http. */
  readonly serverCertificate: Buffer | undefined;
  /** Sends a request without a body on this very connection. */
  exchange(headers: Readonly<Record<string, string>>): Promise<Result<HttpAnswer, WinrmError>>;
}

export interface AuthenticatedConnection {
  /** Go with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where bodies travel as they are. */
  readonly protection: BodyProtection | undefined;
  readonly notes: AuthenticationNotes;
  /** What a 401 to a later request means; `challenges` are the lines of WWW-Authenticate. */
  unauthorized(challenges: readonly string[]): WinrmError;
}

/** A scheme: one file, and one line in `schemes.ts`. */
export interface Authentication {
  /** What is wrong with the request, found before anything is sent. */
  objection(request: LogonRequest): WinrmError | undefined;
  /** Authenticates a fresh connection. `logonRefused` is only ever said after a 401 to a proof of the password. */
  authenticate(
    request: LogonRequest,
    connection: UnauthenticatedConnection,
  ): Promise<Result<AuthenticatedConnection, WinrmError>>;
}
