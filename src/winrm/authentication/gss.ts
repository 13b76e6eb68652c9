/** What a Kerberos logon needs of a GSS library (RFC 2743); handed in, so that the scheme runs without a native module. */
import type { Result } from '../../result.ts';

/** Whose ticket to use. */
export interface GssAccount {
  readonly user: string;
  /** A realm behind an `@`, or a Windows domain before a backslash. */
  readonly realm?: string;
  readonly domain?: string;
  /** Used where the library can get a ticket with it; empty: none was given. */
  readonly password: string;
}

/** One logon as initiator, with mutual authentication. Every failure is an exception with the library's own text. */
export interface GssContext {
  /** Takes the host's token (none at first) and gives the next one to send, both base64; undefined: nothing to send. */
  step(token?: string): Promise<string | undefined>;
  /** True once both sides have proven themselves. */
  readonly complete: boolean;
  /** Who was logged on, as `user@REALM`; known once complete. */
  readonly principal: string | undefined;
}

export interface GssLibrary {
  /** Starts a logon at the service `HTTP/<serviceHost>`; without an account with the ticket that the machine has. */
  startContext(serviceHost: string, account: GssAccount | undefined): Promise<GssContext>;
}

/** Gets hold of the library when it is needed for the first time; a failure says why it cannot be used. */
export type LoadGssLibrary = () => Promise<Result<GssLibrary, string>>;
