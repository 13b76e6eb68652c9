/**
 * What an operation that may be expected to fail comes back with. Exceptions are for bugs; everything a host,
 * a network or a user can cause is a value.
 */
export type Result<Value, Failure> = { ok: true; value: Value } | { ok: false; error: Failure };

/** Wraps a value as the success of a {@link Result}. */
export const success = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

/** Wraps an error as the failure of a {@link Result}. */
export const failure = <Failure>(error: Failure): { ok: false; error: Failure } => ({ ok: false, error });
