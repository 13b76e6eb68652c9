import { collectorNames } from '../collectors/collectors.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { HostList } from '../inventory/host-list.ts';
import { isRunId } from '../inventory/run-id.ts';
import { parseRunOptions, type RunOptions, type Waits } from '../inventory/run-options.ts';
import { httpsMissed, type RunDefaults, readHostList, withDefaults } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import type { FieldProblem } from './answer.ts';

/** What the body may hold beside hosts, runId and retryOf: the run's own options, by their names. */
const optionFields = [
  'dryRun',
  'only',
  'coverageThreshold',
  'allowPartialOk',
  'via',
  'waits',
  'csvTabs',
  'extraColumns',
  'unknownSize',
  'health',
  'datacenter',
] as const satisfies readonly (keyof RunOptions)[];

const fields: readonly string[] = ['hosts', 'runId', 'retryOf', ...optionFields];

/** What a run that asks an earlier one's hosts again has from that one. */
const fieldsOfRetried: readonly string[] = ['hosts', 'only', 'dryRun'];

/** The most hosts of one run: all their results pass through one orchestration. */
const mostHosts = 2_000;

/**
 * The longest waits of a run in Azure, in milliseconds: an activity that goes on for longer than `functionTimeout` takes
 * the whole process with it, and every other host that is being asked.
 */
const longestWaits: Readonly<Record<keyof Waits, number>> = {
  connectMs: 60_000,
  preflightMs: 3 * 60_000,
  operationMs: 10 * 60_000,
  scriptMs: 25 * 60_000,
  retryMs: 24 * 60 * 60_000,
};

/** What of a body is right by itself. */
export interface AskedRun {
  readonly runId?: string;
  readonly retryOf?: string;
  /** Undefined: not in the body. */
  readonly list?: HostList;
  readonly options: RunOptions;
}

/** Validates a body: everything that is wrong is named. `retried` are the options of the run whose hosts are asked again. */
export function parseRunFields(
  body: Readonly<Record<string, unknown>>,
  defaults: RunDefaults,
  retried: Partial<RunOptions> = {},
): Result<AskedRun, readonly FieldProblem[]> {
  const runId = runIdField(body, 'runId');
  const retryOf = runIdField(body, 'retryOf');
  const asked = Object.fromEntries(optionFields.map((name) => [name, body[name]]));
  const options = parseRunOptions(withDefaults(asked, { options: { ...defaults.options, ...retried } }), {
    collectors: collectorNames,
  });
  const list = body.hosts === undefined ? success(undefined) : hostsField(body.hosts);
  const problems: FieldProblem[] = [
    ...unknownFields(body),
    ...(runId.ok ? [] : [runId.error]),
    ...(retryOf.ok ? [] : [retryOf.error]),
    ...(body.retryOf === undefined ? [] : conflictsWithRetry(body)),
    ...(list.ok ? [] : list.error),
    ...(options.ok
      ? tooLong(options.value.waits)
      : options.error.problems.map(({ option, problem }) => ({ field: option, problem }))),
  ];
  if (problems.length > 0 || !runId.ok || !retryOf.ok || !list.ok || !options.ok) return failure(problems);
  return success({ runId: runId.value, retryOf: retryOf.value, list: list.value, options: options.value });
}

/** Reads a list of hosts that stands elsewhere than in a body. */
export function parseHostText(text: string, source: string): Result<HostList, readonly string[]> {
  const list = readHostList(text, source);
  return list.ok ? atMost(list.value, source) : list;
}

/** Why no host of the list could be asked with these options. */
export function transportProblems(hosts: readonly HostEntry[], options: RunOptions): readonly FieldProblem[] {
  const missed = httpsMissed(hosts, options);
  return missed === undefined ? [] : [{ field: 'hosts', problem: missed }];
}

function hostsField(value: unknown): Result<HostList, readonly FieldProblem[]> {
  const text = hostsText(value);
  if (text === undefined)
    return failure([{ field: 'hosts', problem: 'must be a list of hosts, or text with a host on each line' }]);
  const list = parseHostText(text, 'hosts');
  return list.ok ? list : failure(list.error.map((problem) => ({ field: 'hosts', problem })));
}

/** An entry of a list is one line: a line break in it would be two. */
function hostsText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string' && !/[\r\n]/.test(entry)))
    return undefined;
  return value.join('\n');
}

function atMost(list: HostList, source: string): Result<HostList, readonly string[]> {
  if (list.hosts.length <= mostHosts) return success(list);
  return failure([
    `${source} names ${list.hosts.length} hosts; a run takes at most ${mostHosts}: start several runs, each with a part of them.`,
  ]);
}

const tooLong = (waits: Waits): readonly FieldProblem[] =>
  (Object.keys(longestWaits) as (keyof Waits)[])
    .filter((name) => [waits[name]].flat().some((ms) => ms > longestWaits[name]))
    .map((name) => ({ field: `waits.${name}`, problem: `must be at most ${longestWaits[name]} milliseconds` }));

const unknownFields = (body: Readonly<Record<string, unknown>>): readonly FieldProblem[] =>
  Object.keys(body)
    .filter((name) => !fields.includes(name))
    .map((name) => ({ field: name.slice(0, 80), problem: `there is no such field; there are ${fields.join(', ')}` }));

const conflictsWithRetry = (body: Readonly<Record<string, unknown>>): readonly FieldProblem[] =>
  fieldsOfRetried
    .filter((name) => body[name] !== undefined)
    .map((name) => ({ field: name, problem: 'cannot be given with retryOf: it is that of the run which is retried' }));

function runIdField(
  body: Readonly<Record<string, unknown>>,
  field: 'runId' | 'retryOf',
): Result<string | undefined, FieldProblem> {
  const value = body[field];
  if (value === undefined || (typeof value === 'string' && isRunId(value))) return success(value);
  return failure({
    field,
    problem: 'must be a run id like 20261123T020000Z-7f3a9c: the start (UTC), then up to 32 of a-z and 0-9',
  });
}
