import type { FinalStatus } from '../inventory/final-status.ts';
import { hostErrorKinds } from '../inventory/host-error.ts';
import type { ReaderFindings } from '../inventory/reader-findings.ts';
import type { ReportHost, ReportTotals, RunReport } from '../inventory/report.ts';
import type { WorkbookLosses } from '../inventory/run-state.ts';
import { clusterText } from './cluster-text.ts';
import { resumeOptions } from './out-dir.ts';
import { plainText } from './plain-text.ts';

/** Most hosts that are listed one by one of those that one thing ails; the retry file has all of them. */
const mostListed = 8;

/** Most characters of what is said of one host. */
const longestSentence = 200;

/** What to do about a reason that is not an error of the host's own. */
const statusAdvice: Readonly<Record<string, string>> = {
  collectorError: 'See the failed facts in the report, then run again with the retry file.',
  coverageUnderThreshold: 'See missing_vms_by_host.csv, then run again with the retry file.',
  joinFailed: 'Settings could not be joined to their VM: report it, with the unjoined rows of the report.',
  noVms: 'Nothing to do, if the host is meant to have no VMs.',
  incomplete: 'Run again with the retry file.',
  knownNotCollected:
    'Run again with the retry file. A VM that is gone for good left its role behind: remove it in Failover Cluster Manager.',
};

export interface Places {
  /** The out-dir, as the user gave it. */
  readonly outDir: string;
  /** Names of the files published there. */
  readonly files: readonly string[];
  /** What the workbook could not hold; undefined: there is none. */
  readonly losses?: WorkbookLosses;
  /** What readers of the workbook would refuse or misread. */
  readonly readers?: readonly ReaderFindings[];
}

/** What a run found, for the console: counts, the hosts that need attention and why, and where the files are. */
export function summaryText(report: RunReport, { outDir, files, losses, readers = [] }: Places): string {
  return [
    ...headLines(report),
    ...attentionText(report),
    ...clusterText(report),
    ...lossLines(losses),
    ...readerLines(readers),
    '',
    `Files in ${outDir}:`,
    ...files.map((file) => `  ${file}`),
    `All files of this run are in ${outDir}/runs/${report.run_id}.`,
    ...closingLine(report),
    ...(report.state === 'cancelled' ? [`To go on with it: ${resumeOptions(report.run_id, outDir)}`] : []),
    '',
  ].join('\n');
}

/** What the workbook lacks must not go unsaid; no line where it lacks nothing. */
function lossLines(losses: WorkbookLosses | undefined): readonly string[] {
  if (!losses) return [];
  const counts: readonly (readonly [string, number])[] = [
    ['texts cut at 32,767 characters', losses.cutTexts],
    ['values blank that Excel has not got', losses.blankedValues],
    ['rows left out beyond the 1,048,576 of a sheet', losses.omittedRows],
  ];
  const lost = counts.filter(([, count]) => count > 0).map(([what, count]) => `  ${count} ${what}`);
  return lost.length === 0 ? [] : ['', 'The workbook could not hold everything:', ...lost];
}

/** A line per reader that would refuse or misread something; the findings' file names the VMs. */
function readerLines(readers: readonly ReaderFindings[]): readonly string[] {
  const lines = readers
    .filter(({ findings }) => findings.length > 0)
    .map(({ reader, findings }) => `  ${reader}: ${findings.map(({ why, count }) => `${why} (${count})`).join(', ')}`);
  return lines.length === 0
    ? []
    : ['', 'Readers of the workbook would refuse or misread (reader_findings.json):', ...lines];
}

function headLines(report: RunReport): readonly string[] {
  const { run_id, totals, dry_run, state, repeated } = report;
  const counted = totals.hosts - totals.duplicates;
  const twice = totals.duplicates + repeated.length;
  return [
    `Run ${run_id}${state === 'cancelled' ? ' was interrupted' : ''}`,
    `Reachable: ${totals.reachable} of ${counted} ${counted === 1 ? 'host' : 'hosts'}`,
    ...takenLine(report),
    ...withoutScriptLine(report),
    ...(twice > 0 ? [`Named twice, or under a second name: ${twice}`] : []),
    '',
    ...statusLines(totals, dry_run),
    ...(dry_run ? [] : ['', vmLine(totals)]),
    ...guestLines(report),
  ];
}

/** Reachable says nothing of hosts that were not asked. */
function takenLine({ retry_of, hosts }: RunReport): readonly string[] {
  if (retry_of === null) return [];
  const shown = hosts.filter(({ source_run }) => source_run !== null);
  const inVain = shown.filter(({ reasons }) => reasons.some(({ code }) => code === 'earlierFacts')).length;
  return [
    `Not asked, taken from earlier runs: ${shown.length - inVain} (retry of ${retry_of})`,
    ...(inVain > 0 ? [`Asked in vain, shown as earlier runs read them: ${inVain}`] : []),
  ];
}

/** Locked-down hosts are no worse for it, as far as CIM goes; what it does not reach is named. */
function withoutScriptLine({ hosts }: RunReport): readonly string[] {
  const byCim = hosts.filter(({ gathered_by }) => gathered_by === 'cim');
  if (byCim.length === 0) return [];
  const columns = [...new Set(byCim.flatMap(({ columns_without_script }) => columns_without_script))];
  const cost = columns.length === 0 ? 'no column is lost by it' : `blank or less exact there: ${columns.join(', ')}`;
  return [`Gathered by CIM, without PowerShell: ${byCim.length} (${cost}; why: notes in the report)`];
}

const statusLines = (totals: ReportTotals, dryRun: boolean): readonly string[] =>
  statusCounts(totals, dryRun).map(([status, count]) => `  ${status.padEnd(18)}${String(count).padStart(6)}`);

function statusCounts(totals: ReportTotals, dryRun: boolean): readonly (readonly [FinalStatus, number])[] {
  return dryRun
    ? [
        ['Not Collected', totals.not_collected],
        ['Inventory Error', totals.inventory_error],
      ]
    : [
        ['Inventory OK', totals.inventory_ok],
        ['Inventory Partial', totals.inventory_partial],
        ['Inventory Empty', totals.inventory_empty],
        ['Inventory Error', totals.inventory_error],
      ];
}

/** Behind a long list the counts at its head have left the screen. */
function closingLine({ totals, dry_run, hosts }: RunReport): readonly string[] {
  if (!hosts.some((host) => needsAttention(host, dry_run))) return [];
  const counts = statusCounts(totals, dry_run).map(([status, count]) => `${count} ${status}`);
  return [`=> ${counts.join(', ')}`];
}

function vmLine({ vms }: ReportTotals): string {
  const more = [
    ...(vms.with_gaps > 0 ? [`${vms.with_gaps} with gaps`] : []),
    ...(vms.moved > 0 ? [`${vms.moved} moved to another host of the run`] : []),
    ...(vms.changed > 0 ? [`${vms.changed} came or went during the run`] : []),
  ];
  return `VMs in the hosts' own lists: ${[String(vms.in_baselines), ...more].join(', ')}`;
}

/** What of others' knowledge of guests was used, and what was of no use. */
function guestLines({ guests: { vms, unmatched, ambiguous, unusable_files } }: RunReport): readonly string[] {
  const seen = vms.filter(({ source }) => source === 'lastSeen').length;
  const useless = [...unmatched.map((guest) => ({ ...guest, why: 'no VM of the run' }))]
    .concat(ambiguous.map((guest) => ({ ...guest, why: 'several VMs of the run: name the host' })))
    .map(({ vm, host, why }) => `  ${plainText(host === null ? vm : `${vm} on ${host}`)}: ${why}`);
  return [
    ...(seen > 0 ? [`Guests that are off, told of as they were last seen: ${seen}`] : []),
    ...(useless.length > 0 ? [`Not used of the guest OS file: ${useless.length}`] : []),
    ...useless.slice(0, mostListed),
    ...(useless.length > mostListed ? [`  … and ${useless.length - mostListed} more: see the report`] : []),
    ...unusable_files.map((name) => `${name} is spoilt or cannot be read: nothing of it is used.`),
  ];
}

/** One way in which hosts failed, with the hosts. */
interface Trouble {
  readonly code: string;
  readonly advice: string;
  readonly hosts: { readonly host: ReportHost; readonly sentence: string }[];
}

/** The hosts that need attention, by what ails them; no line where there are none. */
export function attentionText(report: RunReport): readonly string[] {
  const needy = report.hosts.filter((host) => needsAttention(host, report.dry_run));
  if (needy.length === 0) return [];
  const lines = troublesOf(needy).flatMap(({ code, advice, hosts }) => [
    '',
    `  ${code}${advice === '' ? '' : `: ${advice}`}`,
    ...hosts
      .slice(0, mostListed)
      .map(({ host, sentence }) => `    ${nameOf(host)} (${host.final_status}): ${sentence}`),
    ...(hosts.length > mostListed ? [`    … and ${hosts.length - mostListed} more: see targets_retry_hosts.txt`] : []),
  ]);
  return ['', 'Hosts that need attention:', ...lines];
}

/** As it was given, and what it calls itself where that is not the same. */
function nameOf({ given, host, identity }: ReportHost): string {
  const ownName = identity.fqdn ?? identity.computer_name;
  const isNews = ownName !== null && !host.toLowerCase().startsWith(ownName.toLowerCase());
  return plainText(isNews ? `${given} = ${ownName}` : given);
}

/** A second mention of a machine shares its first mention's fate, and is listed there. */
function needsAttention({ duplicate_of, reachable, error, final_status }: ReportHost, dryRun: boolean): boolean {
  if (duplicate_of !== null) return false;
  return dryRun ? !reachable || error !== null : final_status !== 'Inventory OK';
}

function troublesOf(hosts: readonly ReportHost[]): readonly Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const host of hosts) {
    for (const code of new Set(host.reasons.map((reason) => reason.code))) {
      if (code === 'dryRun') continue;
      const trouble = troubles.get(code) ?? { code, advice: adviceOf(code, host), hosts: [] };
      trouble.hosts.push({ host, sentence: sentenceOf(host, code) });
      troubles.set(code, trouble);
    }
  }
  return [...troubles.values()].toSorted((one, other) => weightOf(other) - weightOf(one));
}

const statusWeights: Readonly<Partial<Record<FinalStatus, number>>> = { 'Inventory Error': 2, 'Inventory Partial': 1 };

/** The worst comes first, a host without VMs last; of one kind in the order of the hosts. */
const weightOf = ({ hosts }: Trouble): number =>
  Math.max(...hosts.map(({ host }) => statusWeights[host.final_status] ?? 0));

/** One fact that failed may be in the way of every collector: a host has one line, whatever number of reasons. */
function sentenceOf({ reasons }: ReportHost, code: string): string {
  const [first = '', ...others] = reasons.filter((reason) => reason.code === code).map(({ message }) => message);
  const more = others.length > 0 ? ` And ${others.length} more like it: see the report.` : '';
  return plainText(`${shortened(first)}${more}`);
}

/** A host that dropped out lacks thirty facts: the report names them all, a line on the screen only the first. */
const shortened = (text: string): string =>
  text.length <= longestSentence ? text : `${text.slice(0, text.lastIndexOf(' ', longestSentence))} …`;

function adviceOf(code: string, { error }: ReportHost): string {
  if (error?.code === code) return plainText(error.advice);
  const kind = Object.entries(hostErrorKinds).find(([name]) => name === code)?.[1];
  return kind?.advice ?? statusAdvice[code] ?? '';
}
