/** Longest time for one input of a fact told by a method: an SMB server that is gone is noticed after some 20 s. */
const longestInputMs = 20_000;

/** Milliseconds for one input, its job included, where one operation may take `operationMs`. */
export const inputTimeoutMs = (operationMs: number): number => Math.min(longestInputMs, operationMs);
