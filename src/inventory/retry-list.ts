import type { ReportHost, RunReport } from './report.ts';

/**
 * `targets_retry_hosts.txt`: hosts that are not `Inventory OK`, as they were given, ready for `--hosts-file`; the
 * reasons stand as comments above them. After a dry run only the hosts that could not be reached. A second mention of
 * a machine is not repeated: its first mention stands for it. Nodes that nobody listed are comments: under which name and
 * with which account they are to be asked, only the user knows.
 */
export function retryList(report: RunReport): string {
  const retry = report.hosts.filter((host) => host.duplicate_of === null && isToBeRetried(host, report.dry_run));
  const wanted = report.dry_run ? 'reachable' : 'Inventory OK';
  return [
    `# ${retry.length} of ${report.totals.hosts} hosts of run ${report.run_id} are not "${wanted}".`,
    ...retry.flatMap((host) => [...reasonsOf(host), host.given]),
    ...report.cluster_nodes_not_listed.map(unlistedNode),
    '',
  ].join('\n');
}

function isToBeRetried({ reachable, final_status }: ReportHost, dryRun: boolean): boolean {
  return dryRun ? !reachable : final_status !== 'Inventory OK';
}

function reasonsOf({ final_status, reasons }: ReportHost): readonly string[] {
  return reasons.map(({ code, message }) => `# ${final_status}, ${code}: ${onOneLine(message)}`);
}

function unlistedNode({ cluster, node, perhaps }: RunReport['cluster_nodes_not_listed'][number]): string {
  const unless = perhaps.length === 0 ? '' : ', unless it is an address above';
  return `# Not listed: ${onOneLine(node)}, a node of cluster ${onOneLine(cluster)}. Add it to the list${unless}.`;
}

/** A message may quote what a host said, line breaks and all; on a line of its own it would read as a host. */
const onOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
