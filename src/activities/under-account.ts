import { mostRefusals } from '../inventory/account-names.ts';
import type { HostError, HostErrorCode } from '../inventory/host-error.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { type AccountNeed, accountError } from '../settings/accounts.ts';
import type { Credential } from '../winrm/winrm-session.ts';

const refusalCodes: ReadonlySet<HostErrorCode> = new Set<HostErrorCode>([
  'logonRefused',
  'clientCertificateRefused',
  'clientCertificateNotMapped',
]);

/** True where the host did not let this account in, so that another password could. */
const isRefusal = (error: HostError | undefined): boolean => error !== undefined && refusalCodes.has(error.code);

/** What was done under an account, with the error that ended it. */
interface Tried {
  readonly error?: HostError;
}

/**
 * Does something at a host under its account. Where the host refuses that, and its source holds a newer one by now (the
 * password was changed since it was read), it is done once more with the newer one, unless that could be one refusal
 * more than the account can bear. Comes back with every try, at least one.
 */
export async function underAccount<Outcome extends Tried>(
  need: AccountNeed,
  { accounts }: Pick<Services, 'accounts'>,
  work: (credential: Credential) => Promise<Outcome>,
  refusalsLeft: number = mostRefusals,
): Promise<Result<{ readonly last: Outcome; readonly earlier: readonly Outcome[] }, HostError>> {
  const account = await accounts.find(need);
  if (!account.ok) return failure(accountError(need.host, account.error));
  const { credential } = account.value;
  const first = await work(credential);
  const newer = isRefusal(first.error) ? await accounts.findNewer(need, credential) : undefined;
  if (newer === undefined || refusalsLeft < 2) return success({ last: first, earlier: [] });
  return success({ last: await work(newer), earlier: [first] });
}
