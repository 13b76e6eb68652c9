import { type Command, Option } from 'commander';
import { type UnknownSize, unknownSizes } from '../inventory/collector-options.ts';
import type { Via } from '../inventory/run-options.ts';
import type { AuthenticationScheme, ChannelBinding } from '../winrm/winrm-session.ts';
import { commaSeparated, limits, pauses, seconds, share, wholeNumber } from './option-values.ts';
import { defaultOutDir } from './out-dir.ts';

/** Options that say which hosts are asked, and how; times in milliseconds. */
export interface HostArguments {
  readonly hosts?: string;
  readonly hostsFile?: string;
  readonly outDir: string;
  readonly envFile?: string;
  readonly concurrency?: number;
  readonly auth?: AuthenticationScheme;
  readonly via?: Via;
  readonly allowBasicOverHttp?: true;
  readonly caFile?: string;
  readonly cbt?: ChannelBinding;
  readonly connectTimeout?: number;
  readonly preflightTimeout?: number;
  readonly operationTimeout?: number;
  readonly scriptTimeout?: number;
  readonly retryAfter?: readonly number[];
  readonly json?: true;
  readonly verbose?: true;
}

export interface RunArguments extends HostArguments {
  readonly resume?: string;
  readonly retryOf?: string;
  readonly dryRun?: true;
  readonly only?: readonly string[];
  readonly coverageThreshold?: number;
  readonly allowPartialOk?: true;
  readonly csvTabs?: true;
  readonly extraColumns?: true;
  readonly unknownSize?: UnknownSize;
  readonly health?: Readonly<Record<string, number>>;
  readonly datacenter?: string;
  readonly guestOsFile?: string;
}

export interface SmokeCollectArguments extends HostArguments {
  readonly only: readonly string[];
}

export interface ExportArguments {
  readonly run: string;
  readonly only?: readonly string[];
  readonly csvTabs?: true;
  readonly extraColumns?: true;
  readonly unknownSize?: UnknownSize;
  readonly health?: Readonly<Record<string, number>>;
  readonly datacenter?: string;
  readonly guestOsFile?: string;
  readonly outDir: string;
  readonly json?: true;
  readonly verbose?: true;
}

export const outDirOption = (folder: string): Option =>
  new Option('--out-dir <folder>', 'where the files go').default(folder);

export const jsonOption = (what = 'the report'): Option =>
  new Option('--json', `prints ${what} as one JSON object instead of the summary`);

const envFileOption = (): Option =>
  new Option('--env-file <file>', 'the file with the settings (default: ./.env, where there is one)');

/** Options that decide what a run does; a resumed run has its own already. */
const hostOptions = (): readonly Option[] => [
  new Option('--hosts <list>', 'the hosts, separated by commas').conflicts('hostsFile'),
  new Option('--hosts-file <file>', 'a file with the hosts'),
  new Option('--concurrency <hosts>', 'hosts asked at once (default: 32)').argParser(wholeNumber(1, 256)),
  new Option('--auth <scheme>', 'how to log on (default: ntlm)').choices(['ntlm', 'basic', 'kerberos', 'certificate']),
  new Option('--via <way>', 'how facts are gathered (default: auto)').choices(['auto', 'script', 'cim']),
  new Option('--allow-basic-over-http', 'lets Basic send the password in the clear; only for tests on one machine'),
  new Option('--ca-file <file>', 'private CAs of https hosts, PEM (HYPERV_CA_FILE)'),
  new Option('--cbt <mode>', 'channel binding of NTLM over https (default: auto)').choices(['auto', 'off']),
  new Option('--connect-timeout <seconds>', 'longest wait for a connection (default: 10)').argParser(seconds),
  new Option('--preflight-timeout <seconds>', 'longest preflight of a host (default: 20)').argParser(seconds),
  new Option('--operation-timeout <seconds>', 'longest wait for one answer (default: 60)').argParser(seconds),
  new Option('--script-timeout <seconds>', 'longest collector script on a host (default: 600)').argParser(seconds),
  new Option(
    '--retry-after <seconds>',
    'pauses before a host that dropped out is asked again, or none (default: 30,120)',
  ).argParser(pauses),
];

const judgementOptions = (): readonly Option[] => [
  new Option('--dry-run', 'only checks that each host is there and lets us in'),
  new Option('--only <collectors>', 'only these collectors, separated by commas').argParser(commaSeparated),
  new Option(
    '--coverage-threshold <share>',
    'the share of VMs that must be covered for Inventory OK (default: 0.90)',
  ).argParser(share),
  new Option('--allow-partial-ok', 'coverage under the threshold still counts as Inventory OK'),
];

/** What the files of a run are to hold. */
const exportOptions = (): readonly Option[] => [
  new Option('--csv-tabs', 'also writes each tab as a CSV, and a zip of them'),
  new Option('--extra-columns', 'also fills columns for what only Hyper-V has, where RVTools puts custom attributes'),
  new Option('--unknown-size <way>', 'what stands for a disk size that is not known (default: blank)').choices(
    unknownSizes,
  ),
  new Option('--health <limits>', 'from where on vHealth names something, as name=number,...').argParser(limits),
  new Option('--datacenter <name>', "what stands in the column Datacenter (default: each host's domain)"),
  new Option('--guest-os-file <file>', 'a CSV or JSON with the guest OS, DNS name or IP of VMs; it overrides'),
];

const verboseOption = (): Option => new Option('--verbose', "logs the run's events on stderr, as JSON lines");

const placeOptions = (): readonly Option[] => [
  outDirOption(defaultOutDir),
  envFileOption(),
  jsonOption(),
  verboseOption(),
];

/** Gives a command the options of a full run. */
export function addRunOptions(command: Command): Command {
  const deciding = [...hostOptions(), ...judgementOptions(), ...exportOptions()];
  const resume = new Option('--resume <runId>', "goes on with an interrupted run, with that run's own options");
  resume.conflicts(deciding.map((option) => option.attributeName()));
  const retryOf = new Option('--retry-of <runId>', "asks a finished run's hosts again that were not Inventory OK");
  retryOf.conflicts(['hosts', 'hostsFile', 'only', 'dryRun', 'resume']);
  return addOptions(command, [...deciding, resume, retryOf, ...placeOptions()]);
}

/** Gives a command the options that make a finished run's files again. */
export function addExportOptions(command: Command): Command {
  return addOptions(command, [
    new Option('--run <runId>', 'the run').makeOptionMandatory(),
    new Option('--only <collectors>', "only these collectors, separated by commas (default: the run's own)").argParser(
      commaSeparated,
    ),
    ...exportOptions(),
    outDirOption(defaultOutDir),
    jsonOption(),
    verboseOption(),
  ]);
}

/** Gives a command the options of a run of some collectors without a workbook. */
export function addSmokeCollectOptions(command: Command): Command {
  const only = new Option('--only <collectors>', 'the collectors, separated by commas')
    .argParser(commaSeparated)
    .makeOptionMandatory();
  return addOptions(command, [only, ...hostOptions(), ...placeOptions()]);
}

/** Gives a command the options of an examination: those of a run that say which hosts are asked, and how. */
export function addDoctorOptions(command: Command): Command {
  // It asks little and once: the preflight's time is enough for any answer.
  const asked = hostOptions().filter((option) => !['retryAfter', 'operationTimeout'].includes(option.attributeName()));
  return addOptions(command, [...asked, envFileOption(), jsonOption('the findings')]);
}

export function addOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}
