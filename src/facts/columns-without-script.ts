import type { FactDeclaration, FactOutcomes } from './fact.ts';
import { factTable } from './fact-table.ts';

/**
 * RVTools columns (`tab.column`) that a host gathered by CIM costs: those of the facts that only the script can read.
 * Each once, in the order of the facts.
 */
export function columnsWithoutScript(
  outcomes: FactOutcomes,
  declarations: Readonly<Record<string, FactDeclaration>> = factTable,
): readonly string[] {
  const columns = Object.entries(outcomes).flatMap(([name, outcome]) => {
    const declaration = declarations[name];
    const isLost = outcome.status === 'failed' && outcome.error.code === 'notAvailableByCim';
    return isLost && declaration !== undefined && 'costsByCim' in declaration ? declaration.costsByCim : [];
  });
  return [...new Set(columns)];
}
