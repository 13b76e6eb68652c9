import { resolve } from 'node:path';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { failure, type Result, success } from '../result.ts';
import { loadAuthorities } from '../settings/load-authorities.ts';
import { loadClientCertificate } from '../settings/load-client-certificate.ts';
import type { Settings } from '../settings/settings.ts';
import type { Credential, PasswordCredential } from '../winrm/winrm-session.ts';
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
const ticketHolder: PasswordCredential = { user: '', password: '' };

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
  workingFolder: string,
): Promise<Result<RunAccess, UsageError>> {
  const credentials =
    options.authentication === 'certificate'
      ? await clientCertificates(hosts, settings, workingFolder)
      : success(accounts(settings, options));
  if (!credentials.ok) return credentials;
  // A credential name that the settings lack ends only its own hosts; without the default account nothing can start.
  if (!credentials.value.has('') && hosts.some((host) => host.credential === undefined)) {
    const names =
      options.authentication === 'certificate'
        ? 'HYPERV_CERT_FILE and HYPERV_KEY_FILE'
        : 'HYPERV_USER and HYPERV_PASSWORD';
    return failure(usageError(`No credentials: set ${names}, in the environment or in .env.`));
  }
  const authorities =
    caFile === undefined ? success(settings.authorities) : await loadAuthorities(caFile, 'The CA file');
  if (!authorities.ok) return failure(usageError(authorities.error.message));
  return success({
    credential: (name) => credentials.value.get(name?.toLowerCase() ?? ''),
    proxy: settings.proxy,
    authorities: authorities.value,
  });
}

/** By name in lower case, the default one under the empty name. */
type Credentials = ReadonlyMap<string, Credential>;

function accounts({ credential, namedCredentials }: Settings, { authentication }: AccessNeeds['options']): Credentials {
  const standard = credential ?? (authentication === 'kerberos' ? ticketHolder : undefined);
  return new Map([...namedCredentials, ...(standard ? [['', standard] as const] : [])]);
}

/** Those that hosts are asked with; one that cannot be used ends the run before it starts. */
async function clientCertificates(
  hosts: readonly HostEntry[],
  settings: Settings,
  workingFolder: string,
): Promise<Result<Credentials, UsageError>> {
  const credentials = new Map<string, Credential>();
  const problems: string[] = [];
  for (const name of new Set(hosts.map(({ credential }) => credential?.toLowerCase() ?? ''))) {
    const files = settings.clientCertificates.get(name);
    if (files === undefined) continue;
    const certFile = resolve(workingFolder, files.certFile);
    const keyFile = resolve(workingFolder, files.keyFile);
    const loaded = await loadClientCertificate({ ...files, certFile, keyFile }, new Date());
    if (loaded.ok) credentials.set(name, { certificate: loaded.value });
    else problems.push(loaded.error.message);
  }
  return problems.length > 0 ? failure(usageError(...problems)) : success(credentials);
}
