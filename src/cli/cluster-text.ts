import type { RunReport } from '../inventory/report.ts';
import type { ReportKnownVm } from '../inventory/report-clusters.ts';
import { plainText } from './plain-text.ts';

/** Most lines of one kind; the report has all of them. */
const mostListed = 8;

const whyNotCollected: Readonly<Record<ReportKnownVm['reason'], string>> = {
  nodeNotListed: 'which is not in the host list',
  nodeNotRead: 'which was not read',
  notShownByNode: 'which did not show it',
  ownerUnknown: 'which the cluster does not name',
};

/** What clusters know and the run has not got; no line where that is nothing. */
export function clusterText(report: RunReport): readonly string[] {
  return [...knownVmLines(report), ...unlistedNodeLines(report), ...accessPointLines(report), ...unreadLines(report)];
}

function knownVmLines({ known_not_collected: vms }: RunReport): readonly string[] {
  return section(
    `VMs that a cluster knows, but no host showed: ${vms.length} (knownNotCollected; no row in the workbook)`,
    vms.map(({ cluster, vm_id, vm_name, owner_node, owner_host, reason }) => {
      const node = owner_node === null ? 'the owner' : `${owner_node}${owner_host ? ` (${owner_host})` : ''}`;
      return `${vm_name || vm_id} of ${cluster}: on ${node}, ${whyNotCollected[reason]}`;
    }),
  );
}

function unlistedNodeLines({ cluster_nodes_not_listed: nodes }: RunReport): readonly string[] {
  return [
    ...section(
      `Cluster nodes that are not in the host list: ${nodes.length}. Add them, or their VMs are missing.`,
      nodes.map(
        ({ cluster, node, perhaps }) => `${node} of ${cluster}${perhaps.length === 0 ? '' : ' (or unanswered)'}`,
      ),
    ),
    ...unansweredLine([...new Set(nodes.flatMap(({ perhaps }) => perhaps))]),
  ];
}

/** Once for all nodes: any of them may be behind any of the addresses, and a site that is down has many of both. */
function unansweredLine(addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return [];
  const more = addresses.length > mostListed ? ` … and ${addresses.length - mostListed} more` : '';
  const named = addresses.slice(0, mostListed).join(', ');
  return [plainText(`  Or unanswered: perhaps listed by an address that nobody answered at: ${named}${more}`)];
}

function accessPointLines({ cluster_names_given: entries }: RunReport): readonly string[] {
  return section(
    'Names of clusters in the host list. List the nodes instead: such a name leads to one of them, today this, tomorrow that.',
    entries.map(
      ({ given, cluster, reached }) => `${given} of ${cluster}${reached === null ? '' : `, led to ${reached}`}`,
    ),
  );
}

/** Not read is not "no cluster": VMs of other nodes would go unnamed. */
function unreadLines({ hosts }: RunReport): readonly string[] {
  const unread = hosts.filter(({ duplicate_of, cluster }) => !duplicate_of && (cluster?.failed_facts ?? []).length > 0);
  return section(
    `Hosts whose cluster could not be read, so that it may have VMs that nobody named: ${unread.length}`,
    unread.map(({ given, cluster }) => `${given}: ${(cluster?.failed_facts ?? []).join(', ')}`),
  );
}

function section(head: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length > mostListed ? [`  … and ${lines.length - mostListed} more: see the report`] : [];
  return ['', head, ...lines.slice(0, mostListed).map((line) => `  ${plainText(line)}`), ...more];
}
