import { accountNames, defaultAccount } from '../inventory/account-names.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { type HostError, type HostErrorCode, hostError } from '../inventory/host-error.ts';
import { failure, type Result, success } from '../result.ts';
import type { AuthenticationScheme, Credential } from '../winrm/winrm-session.ts';

/** Where the accounts of hosts come from. */
export interface Accounts {
  /** The account that a host is asked with. */
  find(need: AccountNeed): Promise<Result<Account, AccountFailure>>;
  /**
   * After a host refused an account: another user or password than the refused one, where the source holds it by now.
   * A source that cannot change has none.
   */
  findNewer(need: AccountNeed, refused: Credential): Promise<Credential | undefined>;
}

export interface AccountNeed {
  readonly host: Pick<HostEntry, 'host' | 'credential'>;
  readonly authentication: AuthenticationScheme;
}

export interface Account {
  /** One of the host's `accountNames`. */
  readonly name: string;
  readonly credential: Credential;
}

/** Why there is no account. Never a secret. */
export interface AccountFailure {
  readonly code: Extract<
    HostErrorCode,
    | 'credentialMissing'
    | 'credentialUnusable'
    | 'vaultForbidden'
    | 'vaultSignInFailed'
    | 'vaultThrottled'
    | 'vaultUnreachable'
  >;
  /** A sentence that names the setting, or the secret and its vault; not the host. */
  readonly reason: string;
  /** What the other side said. */
  readonly detail?: string;
}

/** What a host ends with that has no account. */
export const accountError = ({ host }: AccountNeed['host'], { code, reason, detail }: AccountFailure): HostError =>
  hostError(code, host, `${host}: ${reason}`, detail);

/** True where a scheme can be used with a credential: certificates with theirs, passwords with all others. */
export const suits = (credential: Credential, authentication: AuthenticationScheme): boolean =>
  'certificate' in credential === (authentication === 'certificate');

/** The failure where nobody has set what a host needs. */
export function notSet({ host: { credential }, authentication }: AccountNeed): { ok: false; error: AccountFailure } {
  const lacking = authentication === 'certificate' ? 'client certificate' : 'account';
  const reason = `no ${lacking} is set${credential === undefined ? '' : ` for "${credential}"`}.`;
  return failure({ code: 'credentialMissing', reason });
}

/** One account for all hosts; undefined: none at all. */
export const oneAccount = (credential: Credential | undefined): Accounts => ({
  find: async (need) =>
    credential === undefined || !suits(credential, need.authentication)
      ? notSet(need)
      : success({ name: accountNames(need.host).at(-1) ?? defaultAccount, credential }),
  findNewer: async () => undefined,
});
