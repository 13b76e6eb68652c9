import type { Result } from '../../result.ts';
import type { AccountFailure } from '../accounts.ts';
import { isLater } from './vault-refusals.ts';
import type { VaultSecrets } from './vault-secrets.ts';

/** How long an answer is taken for true without a new question, in milliseconds. */
const freshMs = {
  secret: 5 * 60_000,
  /** Names, what is missing, and failures: whoever mends them should not have to wait. */
  other: 30_000,
} as const;

/** While the vault cannot be reached, what it said last stands for this long, in milliseconds. */
const longestStandInMs = 60 * 60_000;

/** After a refused logon secrets are read anew, but no more often than this, in milliseconds. */
const renewalMs = 15_000;

type Answer<Value> = Result<Value | undefined, AccountFailure>;

interface Entry<Value> {
  readonly askedAt: number;
  readonly answer: Promise<Answer<Value>>;
  /** Read because a host had refused what was known before. */
  readonly isRenewal: boolean;
}

/** One question and its last answers. */
function memory<Value>(ask: () => Promise<Answer<Value>>, now: () => number, isLasting: boolean) {
  let entry: Entry<Value> | undefined;
  let lastGood: { readonly at: number; readonly answer: Answer<Value> } | undefined;
  let freshUntil = 0;

  const begin = (isRenewal: boolean): Promise<Answer<Value>> => {
    const askedAt = now();
    // While it is under way, everybody waits for the same answer.
    freshUntil = Number.POSITIVE_INFINITY;
    const answer = settle(askedAt);
    entry = { askedAt, answer, isRenewal };
    return answer;
  };
  const settle = async (askedAt: number): Promise<Answer<Value>> => {
    const given = await ask();
    const isGood = given.ok && given.value !== undefined;
    freshUntil = now() + (isGood && isLasting ? freshMs.secret : freshMs.other);
    if (given.ok) {
      lastGood = { at: askedAt, answer: given };
      return given;
    }
    return lastGood && isLater(given.error) && now() - lastGood.at < longestStandInMs ? lastGood.answer : given;
  };
  return {
    get: (): Promise<Answer<Value>> => (entry && now() < freshUntil ? entry.answer : begin(false)),
    renew: (): void => {
      if (entry === undefined || (entry.isRenewal && now() - entry.askedAt < renewalMs)) return;
      void begin(true);
    },
  };
}

export interface CachedSecrets extends VaultSecrets {
  /** Has these secrets read anew, once for all who ask in the same seconds: a host refused what they hold. */
  renew(names: readonly string[]): void;
}

/** Secrets that are not asked for again for some minutes. `now` in milliseconds. */
export function cachedSecrets(vault: VaultSecrets, now: () => number): CachedSecrets {
  const names = memory(() => vault.names(), now, false);
  const secrets = new Map<string, ReturnType<typeof secretMemory>>();
  const secretMemory = (name: string) => memory(() => vault.read(name), now, true);
  const memoryOf = (name: string): ReturnType<typeof secretMemory> => {
    const known = secrets.get(name) ?? secretMemory(name);
    secrets.set(name, known);
    return known;
  };
  return {
    url: vault.url,
    names: () => names.get(),
    read: (name) => memoryOf(name).get(),
    renew: (wanted) => {
      for (const name of wanted) memoryOf(name).renew();
    },
  };
}
