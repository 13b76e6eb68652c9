import { type FactOutcome, failedFact, type InputFactDeclaration } from './fact.ts';
import type { Sources } from './input-queue.ts';

/** What becomes of a fact whose inputs are not known: it failed as its source did. */
export function sourceFailure({ inputs }: InputFactDeclaration, sources: Sources): FactOutcome {
  const facts = [...new Set(inputs.from.map(({ fact }) => fact))];
  const asked = `It is asked of what ${facts.join(', ')} names`;
  const failed = facts.map(sources).find((source) => source?.status === 'failed');
  if (failed?.status !== 'failed') return failedFact('factNotReceived', `${asked}.`);
  return failedFact(failed.error.code, `${asked}: ${failed.error.message}`);
}
