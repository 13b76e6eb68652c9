import { usersOf } from '../activities/account-users.ts';
import {
  type AccountProofs,
  accountOf,
  guardOf,
  learnFrom,
  proofOf,
  unprovenAccounts,
} from '../inventory/account-proofs.ts';
/** Examines several hosts at once, with the same care for accounts as a run has. */
import type { HostEntry } from '../inventory/host-entry.ts';
import { hostError } from '../inventory/host-error.ts';
import type { Services } from '../services.ts';
import { type DoctorOptions, type DoctorServices, openVisit, type Visit } from './examine-host.ts';
import type { Diagnosis } from './finding.ts';

/**
 * First every host is looked at without its account, all of them at once. Then each account is proven on one host after
 * another; after two refusals it is used no more, so that nobody's account is locked out. Then all the rest at once. One
 * host never costs another: whatever happens to it is its own finding.
 * @param onProgress called with the number of hosts that are done
 */
export async function examineFleet(
  hosts: readonly HostEntry[],
  options: DoctorOptions & { readonly concurrency: number },
  services: DoctorServices & Pick<Services, 'accounts'>,
  onProgress: (done: number) => void = () => undefined,
): Promise<readonly Diagnosis[]> {
  const { authentication } = options;
  const visits = await Promise.all(
    hosts.map(async (host) =>
      openVisit(host, await services.accounts.find({ host, authentication }), options, services),
    ),
  );
  let done = 0;
  const finish = async (visit: Visit): Promise<void> => {
    await visit.close();
    done += 1;
    onProgress(done);
  };
  try {
    await each(visits, options.concurrency, async (visit) => {
      await visit.look('reach');
      if (visit.ended) await finish(visit);
    });
    const waiting = visits.filter(({ ended }) => !ended);
    const known = unprovenAccounts(await usersOf(hosts, options, services));
    const guardOfVisit = ({ host }: Visit): string => guardOf(known, accountOf(host, known));
    const guards = [...new Set(waiting.map(guardOfVisit))];
    await Promise.all(
      guards.map((guard) =>
        prove(
          waiting.filter((visit) => guardOfVisit(visit) === guard),
          known,
        ),
      ),
    );
    await each(waiting, options.concurrency, async (visit) => {
      // Done already where the account was proven on it, or is refused.
      await visit.look('logon');
      await visit.look('rights');
      await finish(visit);
    });
  } finally {
    await Promise.all(visits.map((visit) => visit.close()));
  }
  return visits.map((visit) => visit.diagnosis());
}

/**
 * Tries the accounts of one user on one host after another until one accepts them; refused twice, the others are not
 * asked.
 */
async function prove(visits: readonly Visit[], known: AccountProofs): Promise<void> {
  let proofs = known;
  for (const visit of visits) {
    const { state } = proofOf(proofs, accountOf(visit.host, proofs));
    if (state === 'accepted') continue;
    if (state === 'refused') {
      visit.refuse('logon', hostError('accountRefused', visit.host.host));
      continue;
    }
    const error = await visit.look('logon');
    proofs = learnFrom(proofs, [{ host: visit.host, reachable: error === undefined, ...(error ? { error } : {}) }]);
  }
}

async function each<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
