import type { TokenCredential } from '@azure/identity';
import type { SecretClient } from '@azure/keyvault-secrets';
import { madeOnce } from '../../made-once.ts';
import { type Result, success } from '../../result.ts';
import { wait } from '../../winrm/times.ts';
import type { AccountFailure } from '../accounts.ts';
import { isLater, type Refusal, refusalOf } from './vault-refusals.ts';

/** One secret as the vault has it now. */
export interface Secret {
  readonly value: string;
  readonly contentType?: string;
  readonly expiresOn?: Date;
  readonly notBefore?: Date;
}

/** What a vault is asked for. Failures name the vault and the secret, never a value. */
export interface VaultSecrets {
  /** Without a slash at its end. */
  readonly url: string;
  /** The names of all secrets in lower case, for their case does not count; undefined where we may not list them. */
  names(): Promise<Result<ReadonlySet<string> | undefined, AccountFailure>>;
  /** Undefined where there is none of that name. */
  read(name: string): Promise<Result<Secret | undefined, AccountFailure>>;
}

export interface VaultOptions {
  readonly url: string;
  /** Who asks; called at the first question. */
  readonly credential: () => Promise<TokenCredential>;
  /** Longest time for one question, with everything that is tried again, in milliseconds. Default 30 s. */
  readonly patienceMs?: number;
  /** Longest wait for one answer, in milliseconds. Default 10 s. */
  readonly answerMs?: number;
}

/** Pause before a question is put again where the vault does not say how long, in milliseconds; then twice as long. */
const firstPauseMs = 500;

/** Secrets of a real vault. Nothing is loaded and nothing asked before the first question. */
export function keyVaultSecrets({
  url,
  credential,
  patienceMs = 30_000,
  answerMs = 10_000,
}: VaultOptions): VaultSecrets {
  const open = madeOnce(async (): Promise<SecretClient> => {
    const { SecretClient } = await import('@azure/keyvault-secrets');
    // Trying again is ours: the SDK would wait as long as the vault says, however long that is.
    return new SecretClient(url, await credential(), { retryOptions: { maxRetries: 0 } });
  });

  /** Asks until there is an answer, or patience is at its end. */
  async function ask<Answer>(
    question: (client: SecretClient, signal: AbortSignal) => Promise<Answer>,
    about: string,
  ): Promise<Result<Answer, Refusal>> {
    const end = performance.now() + patienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      const leftMs = Math.max(1, end - performance.now());
      const tried = await once(question, Math.min(answerMs, leftMs), about);
      if (tried.ok || !isLater(tried.error)) return tried;
      const waitMs = tried.error.retryAfterMs ?? pauseMs;
      if (performance.now() + waitMs >= end) return tried;
      await wait(waitMs);
    }
  }

  async function once<Answer>(
    question: (client: SecretClient, signal: AbortSignal) => Promise<Answer>,
    timeoutMs: number,
    about: string,
  ): Promise<Result<Answer, Refusal>> {
    const abort = new AbortController();
    const silence = Symbol('silence');
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<typeof silence>((resolve) => {
      timer = setTimeout(() => resolve(silence), timeoutMs);
    });
    try {
      const client = await open();
      // The race, because getting a token heeds no signal.
      const answer = await Promise.race([question(client, abort.signal), timeout]);
      return answer === silence ? refusalOf('silence', { url, about }) : success(answer);
    } catch (thrown) {
      return refusalOf(thrown, { url, about });
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  return {
    url,
    names: async () => {
      const listed = await ask(async (client, abortSignal) => {
        const names = new Set<string>();
        for await (const { name } of client.listPropertiesOfSecrets({ abortSignal })) names.add(name.toLowerCase());
        return names;
      }, 'the list of secrets');
      // Reading one secret tells for sure whether anything is allowed here.
      if (!listed.ok && listed.error.isOfTheQuestion) return success(undefined);
      return listed;
    },
    read: async (name) => {
      const read = await ask((client, abortSignal) => client.getSecret(name, { abortSignal }), `the secret "${name}"`);
      if (!read.ok) return read.error.isMissing ? success(undefined) : read;
      const { value = '', properties } = read.value;
      const { contentType, expiresOn, notBefore } = properties;
      return success({ value, contentType, expiresOn, notBefore });
    },
  };
}
