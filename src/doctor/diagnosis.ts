import type { HostEntry } from '../inventory/host-entry.ts';
import { isCostly } from './costs.ts';
import type { Diagnosis, Step, Verdict } from './finding.ts';

/** What all steps together come to. `interrupted`: they are not all there. */
export function diagnose(
  { given, host, scheme, port }: HostEntry,
  account: string | null,
  steps: readonly Step[],
  interrupted: boolean,
): Diagnosis {
  const verdict: Verdict =
    interrupted || steps.some(({ fatal }) => fatal)
      ? 'none'
      : steps.some(({ costs }) => isCostly(costs))
        ? 'limited'
        : 'full';
  // A script that starts is not given up for CIM, even if its output does not arrive whole.
  const script = steps.some(({ check, status }) => check === 'powerShell' && (status === 'ok' || status === 'failed'));
  const via = verdict === 'none' ? null : script ? 'script' : 'cim';
  const summary = interrupted
    ? `${host} was not examined to the end: interrupted.`
    : summaryOf(host, verdict, via, steps);
  return { given, host, scheme, port, account, verdict, via, summary, steps };
}

function summaryOf(host: string, verdict: Verdict, via: 'script' | 'cim' | null, steps: readonly Step[]): string {
  if (verdict === 'none') {
    const first = steps.find(({ fatal }) => fatal);
    return `${host} cannot be inventoried: ${first?.title ?? 'a step'} failed${first?.code ? ` (${first.code})` : ''}.`;
  }
  const way = via === 'script' ? 'by script' : 'by CIM, without PowerShell';
  if (verdict === 'full') return `${host} can be inventoried in full, ${way}.`;
  const causes = steps.filter(({ costs }) => isCostly(costs)).map(({ title }) => title);
  return `${host} can be inventoried ${way}, but not in full: see ${causes.join(', ')}.`;
}
