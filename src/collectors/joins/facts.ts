import type { FactOutcomes } from '../../facts/fact.ts';
import { rowsOf } from '../../facts/fact-rows.ts';
import { declarationOf, type FactName, type Row } from '../../facts/fact-table.ts';
import type { CollectorCoverage } from '../../inventory/host-record.ts';
import type { FactNeeds } from '../collector.ts';
import type { HostView } from './host-view.ts';

/** Why a fact cannot be used; undefined: it can. A class that a host may lack is an answer, not a problem. */
export function factProblem(outcomes: FactOutcomes, name: FactName): string | undefined {
  const outcome = outcomes[name];
  if (outcome === undefined) return 'factNotReceived';
  if (outcome.status === 'failed') return outcome.error.code;
  if (outcome.status === 'absent' && declarationOf(name).mayBeAbsent !== true) return 'absent';
  return undefined;
}

/** The rows of a fact: none where the host legitimately lacks it, undefined where it is not known. */
export function knownRows<Name extends FactName>(outcomes: FactOutcomes, name: Name): readonly Row<Name>[] | undefined {
  return factProblem(outcomes, name) === undefined ? (rowsOf(outcomes, name) ?? []) : undefined;
}

/** What the coverage of a collector tells of the facts it is made from. */
export function factsMissing(
  outcomes: FactOutcomes,
  { requires, optional, onlyWhere = {}, mayBeDenied = [] }: FactNeeds,
  host: HostView,
): Pick<CollectorCoverage, 'status' | 'failedFacts' | 'missingFacts'> {
  const needed = [...requires, ...optional].filter((name) => onlyWhere[name]?.(host) ?? true);
  const problems = needed.flatMap((name) => {
    const code = factProblem(outcomes, name);
    if (code === undefined) return [];
    const isExcused = code === 'notAvailableByCim' || (code === 'factDenied' && mayBeDenied.includes(name));
    return [{ name, code, isFailure: !isExcused }];
  });
  const failedFacts = problems.filter(({ isFailure }) => isFailure).map(({ name, code }) => `${name}: ${code}`);
  return {
    status: failedFacts.length === 0 ? 'ok' : 'error',
    failedFacts,
    missingFacts: problems.filter(({ isFailure }) => !isFailure).map(({ name }) => name),
  };
}
