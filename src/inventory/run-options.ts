import { z } from 'zod';
import { failure, type Result, success } from '../result.ts';
import type { AuthenticationScheme, ChannelBinding } from '../winrm/winrm-session.ts';
import {
  defaultCollectorOptions,
  defaultHealthLimits,
  type HealthLimits,
  type UnknownSize,
  unknownSizes,
} from './collector-options.ts';
import type { HostEntry } from './host-entry.ts';

/** How the facts of a host are gathered. `auto`: by script, and by CIM where PowerShell is refused. */
export type Via = 'auto' | 'script' | 'cim';

/** Waiting times of a run, in milliseconds. */
export interface Waits {
  readonly connectMs: number;
  readonly preflightMs: number;
  /** Longest wait for one WS-Management answer. */
  readonly operationMs: number;
  readonly scriptMs: number;
  /** Pauses before the retries of a host that dropped out; their number is the number of retries. */
  readonly retryMs: readonly number[];
}

/** The design's defaults. */
export const defaultWaits: Waits = {
  connectMs: 10_000,
  preflightMs: 20_000,
  operationMs: 60_000,
  scriptMs: 600_000,
  retryMs: [30_000, 120_000],
};

/** What a run's files are to hold beyond the plain workbook: what may be asked for again without asking a host. */
export interface ExportOptions {
  /** True: also a CSV per tab, and a zip of them. */
  readonly csvTabs: boolean;
  /** Default: `blank`. Absent from manifests of earlier versions. */
  readonly unknownSize?: UnknownSize;
  readonly health?: HealthLimits;
  /** True: also Hyper-V's own columns. Absent from manifests of earlier versions. */
  readonly extraColumns?: boolean;
  /** What stands in the column Datacenter; null: each host's domain. */
  readonly datacenter: string | null;
}

/** Everything that decides what a run does. No secret: it is written to the manifest. */
export interface RunOptions extends ExportOptions {
  /** Collectors by tab name. */
  readonly only: readonly string[];
  readonly dryRun: boolean;
  readonly coverageThreshold: number;
  readonly allowPartialOk: boolean;
  readonly authentication: AuthenticationScheme;
  readonly allowBasicOverHttp: boolean;
  /** Whether a logon over https is bound to the TLS connection. */
  readonly channelBinding: ChannelBinding;
  readonly via: Via;
  /** Hosts asked at once. */
  readonly concurrency: number;
  readonly waits: Waits;
  /** False: no workbook (smoke-collect). */
  readonly workbook: boolean;
}

export type Trigger = 'cli' | 'http' | 'timer';

/** `manifest.json`: what a run set out to do. Written once, never replaced. */
export interface Manifest {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly trigger: Trigger;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly exporterVersion: string;
  readonly hosts: readonly HostEntry[];
  /** Entries that were given more than once, as given; each is asked once. */
  readonly repeated: readonly string[];
  /** The file with private CAs, as an absolute path; a run that goes on reads it anew. */
  readonly caFile?: string;
  readonly options: RunOptions;
  /** Set where the run asks an earlier run's hosts again. */
  readonly retryOf?: RetryOf;
  /** SHA-256 of the body that asked for the run (hex), so that the same request delivered twice is one run. */
  readonly requestHash?: string;
}

/** The run whose hosts are asked again, and those of them (as given) whose stored facts are good enough to be kept. */
export interface RetryOf {
  readonly runId: string;
  readonly taken: readonly string[];
}

export interface RunOptionProblem {
  /** Path of the option, e.g. `coverageThreshold` or `waits.retryMs.1`. */
  readonly option: string;
  readonly problem: string;
}

const authenticationSchemes = [
  'ntlm',
  'basic',
  'kerberos',
  'certificate',
] as const satisfies readonly AuthenticationScheme[];
const bindingChoices = ['auto', 'off'] as const satisfies readonly ChannelBinding[];
const viaChoices = ['auto', 'script', 'cim'] as const satisfies readonly Via[];

/** Longest time a timer of Node can wait. */
const longestMs = 2_147_483_647;
const milliseconds = (least: number) => {
  const wanted = `must be a whole number of milliseconds from ${least} to ${longestMs}`;
  return z.int(wanted).min(least, wanted).max(longestMs, wanted);
};
const limit = z.number('must be a number').min(0, 'must be a number from 0 on');
const trueOrFalse = z.boolean('must be true or false');
const threshold = 'must be a number from 0 to 1';
const datacenter = 'must be a name of at most 80 characters';
const concurrency = 'must be a whole number from 1 to 256';

/** What a run may be asked for, everything optional; the CLI, the HTTP API and the timer all end here. */
function optionsSchema(collectors: readonly string[]) {
  const tabs = new Map(collectors.map((tab) => [tab.toLowerCase(), tab]));
  const collector = z.string('must be the name of a collector').transform((name, context) => {
    const tab = tabs.get(name.trim().toLowerCase());
    if (tab !== undefined) return tab;
    context.addIssue({
      code: 'custom',
      message: `there is no collector "${name}"; there are ${collectors.join(', ')}`,
    });
    return z.NEVER;
  });
  return z.strictObject({
    only: z
      .array(collector, 'must be a list of collectors')
      .min(1, 'must name at least one collector')
      .transform((names) => collectors.filter((tab) => names.includes(tab)))
      .default([...collectors]),
    dryRun: trueOrFalse.default(false),
    coverageThreshold: z.number(threshold).min(0, threshold).max(1, threshold).default(0.9),
    allowPartialOk: trueOrFalse.default(false),
    authentication: z.enum(authenticationSchemes, `must be one of ${authenticationSchemes.join(', ')}`).default('ntlm'),
    allowBasicOverHttp: trueOrFalse.default(false),
    channelBinding: z.enum(bindingChoices, `must be one of ${bindingChoices.join(', ')}`).default('auto'),
    via: z.enum(viaChoices, `must be one of ${viaChoices.join(', ')}`).default('auto'),
    concurrency: z.int(concurrency).min(1, concurrency).max(256, concurrency).default(32),
    waits: z
      .strictObject({
        connectMs: milliseconds(1).default(defaultWaits.connectMs),
        preflightMs: milliseconds(1).default(defaultWaits.preflightMs),
        operationMs: milliseconds(1).default(defaultWaits.operationMs),
        scriptMs: milliseconds(1).default(defaultWaits.scriptMs),
        retryMs: z
          .array(milliseconds(0), 'must be a list of pauses in milliseconds')
          .max(10, 'there can be at most 10 retries')
          .default([...defaultWaits.retryMs]),
      })
      .prefault({}),
    workbook: trueOrFalse.default(true),
    csvTabs: trueOrFalse.default(false),
    extraColumns: trueOrFalse.default(false),
    unknownSize: z
      .enum(unknownSizes, `must be one of ${unknownSizes.join(', ')}`)
      .default(defaultCollectorOptions.unknownSize),
    health: z
      .strictObject({
        checkpointDays: limit.default(defaultHealthLimits.checkpointDays),
        backupDays: limit.default(defaultHealthLimits.backupDays),
        freePercent: limit.default(defaultHealthLimits.freePercent),
        vcpusPerCore: limit.default(defaultHealthLimits.vcpusPerCore),
        memoryPercent: limit.default(defaultHealthLimits.memoryPercent),
      })
      .prefault({}),
    datacenter: z.string(datacenter).trim().min(1, datacenter).max(80, datacenter).nullable().default(null),
  });
}

/**
 * Validates what a run was asked for and fills in the defaults; every problem is named, not only the first.
 * `collectors` are the tabs there are, in RVTools' order: `only` ignores case and comes back in that order and spelling.
 */
export function parseRunOptions(
  input: unknown,
  { collectors }: { collectors: readonly string[] },
): Result<RunOptions, { problems: readonly RunOptionProblem[] }> {
  const parsed = optionsSchema(collectors).safeParse(input);
  if (parsed.success) return success(parsed.data);
  return failure({ problems: parsed.error.issues.flatMap(problemsOf) });
}

function problemsOf(issue: z.core.$ZodIssue): RunOptionProblem[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ option: path.join('.') || 'options', problem: issue.message }];
  return issue.keys.map((key) => ({ option: [...path, key].join('.'), problem: 'there is no such option' }));
}
