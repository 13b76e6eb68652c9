import type { OrchestrationContext } from 'durable-functions';
import type { PreflightInput } from '../activities/preflight-host.ts';
import type { ReachOutcome } from '../activities/reach-host.ts';
import {
  type AccountProofs,
  acceptedAccounts,
  accountOf,
  accountRefused,
  forAnotherRound,
  guardOf,
  learnFrom,
  proofOf,
  refusalsLeft,
} from '../inventory/account-proofs.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { Preflight } from '../inventory/preflight.ts';
import { activityNames } from './function-names.ts';
import { activity, all, type Steps } from './tasks.ts';

export type PreflightRun = Pick<PreflightInput, 'runId' | 'options'>;

export interface PreflightedHosts {
  /** One per host, in no particular order. */
  readonly preflights: readonly Preflight[];
  readonly proofs: AccountProofs;
}

/** Unanswered hosts in a row after which the rest are first asked, without the account, whether they are there. */
const mostUnanswered = 3;

/**
 * Preflights hosts without putting their accounts at risk: an account that no host has accepted yet is tried on one host
 * after another (different accounts side by side); the proof is that host's preflight. Then all others at once.
 */
export function* preflightHosts(
  context: OrchestrationContext,
  run: PreflightRun,
  hosts: readonly HostEntry[],
  known: AccountProofs,
): Steps<PreflightedHosts> {
  const preflights: Preflight[] = [];
  // A certificate has no number of tries that could lock anything.
  const guarded = run.options.authentication !== 'certificate';
  let proofs = guarded ? forAnotherRound(known) : acceptedAccounts(hosts);
  let waiting = hosts;
  for (;;) {
    const round = nextToProve(waiting, proofs);
    if (round.length === 0) break;
    const proving = new Set(round);
    waiting = waiting.filter((host) => !proving.has(host));
    const results = yield* fanOut(context, run, round, proofs);
    preflights.push(...results);
    proofs = learnFrom(proofs, results);
    const silent = yield* silentHosts(context, run, waiting, round, proofs);
    preflights.push(...silent);
    waiting = without(waiting, silent);
  }
  const isRefused = (host: HostEntry): boolean => proofOf(proofs, accountOf(host, proofs)).state === 'refused';
  preflights.push(...waiting.filter(isRefused).map(accountRefused));
  preflights.push(
    ...(yield* fanOut(
      context,
      run,
      waiting.filter((host) => !isRefused(host)),
      proofs,
    )),
  );
  return { preflights, proofs };
}

function fanOut(
  context: OrchestrationContext,
  run: PreflightRun,
  hosts: readonly HostEntry[],
  proofs: AccountProofs,
): Steps<readonly Preflight[]> {
  return all<Preflight>(
    context,
    hosts.map((host) => {
      const input: PreflightInput = { ...run, host, refusalsLeft: refusalsLeft(proofs, host) };
      return activity(context, activityNames.preflightHost, input);
    }),
  );
}

/** The first host of every user of whom no credential is being proven yet. */
function nextToProve(hosts: readonly HostEntry[], proofs: AccountProofs): readonly HostEntry[] {
  const next = new Map<string, HostEntry>();
  for (const host of hosts) {
    const account = accountOf(host, proofs);
    const guard = guardOf(proofs, account);
    if (proofOf(proofs, account).state === 'unproven' && !next.has(guard)) next.set(guard, host);
  }
  return [...next.values()];
}

/** One host after another takes hours in a fleet that is down: asks which hosts are there, without their account. */
function* silentHosts(
  context: OrchestrationContext,
  run: PreflightRun,
  waiting: readonly HostEntry[],
  round: readonly HostEntry[],
  proofs: AccountProofs,
): Steps<readonly Preflight[]> {
  const doubtful = new Set(
    round.map((host) => accountOf(host, proofs)).filter((account) => isDoubtful(proofs, account)),
  );
  const hosts = waiting.filter((host) => doubtful.has(accountOf(host, proofs)));
  const outcomes = yield* all<ReachOutcome>(
    context,
    hosts.map((host) => activity(context, activityNames.reachHost, { ...run, host })),
  );
  return outcomes.filter((outcome) => outcome !== null);
}

/** Exactly then, so that the hosts are asked once. */
const isDoubtful = (proofs: AccountProofs, account: string): boolean => {
  const { state, unanswered } = proofOf(proofs, account);
  return state === 'unproven' && unanswered === mostUnanswered;
};

function without(hosts: readonly HostEntry[], preflights: readonly Preflight[]): readonly HostEntry[] {
  const done = new Set(preflights.map(({ host }) => host.given));
  return hosts.filter(({ given }) => !done.has(given));
}
