import type { TabRow } from '../../collectors/collector.ts';
import type { ReaderFindings } from '../../inventory/reader-findings.ts';
import { azureMigrate } from './azure-migrate.ts';
import { costEstimators } from './cost-estimators.ts';
import { openshiftPlanners } from './openshift-planners.ts';
import type { NamedVm, Reader } from './reader.ts';
import { rvtoolsMerge } from './rvtools-merge.ts';

/** Everybody whose refusals are known; what others refuse is not documented. */
export const readers: readonly Reader[] = [azureMigrate, rvtoolsMerge, openshiftPlanners, costEstimators];

/** Most VMs that are named for one reason; all are counted. */
const mostNamedVms = 100;

/**
 * Looks at the rows on their way into the workbook with the eyes of each reader. What it holds grows with the number
 * of VMs (their UUIDs and names), not with that of rows.
 */
export class ReadersCheck {
  readonly #found = readers.map(({ name }) => ({
    name,
    problems: new Map<string, { count: number; vms: NamedVm[] }>(),
  }));
  readonly #looks = readers.map((reader, index) => reader.look((why, vm) => this.#note(index, why, vm)));

  /** Sees each row, and passes it on. */
  async *watch(tab: string, rows: AsyncIterable<TabRow> | Iterable<TabRow>): AsyncIterable<TabRow> {
    for await (const row of rows) {
      for (const look of this.#looks) look.row(tab, row);
      yield row;
    }
  }

  /** What each reader would refuse or misread, once every row was seen. */
  end(): readonly ReaderFindings[] {
    for (const look of this.#looks) look.end?.();
    return this.#found.map(({ name, problems }) => ({
      reader: name,
      findings: [...problems].map(([why, { count, vms }]) => ({ why, count, vms })),
    }));
  }

  #note(reader: number, why: string, vm: NamedVm | undefined): void {
    const problems = this.#found[reader]?.problems;
    const problem = problems?.get(why) ?? { count: 0, vms: [] };
    problem.count += 1;
    if (vm && problem.vms.length < mostNamedVms) problem.vms.push(vm);
    problems?.set(why, problem);
  }
}
