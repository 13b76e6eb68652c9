import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { collectorNames } from '../collectors/collectors.ts';
import type { StatedGuest } from '../inventory/guests.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { HostList } from '../inventory/host-list.ts';
import {
  defaultWaits,
  parseRunOptions,
  type RetryOf,
  type RunOptionProblem,
  type RunOptions,
} from '../inventory/run-options.ts';
import { httpsMissed, readHostList, withDefaults } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { caFileOf, openAccess, type RunAccess } from '../settings/run-access.ts';
import { runDefaultsOf } from '../settings/run-defaults.ts';
import type { Settings } from '../settings/settings.ts';
import { textOfBytes } from '../text-of-bytes.ts';
import { readGuestOsFile } from './guest-os-option.ts';
import type { HostArguments, RunArguments } from './run-arguments.ts';
import type { Terminal } from './terminal.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** Everything a new run needs, validated before anything is started or written. */
export interface RunRequest {
  readonly hosts: readonly HostEntry[];
  readonly repeated: readonly string[];
  /** Absolute. */
  readonly caFile?: string;
  readonly options: RunOptions;
  readonly access: RunAccess;
  /** What the user states of guests; undefined: nothing was given. */
  readonly statedGuests?: readonly StatedGuest[];
  /** Set where the hosts of an earlier run are asked again. */
  readonly retryOf?: RetryOf;
}

/** Names of run options, as the user typed them. */
const optionNames: Readonly<Record<string, string>> = {
  health: '--health',
  only: '--only',
  'waits.retryMs': '--retry-after',
  datacenter: '--datacenter',
};

/** Reads `.env` and the environment; how to log on decides whether an account needs a password. */
export async function readCliSettings(
  { envFile, auth }: Pick<HostArguments, 'envFile' | 'auth'>,
  { environment, workingFolder }: Terminal,
): Promise<Result<Settings, UsageError>> {
  const path = resolve(workingFolder, envFile ?? '.env');
  const asked = auth === undefined ? environment : { ...environment, HYPERV_AUTH: auth };
  const settings = await loadSettings(asked, { path, required: envFile !== undefined }, 'commandLine');
  return settings.ok ? settings : failure(usageError(...settings.error.map(({ message }) => message)));
}

/** Puts options and settings together; an option wins over its setting. */
export async function makeRunRequest(
  given: RunArguments,
  { workbook }: { workbook: boolean },
  terminal: Terminal,
): Promise<Result<RunRequest, UsageError>> {
  const settings = await readCliSettings(given, terminal);
  if (!settings.ok) return settings;
  const options = makeOptions(given, settings.value, workbook);
  if (!options.ok) return options;
  const list = await readHosts(given, settings.value, terminal);
  if (!list.ok) return list;
  const { hosts, repeated } = list.value;
  const missed = httpsMissed(hosts, options.value);
  if (missed !== undefined) return failure(usageError(missed));
  const caFile = caFileOf(given.caFile, settings.value, terminal.workingFolder);
  const access = await openAccess({ hosts, caFile, options: options.value }, settings.value, terminal.workingFolder);
  if (!access.ok) return failure(usageError(...access.error));
  const stated = await readGuestOsFile(given, terminal);
  if (!stated.ok) return stated;
  return success({ hosts, repeated, caFile, options: options.value, access: access.value, statedGuests: stated.value });
}

/** The options of a new run; what is not given comes from the settings. */
export function makeOptions(
  given: RunArguments,
  settings: Settings,
  workbook: boolean,
): Result<RunOptions, UsageError> {
  const waits = {
    connectMs: given.connectTimeout ?? defaultWaits.connectMs,
    preflightMs: given.preflightTimeout ?? defaultWaits.preflightMs,
    operationMs: given.operationTimeout ?? defaultWaits.operationMs,
    scriptMs: given.scriptTimeout ?? defaultWaits.scriptMs,
    retryMs: given.retryAfter ?? defaultWaits.retryMs,
  };
  const asked = {
    only: given.only,
    dryRun: given.dryRun,
    coverageThreshold: given.coverageThreshold,
    allowPartialOk: given.allowPartialOk,
    authentication: given.auth,
    allowBasicOverHttp: given.allowBasicOverHttp,
    channelBinding: given.cbt,
    via: given.via,
    concurrency: given.concurrency,
    waits,
    workbook,
    csvTabs: given.csvTabs,
    extraColumns: given.extraColumns,
    unknownSize: given.unknownSize,
    health: given.health,
    datacenter: given.datacenter,
  };
  const options = parseRunOptions(withDefaults(asked, runDefaultsOf(settings)), { collectors: collectorNames });
  if (options.ok) return options;
  return failure(describeProblems(options.error.problems));
}

/** Every problem under the name that the user typed. */
export const describeProblems = (problems: readonly RunOptionProblem[]): UsageError =>
  usageError(...problems.map(({ option, problem }) => `${asTyped(option)}: ${problem}.`));

/** `only.0` is the first name of `--only`. */
function asTyped(option: string): string {
  const path = option.replace(/\.\d+$/, '');
  const [, limit] = /^health\.(.+)$/.exec(path) ?? [];
  return optionNames[path] ?? (limit === undefined ? path : `--health ${limit}`);
}

async function readHosts(
  { hosts, hostsFile }: Pick<HostArguments, 'hosts' | 'hostsFile'>,
  settings: Settings,
  { workingFolder }: Terminal,
): Promise<Result<HostList, UsageError>> {
  const source = sourceOfHosts({ hosts, hostsFile }, settings);
  if (!source) {
    return failure(usageError('No hosts: give --hosts or --hosts-file, or set HYPERV_HOSTS or HYPERV_HOSTS_FILE.'));
  }
  const text = source.file === undefined ? success(source.text) : await readHostsFile(source, workingFolder);
  if (!text.ok) return text;
  const list = readHostList(text.value, source.name);
  return list.ok ? list : failure(usageError(...list.error));
}

type SourceOfHosts =
  | { readonly name: string; readonly text: string; readonly file?: undefined }
  | { readonly name: string; readonly file: string; readonly option: string };

function sourceOfHosts(
  { hosts, hostsFile }: Pick<HostArguments, 'hosts' | 'hostsFile'>,
  settings: Pick<Settings, 'hosts' | 'hostsFile'>,
): SourceOfHosts | undefined {
  if (hosts !== undefined) return { name: '--hosts', text: hosts };
  if (hostsFile !== undefined) return { name: hostsFile, file: hostsFile, option: '--hosts-file' };
  if (settings.hosts !== undefined) return { name: 'HYPERV_HOSTS', text: settings.hosts };
  if (settings.hostsFile !== undefined) {
    return { name: settings.hostsFile, file: settings.hostsFile, option: 'HYPERV_HOSTS_FILE' };
  }
  return undefined;
}

async function readHostsFile(
  { file, option }: { readonly file: string; readonly option: string },
  workingFolder: string,
): Promise<Result<string, UsageError>> {
  try {
    return success(textOfBytes(await readFile(resolve(workingFolder, file))));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return failure(usageError(`${option}: ${file} cannot be read (${code}).`));
  }
}
