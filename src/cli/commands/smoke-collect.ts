import { inRun } from '../../inventory/file-names.ts';
import type { ReportHost, RunReport } from '../../inventory/report.ts';
import { type Result, success } from '../../result.ts';
import { clusterText } from '../cluster-text.ts';
import { collectorRows } from '../collector-rows.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodeOf, type FinishedRun, newManifest, publish, runInventory } from '../inventory.ts';
import { type OutDir, openOutDir } from '../out-dir.ts';
import type { SmokeCollectArguments } from '../run-arguments.ts';
import { makeRunRequest } from '../run-request.ts';
import { attentionText } from '../summary.ts';
import type { Terminal } from '../terminal.ts';
import type { UsageError } from '../usage-error.ts';

/** What one collector made of all hosts. */
interface CollectorResult {
  readonly tab: string;
  readonly rows: number;
  /** VMs of the hosts' own lists that the collector looked at, and that it did not; null where the tab is not per VM. */
  readonly covered: number | null;
  readonly missing: number | null;
  readonly hosts: number;
  readonly failed_hosts: number;
  readonly file: string;
}

/** `hyperv-rvtools smoke-collect`: only the named collectors, their rows as JSON, a line per collector, no workbook. */
export async function smokeCollect(
  given: SmokeCollectArguments,
  terminal: Terminal,
): Promise<Result<ExitCode, UsageError>> {
  const request = await makeRunRequest(given, { workbook: false }, terminal);
  if (!request.ok) return request;
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const { access, ...rest } = request.value;
  const verbose = given.verbose ?? false;
  const finished = await runInventory({ manifest: newManifest(rest), access, outDir: outDir.value, verbose }, terminal);
  if (!finished.ok) return finished;
  const results = await writeRows(finished.value, outDir.value);
  await publish(outDir.value, finished.value);
  const { report } = finished.value;
  terminal.stdout.write(
    given.json
      ? `${JSON.stringify({ run_id: report.run_id, collectors: results })}\n`
      : smokeText(report, results, outDir.value),
  );
  return success(exitCodeOf(finished.value));
}

async function writeRows({ manifest, report }: FinishedRun, { runs }: OutDir): Promise<readonly CollectorResult[]> {
  const hosts = report.hosts.filter(({ duplicate_of }) => duplicate_of === null);
  const tabs = manifest.options.only;
  const rows = await collectorRows({ runs, runId: manifest.runId, hosts: hosts.map(({ given }) => given), tabs });
  const results: CollectorResult[] = [];
  for (const tab of tabs) {
    const file = `${tab}.json`;
    const tabRows = rows.get(tab) ?? [];
    await runs.write(inRun(manifest.runId, file), `${JSON.stringify(tabRows, null, 2)}\n`);
    results.push({ tab, rows: tabRows.length, ...countsOf(tab, hosts), file });
  }
  return results;
}

function countsOf(tab: string, hosts: readonly ReportHost[]): Omit<CollectorResult, 'tab' | 'rows' | 'file'> {
  const collected = hosts.flatMap(({ collectors }) => collectors.filter((collector) => collector.tab === tab));
  const perVm = collected.filter(({ vm_count }) => vm_count !== null);
  const sum = (count: (collector: (typeof collected)[number]) => number | null): number | null =>
    perVm.length === 0 ? null : perVm.reduce((total, collector) => total + (count(collector) ?? 0), 0);
  return {
    covered: sum(({ vm_count }) => vm_count),
    missing: sum(({ missing }) => missing),
    hosts: collected.length,
    failed_hosts: hosts.length - collected.filter(({ status }) => status === 'ok').length,
  };
}

function smokeText(report: RunReport, results: readonly CollectorResult[], { given }: OutDir): string {
  const lines = results.map(({ tab, rows, covered, missing, hosts, failed_hosts, file }) =>
    [
      `${tab}: ${rows} ${rows === 1 ? 'row' : 'rows'} of ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`,
      ...(covered === null ? [] : [`${covered} VMs covered, ${missing} missing`]),
      ...(failed_hosts > 0 ? [`failed on ${failed_hosts}`] : []),
      `${given}/${file}`,
    ].join('; '),
  );
  return `${[...lines, ...attentionText(report), ...clusterText(report)].join('\n')}\n`;
}
