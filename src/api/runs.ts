import type { RunProgress } from '../orchestrators/run-progress.ts';

/** What the API needs of whoever carries runs out: Durable Functions, by its client. */
export interface Runs {
  /**
   * Starts the run whose manifest is in the store. Rejects with {@link RunsUnavailable} where that fails, or where the run
   * is going on already.
   */
  start(runId: string): Promise<void>;
  /** Undefined where the run was never started here. Rejects with {@link RunsUnavailable}. */
  status(runId: string): Promise<RunActivity | undefined>;
}

export interface RunActivity {
  /** `ended`: nobody works on it any more; whether it came to its end, its files tell. */
  readonly state: 'waiting' | 'going' | 'ended';
  readonly phase?: RunProgress['phase'];
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  /** Why it ended, where it broke off or was ended: one sentence. */
  readonly error?: string;
  /** Set where it broke off: it was not ended on purpose. */
  readonly brokeOff?: true;
}

/** Whoever carries runs out does not answer now. */
export class RunsUnavailable extends Error {
  override readonly name = 'RunsUnavailable';
}
