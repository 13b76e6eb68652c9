import { resolve } from 'node:path';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import { loadAuthorities } from '../settings/load-authorities.ts';
import type { Settings } from '../settings/settings.ts';
import type { Credential } from '../winrm/winrm-session.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** What a run reaches its hosts with, read anew where a run goes on. Holds secrets: never write it anywhere. */
export interface RunAccess {
  /** The account of that name, the default one without a name. */
  readonly credential: (name?: string) => Credential | undefined;
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

/** Kerberos needs no account: whoever holds the ticket of this machine is logged on. */
const ticketHolder: Credential = { user: '', password: '' };

/** The file with private CAs, as an absolute path; the option wins over the setting. */
export const caFileOf = (
  option: string | undefined,
  { caFile }: Settings,
  workingFolder: string,
): string | undefined => {
  const given = option ?? caFile;
  return given === undefined ? undefined : resolve(workingFolder, given);
};

/** Reads everything that hosts are reached with; what is missing or broken is said before anything starts. */
export async function openAccess(
  { hosts, caFile, options }: AccessNeeds,
  settings: Settings,
): Promise<Result<RunAccess, UsageError>> {
  const { namedCredentials, proxy } = settings;
  const credential = settings.credential ?? (options.authentication === 'kerberos' ? ticketHolder : undefined);
  // A credential name that the settings lack ends only its own hosts; without the default account nothing can start.
  if (credential === undefined && hosts.some((host) => host.credential === undefined)) {
    return failure(usageError('No credentials: set HYPERV_USER and HYPERV_PASSWORD, in the environment or in .env.'));
  }
  const authorities = caFile === undefined ? success(undefined) : await loadAuthorities(caFile, 'The CA file');
  if (!authorities.ok) return failure(usageError(authorities.error.message));
  return success({
    credential: (name) => (name === undefined ? credential : namedCredentials.get(name.toLowerCase())),
    proxy,
    authorities: authorities.value,
  });
}
