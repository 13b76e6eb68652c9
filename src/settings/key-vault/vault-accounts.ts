import { accountNames } from '../../inventory/account-names.ts';
import { failure, type Result, success } from '../../result.ts';
import type { Credential } from '../../winrm/winrm-session.ts';
import type { Account, AccountFailure, AccountNeed, Accounts } from '../accounts.ts';
import { readClientCertificate } from '../load-client-certificate.ts';
import { ticketHolder } from '../settings-accounts.ts';
import { type CachedSecrets, cachedSecrets } from './cached-secrets.ts';
import { type SecretNames, secretNames } from './secret-names.ts';
import type { Secret, VaultSecrets } from './vault-secrets.ts';

/** The accounts that a Key Vault holds, the best there is for each host. They are read again every few minutes. */
export function vaultAccounts(vault: VaultSecrets, clock: () => Date): Accounts {
  const secrets = cachedSecrets(vault, () => clock().getTime());

  const find = async (need: AccountNeed): Promise<Result<Account, AccountFailure>> => {
    const listed = await secrets.names();
    if (!listed.ok) return listed;
    for (const { name, names } of candidates(need, listed.value)) {
      const found = await readAccount(names, need, secrets, clock());
      if (!found.ok) return found;
      if (found.value !== undefined) return success({ name, credential: found.value });
    }
    return nothingFound(need, secrets.url);
  };

  return {
    find,
    findNewer: async (need, refused) => {
      const known = await find(need);
      // Somebody else has been refused before us, and it is read already.
      if (known.ok && !isSame(known.value.credential, refused)) return known.value.credential;
      secrets.renew(known.ok ? secretsOf(known.value.name, need) : []);
      const newer = await find(need);
      return newer.ok && !isSame(newer.value.credential, refused) ? newer.value.credential : undefined;
    },
  };
}

/** The accounts that the host may be asked with, of which a secret is known to exist. */
function candidates(
  { host, authentication }: AccountNeed,
  listed: ReadonlySet<string> | undefined,
): readonly { readonly name: string; readonly names: SecretNames }[] {
  return accountNames(host).flatMap((name) => {
    const names = secretNames(name);
    if (names === undefined) return [];
    const wanted = authentication === 'certificate' ? [names.certificate] : [names.user, names.password];
    return listed === undefined || wanted.some((secret) => listed.has(secret)) ? [{ name, names }] : [];
  });
}

function secretsOf(account: string, { authentication }: AccountNeed): readonly string[] {
  const names = secretNames(account);
  if (names === undefined) return [];
  return authentication === 'certificate' ? [names.certificate] : [names.user, names.password];
}

async function readAccount(
  names: SecretNames,
  { authentication }: AccountNeed,
  secrets: CachedSecrets,
  now: Date,
): Promise<Result<Credential | undefined, AccountFailure>> {
  const read = async (name: string): Promise<Result<Secret | undefined, AccountFailure>> => {
    const secret = await secrets.read(name);
    if (!secret.ok || secret.value === undefined) return secret;
    const objection = objectionTo(secret.value, now);
    return objection === undefined ? secret : failure(unusable(name, secrets.url, objection));
  };
  if (authentication === 'certificate') {
    const secret = await read(names.certificate);
    if (!secret.ok || secret.value === undefined) return secret.ok ? success(undefined) : secret;
    return certificateOf(secret.value, names.certificate, secrets.url, now);
  }
  const [user, password] = await Promise.all([read(names.user), read(names.password)]);
  if (!user.ok) return user;
  if (!password.ok) return password;
  if (user.value === undefined && password.value === undefined) return success(undefined);
  if (user.value === undefined) return halfMissing(names.user, names.password, secrets.url);
  // With Kerberos a ticket stands for the password.
  if (password.value === undefined && authentication !== 'kerberos')
    return halfMissing(names.password, names.user, secrets.url);
  return success({ user: user.value.value.trim(), password: withoutLineEnd(password.value?.value ?? '') });
}

/** A secret that was set from a file ends with a line break, which no password does. */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

function objectionTo({ value, expiresOn, notBefore }: Secret, now: Date): string | undefined {
  if (value.trim() === '') return 'is empty';
  if (expiresOn !== undefined && expiresOn <= now) return `expired on ${expiresOn.toISOString()}`;
  if (notBefore !== undefined && notBefore > now) return `is not valid before ${notBefore.toISOString()}`;
  return undefined;
}

const unusable = (name: string, url: string, objection: string): AccountFailure => ({
  code: 'credentialUnusable',
  reason: `the secret "${name}" in ${url} ${objection}.`,
});

async function certificateOf(
  { value, contentType }: Secret,
  name: string,
  url: string,
  now: Date,
): Promise<Result<Credential, AccountFailure>> {
  if (contentType === 'application/x-pkcs12')
    return failure(unusable(name, url, 'is a PKCS #12: have the vault keep the certificate as PEM'));
  const file = `the secret "${name}" in ${url}`;
  const names = { certFile: 'Key Vault', keyFile: 'Key Vault', passphrase: 'Key Vault' };
  const read = readClientCertificate({ certificate: value, key: value }, { certFile: file, keyFile: file, names }, now);
  return read.ok
    ? success({ certificate: read.value })
    : failure({ code: 'credentialUnusable', reason: read.error.message });
}

const halfMissing = (missing: string, present: string, url: string): { ok: false; error: AccountFailure } =>
  failure({
    code: 'credentialMissing',
    reason: `the secret "${missing}" is not in ${url}, though "${present}" is.`,
  });

function nothingFound(need: AccountNeed, url: string): Result<Account, AccountFailure> {
  const name = accountNames(need.host).at(-1) ?? '';
  if (need.authentication === 'kerberos' && need.host.credential === undefined)
    return success({ name, credential: ticketHolder });
  const lacking = secretsOf(name, need).map((secret) => `"${secret}"`);
  const secrets = lacking.length === 1 ? `secret ${lacking[0]}` : `secrets ${lacking.join(' and ')}`;
  return failure({ code: 'credentialMissing', reason: `there are no ${secrets} in ${url}.` });
}

/** A new version with the same words in it would be refused as well. */
function isSame(one: Credential, other: Credential): boolean {
  if ('certificate' in one || 'certificate' in other) {
    const pem = (credential: Credential) => ('certificate' in credential ? credential.certificate.certificate : '');
    return pem(one) === pem(other);
  }
  return one.user === other.user && one.password === other.password;
}
