import type { Diagnosis, Step } from '../doctor/finding.ts';
import { exporterVersion } from '../exporter-version.ts';

/** What `doctor --json` prints. Keys are only ever added. */
export function doctorReport(diagnoses: readonly Diagnosis[], at: Date): unknown {
  const count = (verdict: Diagnosis['verdict']): number => diagnoses.filter((one) => one.verdict === verdict).length;
  return {
    schema_version: 1,
    exporter_version: exporterVersion,
    examined_at: at.toISOString(),
    totals: { hosts: diagnoses.length, full: count('full'), limited: count('limited'), none: count('none') },
    hosts: diagnoses.map(({ steps, ...host }) => ({ ...host, steps: steps.map(stepOf) })),
  };
}

const stepOf = ({ check, title, status, code, seen, costs, mending }: Step): unknown => ({
  check,
  title,
  status,
  code: code ?? null,
  seen,
  costs: costs ?? { tabs: [], columns: [], facts: [] },
  mend: mending
    ? {
        where: mending.where,
        what: mending.what,
        commands: mending.commands,
        otherwise: mending.otherwise ?? null,
      }
    : null,
});
