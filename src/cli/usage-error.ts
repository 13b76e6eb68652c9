/** What the user has to mend before anything can start. */
export interface UsageError {
  /** One sentence each; no secrets. */
  readonly messages: readonly string[];
}

export const usageError = (...messages: readonly string[]): UsageError => ({ messages });
