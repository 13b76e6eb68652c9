import { expect, it } from 'vitest';
import type { HostEntry } from '../../../src/inventory/host-entry.ts';
import type { Account, AccountFailure } from '../../../src/settings/accounts.ts';
import { vaultAccounts } from '../../../src/settings/key-vault/vault-accounts.ts';
import { keyVaultSecrets } from '../../../src/settings/key-vault/vault-secrets.ts';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import type { AuthenticationScheme } from '../../../src/winrm/winrm-session.ts';
import { leadHere, type StoredSecret, vaultStandIn } from './vault-stand-in.ts';

const standard = { 'hyperv-user': 'CONTOSO\\inventory', 'hyperv-password': 'Pa55-word of today' };

/** A vault, the accounts that are read from it, and a clock that stands still until it is moved. */
async function accountsFrom(
  secrets: Readonly<Record<string, StoredSecret | string>>,
  waits: { readonly patienceMs?: number; readonly answerMs?: number } = {},
) {
  const vault = await vaultStandIn(secrets);
  leadHere(vault);
  let now = Date.parse('2026-11-23T02:00:00Z');
  const credential = async () => ({
    getToken: async () => ({ token: 'good-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
  const accounts = vaultAccounts(keyVaultSecrets({ url: vault.url, credential, ...waits }), () => new Date(now));
  const need = (host: Pick<HostEntry, 'host' | 'credential'>, authentication: AuthenticationScheme = 'ntlm') => ({
    host,
    authentication,
  });
  return {
    vault,
    accounts,
    need,
    find: (host: string, credential?: string) => accounts.find(need({ host, credential })),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const found = (result: Awaited<ReturnType<Awaited<ReturnType<typeof accountsFrom>>['find']>>): Account => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const failed = (result: Awaited<ReturnType<Awaited<ReturnType<typeof accountsFrom>>['find']>>): AccountFailure => {
  if (result.ok) throw new Error(`found ${result.value.name}`);
  return result.error;
};

it('a host has its own account, else that of its domain, else the default one; one that it names comes first', async () => {
  const { find, vault } = await accountsFrom({
    ...standard,
    'hyperv-user-for-hv01-lab-test': 'hv01\\local',
    'hyperv-password-for-hv01-lab-test': 'own',
    'hyperv-user-for-lab-test': 'LAB\\inventory',
    'hyperv-password-for-lab-test': 'lab',
    'hyperv-user-edge-1': 'edge\\reader',
    'hyperv-password-edge-1': 'named',
  });
  const users = await Promise.all([
    find('HV01.lab.test'),
    find('hv02.lab.test'),
    find('hv03.emea.lab.test'),
    find('hv04.contoso.com'),
    find('10.0.0.5'),
    find('hv01.lab.test', 'edge_1'),
  ]);
  expect(users.map((result) => found(result).credential)).toEqual([
    { user: 'hv01\\local', password: 'own' },
    { user: 'LAB\\inventory', password: 'lab' },
    { user: 'LAB\\inventory', password: 'lab' },
    { user: 'CONTOSO\\inventory', password: 'Pa55-word of today' },
    { user: 'CONTOSO\\inventory', password: 'Pa55-word of today' },
    { user: 'edge\\reader', password: 'named' },
  ]);
  expect(users.map((result) => found(result).name)).toEqual([
    'for-hv01-lab-test',
    'for-lab-test',
    'for-lab-test',
    '',
    '',
    'edge_1',
  ]);
  // Nothing is asked for that is not there, and everything once: five pages of names, eight secrets.
  expect(vault.asked.filter((name) => name !== 'list').toSorted()).toEqual([...vault.secrets.keys()].toSorted());
});

it('the case of a secret’s name does not count, as it does not to the vault', async () => {
  const { find } = await accountsFrom({ 'HyperV-User': 'CONTOSO\\inventory', 'Hyperv-Password': 'x' });
  expect(found(await find('hv01')).credential).toEqual({ user: 'CONTOSO\\inventory', password: 'x' });
});

it('the vault is asked only after its challenge, and then with the token', async () => {
  const { find, vault } = await accountsFrom(standard);
  found(await find('hv01'));
  expect(vault.challenges()).toBeGreaterThan(0);
});

it('a secret is not asked for again for five minutes', async () => {
  const { find, vault, wait } = await accountsFrom(standard);
  await Promise.all([find('hv01'), find('hv02')]);
  wait(4 * 60_000);
  found(await find('hv03'));
  expect(vault.asked.filter((name) => name === 'hyperv-password')).toHaveLength(1);
  vault.secrets.set('hyperv-password', 'Pa55-word of tomorrow');
  wait(2 * 60_000);
  expect(found(await find('hv01')).credential).toMatchObject({ password: 'Pa55-word of tomorrow' });
});

it('after a refusal a changed password is taken up at once, read once for all hosts that were refused', async () => {
  const { find, vault, accounts, need } = await accountsFrom(standard);
  const refused = found(await find('hv01')).credential;
  vault.secrets.set('hyperv-password', 'Pa55-word of tomorrow');
  const hosts = ['hv01', 'hv02', 'hv03'];
  const newer = await Promise.all(hosts.map((host) => accounts.findNewer(need({ host }), refused)));
  expect(newer).toEqual(hosts.map(() => ({ user: 'CONTOSO\\inventory', password: 'Pa55-word of tomorrow' })));
  expect(vault.asked.filter((name) => name === 'hyperv-password')).toHaveLength(2);
  expect(found(await find('hv04')).credential).toEqual(newer[0]);
});

it('an account that was refused and has not been changed is not offered again, nor read for every refusal', async () => {
  const { find, vault, accounts, need, wait } = await accountsFrom(standard);
  const refused = found(await find('hv01')).credential;
  for (let host = 1; host <= 20; host += 1)
    expect(await accounts.findNewer(need({ host: `hv${host}` }), refused)).toBeUndefined();
  expect(vault.asked.filter((name) => name === 'hyperv-password')).toHaveLength(2);
  wait(60_000);
  vault.secrets.set('hyperv-password', 'mended');
  expect(await accounts.findNewer(need({ host: 'hv01' }), refused)).toMatchObject({ password: 'mended' });
});

it('a missing secret is named with its vault', async () => {
  const { find } = await accountsFrom({ 'hyperv-user': 'CONTOSO\\inventory' });
  expect(failed(await find('hv01'))).toEqual({
    code: 'credentialMissing',
    reason: 'the secret "hyperv-password" is not in https://contoso-hyperv.vault.azure.net, though "hyperv-user" is.',
  });
  expect(failed(await find('hv01', 'edge')).reason).toBe(
    'there are no secrets "hyperv-user-edge" and "hyperv-password-edge" in https://contoso-hyperv.vault.azure.net.',
  );
});

it('a secret that was missing is found soon after it was made', async () => {
  const { find, vault, wait } = await accountsFrom({});
  expect(failed(await find('hv01')).code).toBe('credentialMissing');
  for (const [name, value] of Object.entries(standard)) vault.secrets.set(name, value);
  wait(31_000);
  expect(found(await find('hv01')).credential).toMatchObject({ user: 'CONTOSO\\inventory' });
});

it.each([
  ['is disabled', { value: 'x', enabled: false }],
  ['expired on 2026-11-22', { value: 'x', expires: new Date('2026-11-22T00:00:00Z') }],
  ['is not valid before 2026-12-01', { value: 'x', notBefore: new Date('2026-12-01T00:00:00Z') }],
  ['is empty', { value: '' }],
])('a secret that %s is said to be so', async (what, secret) => {
  const { find } = await accountsFrom({ ...standard, 'hyperv-password': secret });
  const { code, reason } = failed(await find('hv01'));
  expect(code).toBe('credentialUnusable');
  expect(reason).toContain(`the secret "hyperv-password" in https://contoso-hyperv.vault.azure.net ${what}`);
});

it('where the vault may not be listed, each secret is asked for by its name', async () => {
  const { find, vault } = await accountsFrom({
    ...standard,
    'hyperv-user-for-hv01': 'a',
    'hyperv-password-for-hv01': 'b',
  });
  vault.refuse = (what) => (what === 'list' ? { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' } : undefined);
  expect(found(await find('hv01')).name).toBe('for-hv01');
  expect(found(await find('hv02')).name).toBe('');
});

it('a vault that forbids everything is an error that says which right is missing', async () => {
  const { find, vault } = await accountsFrom(standard);
  vault.refuse = () => ({ status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' });
  expect(failed(await find('hv01'))).toMatchObject({ code: 'vaultForbidden', detail: 'HTTP 403 ForbiddenByRbac' });
});

it('a vault that is throttled is asked again when it says so', async () => {
  const { find, vault } = await accountsFrom(standard);
  let left = 2;
  vault.refuse = () => (left-- > 0 ? { status: 429, code: 'Throttled', retryAfter: 0 } : undefined);
  expect(found(await find('hv01')).credential).toMatchObject({ user: 'CONTOSO\\inventory' });
});

it('a vault that wants to be left alone longer than a host can wait is an error at once', async () => {
  const { find, vault } = await accountsFrom(standard);
  vault.refuse = () => ({ status: 429, code: 'Throttled', retryAfter: 3_600 });
  expect(failed(await find('hv01'))).toMatchObject({ code: 'vaultThrottled', detail: 'HTTP 429 Throttled' });
  expect(vault.asked).toHaveLength(1);
});

it('a vault that does not answer is an error in time, and asked once for all hosts', async () => {
  const { find, vault } = await accountsFrom(standard, { patienceMs: 300, answerMs: 200 });
  vault.refuse = () => 'silence';
  const results = await Promise.all(['hv01', 'hv02', 'hv03'].map((host) => find(host)));
  for (const result of results) expect(failed(result)).toMatchObject({ code: 'vaultUnreachable' });
  expect(vault.asked.length).toBeLessThanOrEqual(2);
});

it('while the vault cannot be reached, hosts are asked with what it said last', async () => {
  const { find, vault, wait } = await accountsFrom(standard);
  found(await find('hv01'));
  vault.refuse = () => ({ status: 503, code: 'ServiceUnavailable', retryAfter: 3_600 });
  wait(10 * 60_000);
  expect(found(await find('hv02')).credential).toMatchObject({ password: 'Pa55-word of today' });
  wait(60 * 60_000);
  expect(failed(await find('hv03')).code).toBe('vaultUnreachable');
});

it('a token that is not accepted any more is an error of signing in, and no endless loop', async () => {
  const { find, vault } = await accountsFrom(standard);
  vault.tokens.clear();
  expect(failed(await find('hv01'))).toMatchObject({ code: 'vaultSignInFailed', detail: 'HTTP 401' });
});

it('a token that comes to its end is replaced by a new one', async () => {
  const vault = await vaultStandIn(standard);
  leadHere(vault);
  vault.tokens.add('short-token');
  const lives = [
    { token: 'short-token', expiresOnTimestamp: Date.now() + 500 },
    { token: 'good-token', expiresOnTimestamp: Date.now() + 3_600_000 },
  ];
  const getToken = async () => (lives.length > 1 ? lives.shift() : lives[0]) ?? null;
  const secrets = keyVaultSecrets({ url: vault.url, credential: async () => ({ getToken }) });
  expect(await secrets.names()).toMatchObject({ ok: true });
  vault.tokens.delete('short-token');
  expect(await secrets.read('hyperv-user')).toMatchObject({ ok: true, value: { value: 'CONTOSO\\inventory' } });
});

it('somebody without an identity is told so', async () => {
  const vault = await vaultStandIn(standard);
  leadHere(vault);
  const unavailable = Object.assign(new Error('no identity here'), { name: 'CredentialUnavailableError' });
  const secrets = keyVaultSecrets({
    url: vault.url,
    credential: async () => ({ getToken: () => Promise.reject(unavailable) }),
  });
  const accounts = vaultAccounts(secrets, () => new Date());
  expect(failed(await accounts.find({ host: { host: 'hv01' }, authentication: 'ntlm' }))).toMatchObject({
    code: 'vaultSignInFailed',
  });
});

it('a vault that is not there is an error with the reason of the network', async () => {
  const vault = await vaultStandIn(standard);
  leadHere(vault);
  process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
  const credential = async () => ({
    getToken: async () => ({ token: 'good-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
  const accounts = vaultAccounts(keyVaultSecrets({ url: vault.url, credential, patienceMs: 50 }), () => new Date());
  expect(failed(await accounts.find({ host: { host: 'hv01' }, authentication: 'ntlm' }))).toMatchObject({
    code: 'vaultUnreachable',
  });
});

it('a client certificate is a secret in PEM, with its key', async () => {
  const { certificate, key } = issueCertificate({
    commonName: 'inventory',
    purpose: 'client',
    notBefore: new Date('2026-11-01T00:00:00Z'),
    notAfter: new Date('2027-11-01T00:00:00Z'),
  });
  const { accounts, need, vault } = await accountsFrom({ 'hyperv-certificate': `${key}${certificate}` });
  const account = found(await accounts.find(need({ host: 'hv01' }, 'certificate')));
  expect(account.credential).toEqual({ certificate: { certificate: certificate.trim(), key } });
  expect(vault.asked).toEqual(['list', 'hyperv-certificate']);
});

it.each([
  ['as PKCS #12', { value: 'MIIK', contentType: 'application/x-pkcs12' }, /PKCS #12: have the vault keep/],
  ['without its key', issueCertificate({ commonName: 'i', purpose: 'client' }).certificate, /holds no private key/],
])('a client certificate %s cannot be used', async (_case, secret, said) => {
  const { accounts, need } = await accountsFrom({ 'hyperv-certificate': secret });
  const error = failed(await accounts.find(need({ host: 'hv01' }, 'certificate')));
  expect(error.code).toBe('credentialUnusable');
  expect(error.reason).toMatch(said);
});

it('no value of a secret is in any failure', async () => {
  const { find, vault } = await accountsFrom({
    ...standard,
    'hyperv-user': { value: 'CONTOSO\\hidden', enabled: false },
  });
  const failures: AccountFailure[] = [failed(await find('hv01'))];
  vault.refuse = () => ({ status: 500, code: 'Pa55-word of today' });
  failures.push(failed(await find('hv01', 'edge')));
  expect(JSON.stringify(failures)).not.toMatch(/Pa55|hidden|good-token/);
});
