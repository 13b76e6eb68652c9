import { type FactOutcome, failedFact, type MethodFactDeclaration } from './fact.ts';

/** What becomes of a fact whose inputs are not known: it failed as its source did. */
export function sourceFailure({ inputs }: MethodFactDeclaration, source: FactOutcome | undefined): FactOutcome {
  if (source?.status !== 'failed') return failedFact('factNotReceived', `It is asked of what ${inputs.fact} names.`);
  const { code, message } = source.error;
  return failedFact(code, `It is asked of what ${inputs.fact} names: ${message}`);
}
