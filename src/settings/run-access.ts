import { resolve } from 'node:path';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import type { AccountFailure, Accounts } from './accounts.ts';
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

/** The accounts that these settings lead to. */
export const accountsOf = (settings: Settings, workingFolder: string): Accounts =>
  settingsAccounts(settings, { workingFolder, now: () => new Date() });

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
  const objections = await objectionsTo(accounts, hosts, options);
  if (objections.length > 0) return failure(objections);
  const authorities = await authoritiesOf(caFile, settings);
  if (!authorities.ok) return failure([authorities.error]);
  return success({ accounts, proxy: settings.proxy, authorities: authorities.value });
}

async function objectionsTo(
  accounts: Accounts,
  hosts: readonly HostEntry[],
  { authentication }: AccessNeeds['options'],
): Promise<readonly string[]> {
  const found = await Promise.all(
    hosts.map(async (host) => ({ host, account: await accounts.find({ host, authentication }) })),
  );
  const failures = found.flatMap(({ host, account }) => (account.ok ? [] : [{ host, error: account.error }]));
  const fatal = failures.filter(
    ({ host, error }) => error.code === 'credentialUnusable' || (isMissing(error) && host.credential === undefined),
  );
  return [...new Set(fatal.map(({ error }) => (isMissing(error) ? noCredentials(authentication) : error.reason)))];
}

const isMissing = ({ code }: AccountFailure): boolean => code === 'credentialMissing';

function noCredentials(authentication: RunOptions['authentication']): string {
  const names =
    authentication === 'certificate' ? 'HYPERV_CERT_FILE and HYPERV_KEY_FILE' : 'HYPERV_USER and HYPERV_PASSWORD';
  return `No credentials: set ${names}, in the environment or in .env.`;
}
