import type { FactErrorCode, FactOutcome, FactOutcomes } from './fact.ts';
import { declarationOf, type FactName } from './fact-table.ts';
import { hasUnansweredInputs } from './input-rows.ts';

/** A fact with one of these did not arrive; any other outcome is the host's answer. */
const notArrived: ReadonlySet<FactErrorCode> = new Set<FactErrorCode>([
  'factNotReceived',
  'factTimedOut',
  'factDamaged',
]);

/** A fact told input by input has arrived once every input is answered. */
export const hasArrived = (outcome: FactOutcome | undefined): boolean =>
  outcome !== undefined &&
  !(outcome.status === 'failed' && notArrived.has(outcome.error.code)) &&
  !hasUnansweredInputs(outcome);

/** What is asked of the rows of another fact is asked of its new rows too; what it has told already stays. */
export function factsToAsk(facts: readonly FactName[], isWanted: (name: FactName) => boolean): readonly FactName[] {
  const wanted = new Set<string>();
  for (const name of facts) {
    const declaration = declarationOf(name);
    if (isWanted(name) || ('inputs' in declaration && declaration.inputs.from.some(({ fact }) => wanted.has(fact))))
      wanted.add(name);
  }
  return facts.filter((name) => wanted.has(name));
}

/** What has arrived is never replaced by something that has not. */
export function mergeFacts(earlier: FactOutcomes, later: FactOutcomes): FactOutcomes {
  const isNews = (outcome: FactOutcome, known: FactOutcome | undefined): boolean =>
    hasArrived(outcome) || (!hasArrived(known) && !(known?.status === 'ok' && outcome.status !== 'ok'));
  const news = Object.entries(later).filter(([name, outcome]) => isNews(outcome, earlier[name]));
  return { ...earlier, ...Object.fromEntries(news) };
}
