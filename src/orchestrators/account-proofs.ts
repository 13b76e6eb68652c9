import { unreachedHost } from '../activities/unreached-host.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { hostError } from '../inventory/host-error.ts';
import type { Preflight } from '../inventory/preflight.ts';

/** Log-on refusals after which an account is used no more: many hosts at once would lock it out of its domain. */
export const mostRefusals = 2;

/** What is known of one account so far. */
export interface AccountProof {
  /** Whose account it is: the same for every credential of one user. Undefined: nobody else's. */
  readonly user?: string;
  readonly state: 'unproven' | 'accepted' | 'refused';
  readonly refusals: number;
  /** Hosts in a row, up to now, that did not even take a connection. */
  readonly unanswered: number;
}

/** Proofs by credential name; the default account under the empty name. */
export type AccountProofs = ReadonlyMap<string, AccountProof>;

const unproven: AccountProof = { state: 'unproven', refusals: 0, unanswered: 0 };

/** Proofs before anything was asked: `users` tells the user of each credential name. */
export const unprovenAccounts = (users: Readonly<Record<string, string>>): AccountProofs =>
  new Map(Object.entries(users).map(([account, user]) => [account, { ...unproven, user }]));

/** What a lock-out would hit: credentials of one user, whatever their names, are one account to the domain. */
export const guardOf = (proofs: AccountProofs, account: string): string => {
  const { user } = proofOf(proofs, account);
  return user === undefined ? `credential ${account}` : `user ${user}`;
};

/** The name under which a host's account is proven. */
export const accountOf = ({ credential }: HostEntry): string => credential ?? '';

export const proofOf = (proofs: AccountProofs, account: string): AccountProof => proofs.get(account) ?? unproven;

/** For accounts that no refusal can harm: their hosts are all asked at once. */
export const acceptedAccounts = (hosts: readonly HostEntry[]): AccountProofs =>
  new Map(hosts.map((host) => [accountOf(host), { ...unproven, state: 'accepted' }]));

/** The same knowledge for another round over the hosts: who did not answer before may answer now. */
export const forAnotherRound = (proofs: AccountProofs): AccountProofs =>
  new Map([...proofs].map(([account, proof]) => [account, { ...proof, unanswered: 0 }]));

/** What a try of an account at a host came to. */
export type Tried = Pick<Preflight, 'host' | 'reachable' | 'error'>;

/** What is known of the accounts after these preflights. Only a refused log-on speaks against an account. */
export function learnFrom(proofs: AccountProofs, preflights: readonly Tried[]): AccountProofs {
  const learnt = new Map(proofs);
  for (const preflight of preflights) {
    const account = accountOf(preflight.host);
    const before = proofOf(learnt, account);
    const after = afterPreflight(before, preflight);
    learnt.set(account, after);
    if (after.refusals > before.refusals) countForOthers(learnt, account);
  }
  return learnt;
}

/** A refusal counts against every credential of the user that no host has accepted yet. */
function countForOthers(proofs: Map<string, AccountProof>, refused: string): void {
  const guard = guardOf(proofs, refused);
  for (const [account, proof] of proofs) {
    if (account === refused || proof.state !== 'unproven' || guardOf(proofs, account) !== guard) continue;
    proofs.set(account, withRefusal(proof));
  }
}

function withRefusal(proof: AccountProof): AccountProof {
  const refusals = proof.refusals + 1;
  return { ...proof, state: refusals >= mostRefusals ? 'refused' : 'unproven', refusals, unanswered: 0 };
}

function afterPreflight(proof: AccountProof, { reachable, error }: Tried): AccountProof {
  if (proof.state !== 'unproven') return proof;
  if (reachable) return { ...proof, state: 'accepted', unanswered: 0 };
  if (error?.code !== 'logonRefused') return { ...proof, unanswered: proof.unanswered + 1 };
  return withRefusal(proof);
}

/** The preflight of a host that is not asked, because its account was refused elsewhere. */
export const accountRefused = (host: HostEntry): Preflight =>
  unreachedHost(host, hostError('accountRefused', host.host));
