import { resolve } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import type { HostEntry } from '../inventory/host-entry.ts';
import { hostErrorKinds } from '../inventory/host-error.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import type { AccountFailure, Accounts } from './accounts.ts';
import { azureCredential } from './azure-credential.ts';
import { vaultAccounts } from './key-vault/vault-accounts.ts';
import { keyVaultSecrets } from './key-vault/vault-secrets.ts';
import { loadAuthorities } from './load-authorities.ts';
import type { Settings } from './settings.ts';
import { settingsAccounts } from './settings-accounts.ts';

/** What a run reaches its hosts with, read anew where a run goes on. Holds secrets: never write it anywhere. */
export interface RunAccess {
  readonly accounts: Accounts;
  readonly proxy?: Settings['proxy'];
  /** PEM text of private CAs. */
  readonly authorities?: string;
}

/** What of a run decides how its hosts are reached. */
export interface AccessNeeds {
  readonly hosts: readonly HostEntry[];
  /** Absolute. */
  readonly caFile?: string;
  readonly options: Pick<RunOptions, 'authentication'>;
}

/** The accounts that these settings lead to: those of the Key Vault where one is named, else their own. */
export function accountsOf(
  settings: Settings,
  workingFolder: string,
  identity: () => Promise<TokenCredential> = () => azureCredential(settings.identity),
): Accounts {
  const { keyVaultUrl: url } = settings;
  const now = () => new Date();
  if (url === undefined) return settingsAccounts(settings, { workingFolder, now });
  return vaultAccounts(keyVaultSecrets({ url, credential: identity }), now);
}

/** The file with private CAs, as an absolute path; the option wins over the setting. */
export const caFileOf = (
  option: string | undefined,
  { caFile }: Settings,
  workingFolder: string,
): string | undefined => {
  const given = option ?? caFile;
  return given === undefined ? undefined : resolve(workingFolder, given);
};

/** The private CAs of a file, or, where none is named, those that stand in the settings. */
export async function authoritiesOf(
  caFile: string | undefined,
  settings: Settings,
): Promise<Result<string | undefined, string>> {
  if (caFile === undefined) return success(settings.authorities);
  const loaded = await loadAuthorities(caFile, 'The CA file');
  return loaded.ok ? loaded : failure(loaded.error.message);
}

/**
 * Reads everything that the hosts of a run are reached with; what is missing or broken is said before anything starts.
 * An account that hosts name and nobody holds ends only those hosts; without the default one nothing can start.
 */
export async function openAccess(
  { hosts, caFile, options }: AccessNeeds,
  settings: Settings,
  workingFolder: string,
): Promise<Result<RunAccess, readonly string[]>> {
  const accounts = accountsOf(settings, workingFolder);
  const objections = await objectionsTo(accounts, { hosts, options }, settings);
  if (objections.length > 0) return failure(objections);
  const authorities = await authoritiesOf(caFile, settings);
  if (!authorities.ok) return failure([authorities.error]);
  return success({ accounts, proxy: settings.proxy, authorities: authorities.value });
}

async function objectionsTo(
  accounts: Accounts,
  { hosts, options: { authentication } }: Pick<AccessNeeds, 'hosts' | 'options'>,
  settings: Settings,
): Promise<readonly string[]> {
  const found = await Promise.all(
    hosts.map(async (host) => ({ host, account: await accounts.find({ host, authentication }) })),
  );
  const failures = found.flatMap(({ host, account }) => (account.ok ? [] : [{ host, error: account.error }]));
  const isFatal = ({ host, error }: (typeof failures)[number]): boolean =>
    settings.keyVaultUrl === undefined
      ? error.code === 'credentialUnusable' || (isMissing(error) && host.credential === undefined)
      : (isMissing(error) && host.credential === undefined) || failures.length === hosts.length;
  const fatal = failures.filter(isFatal);
  return [...new Set(fatal.map(({ host, error }) => objection(host, error, settings, authentication)))];
}

const isMissing = ({ code }: AccountFailure): boolean => code === 'credentialMissing';

function objection(
  { credential }: HostEntry,
  error: AccountFailure,
  { keyVaultUrl }: Settings,
  authentication: RunOptions['authentication'],
): string {
  if (keyVaultUrl !== undefined) return `No credentials: ${error.reason} ${hostErrorKinds[error.code].advice}`;
  return isMissing(error) && credential === undefined ? noCredentials(authentication) : error.reason;
}

function noCredentials(authentication: RunOptions['authentication']): string {
  const names =
    authentication === 'certificate' ? 'HYPERV_CERT_FILE and HYPERV_KEY_FILE' : 'HYPERV_USER and HYPERV_PASSWORD';
  return `No credentials: set ${names}, in the environment or in .env.`;
}
