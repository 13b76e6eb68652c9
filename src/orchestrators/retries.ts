import type { HostOutcome } from '../inventory/host-record.ts';
import type { Preflight } from '../inventory/preflight.ts';

/** True: a later attempt may succeed without anybody changing anything. Never for authentication. */
export const mayRetry = ({ error }: { readonly error?: Preflight['error'] }): boolean => error?.retryable === true;

/** An attempt that a cancel kept from being made must not hide what the attempts before it found. */
const wasNotMade = ({
  error,
  attempts,
}: Pick<Preflight, 'error'> & { readonly attempts?: readonly unknown[] }): boolean =>
  error?.code === 'cancelled' && (attempts ?? []).length === 0;

/** The later preflight of a host, with the attempts of both. */
export function laterPreflight(earlier: Preflight, later: Preflight): Preflight {
  return wasNotMade(later) ? earlier : { ...later, attempts: [...earlier.attempts, ...later.attempts] };
}

/** The later outcome of a host, with the attempts of both that no record holds. */
export function laterOutcome(earlier: HostOutcome, later: HostOutcome): HostOutcome {
  if (wasNotMade(later) && later.record === earlier.record) return earlier;
  return { ...later, attempts: [...(earlier.attempts ?? []), ...(later.attempts ?? [])] };
}
