import { failure } from '../../result.ts';
import type { AccountFailure } from '../accounts.ts';

/** Why a vault did not answer a question. Made of codes and numbers only: a text from outside could hold a value. */
export interface Refusal extends AccountFailure {
  /** How long the vault wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** There is no such secret. */
  readonly isMissing?: true;
  /** The vault answers, but not this question. */
  readonly isOfTheQuestion?: true;
}

export interface Asked {
  readonly url: string;
  /** What was asked for, as it stands in a sentence. */
  readonly about: string;
}

/** True: the same question may be answered in a moment. */
export const isLater = ({ code }: AccountFailure): boolean => code === 'vaultThrottled' || code === 'vaultUnreachable';

/** What of an error of the SDK is looked at. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly details?: { readonly error?: { readonly innerError?: { readonly code?: string } } };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const signInErrors: ReadonlySet<string> = new Set([
  'CredentialUnavailableError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
]);

/** What an error of the SDK means; `silence`: there was no answer in time. */
export function refusalOf(thrown: unknown, asked: Asked): { ok: false; error: Refusal } {
  return failure(
    thrown === 'silence' ? unreachable(asked, 'no answer in time') : read((thrown ?? {}) as SdkError, asked),
  );
}

function read(error: SdkError, asked: Asked): Refusal {
  const { statusCode: status, name = '' } = error;
  const { url, about } = asked;
  if (signInErrors.has(name) || status === 401) {
    const detail = status === undefined ? name : `HTTP ${status}`;
    return { code: 'vaultSignInFailed', reason: `nobody could sign in to ask ${url} for ${about}.`, detail };
  }
  if (status === undefined) return unreachable(asked, reasonOfSilence(error));
  const inner = error.details?.error?.innerError?.code ?? error.code;
  const detail = [`HTTP ${status}`, ...(inner !== undefined && /^\w{1,60}$/.test(inner) ? [inner] : [])].join(' ');
  if (status === 403 && inner === 'SecretDisabled')
    return { code: 'credentialUnusable', reason: `${about} in ${url} is disabled.`, detail };
  if (status === 403)
    return { code: 'vaultForbidden', reason: `${url} does not let us read ${about}.`, detail, isOfTheQuestion: true };
  if (status === 429)
    return { code: 'vaultThrottled', reason: `${url} had too many requests.`, detail, retryAfterMs: pauseOf(error) };
  if (status === 404)
    return {
      code: 'credentialMissing',
      reason: `${about} is not in ${url}.`,
      detail,
      isMissing: true,
      isOfTheQuestion: true,
    };
  const retryAfterMs = pauseOf(error);
  return {
    ...unreachable(asked, detail),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status < 500 ? { isOfTheQuestion: true } : {}),
  };
}

const unreachable = ({ url, about }: Asked, detail: string): Refusal => ({
  code: 'vaultUnreachable',
  reason: `${url} did not answer when it was asked for ${about}.`,
  detail,
});

/** An error of the network by its code; what answers may also be no vault. */
const reasonOfSilence = ({ code, message = '' }: SdkError): string => {
  if (message.startsWith('The challenge')) return 'what answers there is no Key Vault';
  return code !== undefined && /^\w{1,60}$/.test(code) ? code : 'no answer that could be read';
};

/** Retry-After in seconds, as Key Vault has it. */
function pauseOf({ response }: SdkError): number | undefined {
  const seconds = Number(response?.headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
