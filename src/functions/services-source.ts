import type { InvocationContext } from '@azure/functions';
import type { Services } from '../services.ts';

/**
 * Hands out the services of this process, for one call of a function: settings are read when they are needed, and what
 * the call logs goes to its own log. Throws {@link UnusableSettings} where the settings do not do.
 */
export type ServicesSource = (context: InvocationContext) => Services | Promise<Services>;

/** What is wrong with the settings: one sentence each, names but never values. */
export class UnusableSettings extends Error {
  override readonly name = 'UnusableSettings';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.problems = problems;
  }
}

/** Writes one structured event as one line of JSON to the log of the function's call: in Azure a trace of its own. */
export const contextLog =
  (context: InvocationContext): Services['log'] =>
  (event) =>
    context.log(JSON.stringify(event));
