import { accountNames, defaultAccount, mostRefusals } from './account-names.ts';
import type { HostEntry } from './host-entry.ts';
import { hostError } from './host-error.ts';
import type { Preflight } from './preflight.ts';
import { unreachedHost } from './unreached-host.ts';

/** What is known of one account so far. */
export interface AccountProof {
  /** Whose account it is: the same for every credential of one user. Undefined: nobody else's. */
  readonly user?: string;
  readonly state: 'unproven' | 'accepted' | 'refused';
  readonly refusals: number;
  /** Hosts in a row, up to now, that did not even take a connection. */
  readonly unanswered: number;
}

/** Proofs by account name. */
export type AccountProofs = ReadonlyMap<string, AccountProof>;

const unproven: AccountProof = { state: 'unproven', refusals: 0, unanswered: 0 };

/** Proofs before anything was asked: `users` tells the user of each account that there is. */
export const unprovenAccounts = (users: Readonly<Record<string, string>>): AccountProofs =>
  new Map(Object.entries(users).map(([account, user]) => [account, { ...unproven, user }]));

/** What a lock-out would hit: credentials of one user, whatever their names, are one account to the domain. */
export const guardOf = (proofs: AccountProofs, account: string): string => {
  const { user } = proofOf(proofs, account);
  return user === undefined ? `credential ${account}` : `user ${user}`;
};

/**
 * The name of a host's account: the best that there is one of. A host of which none was found counts with those of the
 * default account, which can only make the guard stricter.
 */
export function accountOf(host: HostEntry, proofs: AccountProofs): string {
  const names = accountNames(host);
  return names.find((name) => proofs.has(name)) ?? names.at(-1) ?? defaultAccount;
}

/** How many more refusals an account can bear; undefined where a host has accepted it. */
export function refusalsLeft(proofs: AccountProofs, host: HostEntry): number | undefined {
  const { state, refusals } = proofOf(proofs, accountOf(host, proofs));
  return state === 'accepted' ? undefined : mostRefusals - refusals;
}

/** What is known of an account; one that nobody heard of is unproven. */
export const proofOf = (proofs: AccountProofs, account: string): AccountProof => proofs.get(account) ?? unproven;

/** For accounts that no refusal can harm: their hosts are all asked at once. */
export const acceptedAccounts = (hosts: readonly HostEntry[]): AccountProofs =>
  new Map(hosts.map((host) => [accountOf(host, new Map()), { ...unproven, state: 'accepted' }]));

/** The same knowledge for another round over the hosts: who did not answer before may answer now. */
export const forAnotherRound = (proofs: AccountProofs): AccountProofs =>
  new Map([...proofs].map(([account, proof]) => [account, { ...proof, unanswered: 0 }]));

/** What a try of an account at a host came to. */
export type Tried = Pick<Preflight, 'host' | 'reachable' | 'error'> & Partial<Pick<Preflight, 'attempts'>>;

/** What is known of the accounts after these preflights. Only a refused log-on speaks against an account. */
export function learnFrom(proofs: AccountProofs, preflights: readonly Tried[]): AccountProofs {
  const learnt = new Map(proofs);
  for (const preflight of preflights) {
    const account = accountOf(preflight.host, learnt);
    const before = proofOf(learnt, account);
    const after = afterPreflight(before, preflight);
    learnt.set(account, after);
    countForOthers(learnt, account, after.refusals - before.refusals);
  }
  return learnt;
}

/** A refusal counts against every credential of the user that no host has accepted yet. */
function countForOthers(proofs: Map<string, AccountProof>, refused: string, refusals: number): void {
  if (refusals === 0) return;
  const guard = guardOf(proofs, refused);
  for (const [account, proof] of proofs) {
    if (account === refused || proof.state !== 'unproven' || guardOf(proofs, account) !== guard) continue;
    proofs.set(account, withRefusals(proof, refusals));
  }
}

function withRefusals(proof: AccountProof, more: number): AccountProof {
  const refusals = proof.refusals + more;
  return { ...proof, state: refusals >= mostRefusals ? 'refused' : 'unproven', refusals, unanswered: 0 };
}

function afterPreflight(proof: AccountProof, { reachable, error, attempts = [] }: Tried): AccountProof {
  if (proof.state !== 'unproven') return proof;
  // More than one where the password had been changed, and the host refused the new one too.
  const refused = attempts.filter((attempt) => attempt.error?.code === 'logonRefused').length;
  const refusals = Math.max(refused, error?.code === 'logonRefused' ? 1 : 0);
  if (reachable) return { ...proof, state: 'accepted', refusals: proof.refusals + refusals, unanswered: 0 };
  return refusals > 0 ? withRefusals(proof, refusals) : { ...proof, unanswered: proof.unanswered + 1 };
}

/** The preflight of a host that is not asked, because its account was refused elsewhere. */
export const accountRefused = (host: HostEntry): Preflight =>
  unreachedHost(host, hostError('accountRefused', host.host));
