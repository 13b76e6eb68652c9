import { resolve } from 'node:path';
import { defaultAccount } from '../inventory/account-names.ts';
import { failure, type Result, success } from '../result.ts';
import type { Credential, PasswordCredential } from '../winrm/winrm-session.ts';
import { type Account, type AccountFailure, type AccountNeed, type Accounts, notSet } from './accounts.ts';
import { loadClientCertificate } from './load-client-certificate.ts';
import type { Settings } from './settings.ts';

/** Kerberos needs no account: whoever holds the ticket of this machine is logged on. */
export const ticketHolder: PasswordCredential = { user: '', password: '' };

/** The accounts that the settings hold themselves. Files of client certificates are read when a host needs them, once. */
export function settingsAccounts(
  { credential, namedCredentials, clientCertificates }: Settings,
  { workingFolder, now }: { readonly workingFolder: string; readonly now: () => Date },
): Accounts {
  const certificates = new Map<string, Promise<Result<Credential, AccountFailure>>>();

  const certificateOf = (name: string): Promise<Result<Credential, AccountFailure>> | undefined => {
    const files = clientCertificates.get(name);
    if (files === undefined) return undefined;
    const known = certificates.get(name) ?? load(files);
    certificates.set(name, known);
    return known;
  };
  const load = async (
    files: Parameters<typeof loadClientCertificate>[0],
  ): Promise<Result<Credential, AccountFailure>> => {
    const certFile = resolve(workingFolder, files.certFile);
    const keyFile = resolve(workingFolder, files.keyFile);
    const loaded = await loadClientCertificate({ ...files, certFile, keyFile }, now());
    return loaded.ok
      ? success({ certificate: loaded.value })
      : failure({ code: 'credentialUnusable', reason: loaded.error.message });
  };
  const passwordOf = (name: string, { authentication }: AccountNeed): Credential | undefined =>
    name !== defaultAccount
      ? namedCredentials.get(name)
      : (credential ?? (authentication === 'kerberos' ? ticketHolder : undefined));

  return {
    find: async (need): Promise<Result<Account, AccountFailure>> => {
      const name = need.host.credential?.toLowerCase() ?? defaultAccount;
      if (need.authentication === 'certificate') {
        const loaded = await certificateOf(name);
        if (loaded === undefined) return notSet(need);
        return loaded.ok ? success({ name, credential: loaded.value }) : loaded;
      }
      const found = passwordOf(name, need);
      return found === undefined ? notSet(need) : success({ name, credential: found });
    },
    findNewer: async () => undefined,
  };
}
