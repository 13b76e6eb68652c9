import type { OrchestrationContext } from 'durable-functions';
import type { CollectInput } from '../activities/collect-host.ts';
import type { PreflightInput } from '../activities/preflight-host.ts';
import { hostError } from '../inventory/host-error.ts';
import type { HostOutcome } from '../inventory/host-record.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { activityNames } from './function-names.ts';
import { laterOutcome, laterPreflight, mayRetry } from './retries.ts';
import { activity, pause, result, type Steps } from './tasks.ts';

export interface HostInventoryInput {
  readonly runId: string;
  /** What the run's preflight of this host found. */
  readonly preflight: Preflight;
  /** True: its record is complete, and it is asked once more all the same. */
  readonly again?: boolean;
  readonly options: Pick<
    RunOptions,
    'only' | 'dryRun' | 'authentication' | 'allowBasicOverHttp' | 'channelBinding' | 'via' | 'waits'
  >;
  /** How often its account may still be refused here. Default: as often as one nobody has refused yet. */
  readonly refusalsLeft?: number;
}

export interface HostInventoryResult {
  /** The last one, with the attempts of all. */
  readonly preflight: Preflight;
  /** Undefined where the host was not collected: unreachable, not usable, or a dry run. */
  readonly outcome?: HostOutcome;
}

/**
 * One host of a run: preflight again while it may still come, then collect, again while it drops out. A host has as many
 * retries as there are pauses in `retryMs`, for retryable codes only. Never throws: what an activity threw becomes
 * `activityFailed`.
 */
export function* hostInventory(context: OrchestrationContext): Steps<HostInventoryResult> {
  const input = context.df.getInput<HostInventoryInput>();
  const pauses = [...input.options.waits.retryMs];
  const preflight = yield* preflightUntilUsable(context, input, pauses);
  const isUsable = preflight.reachable && preflight.error === undefined;
  if (!isUsable || input.options.dryRun) return { preflight };
  return { preflight, outcome: yield* collectUntilComplete(context, input, preflight, pauses) };
}

function* preflightUntilUsable(
  context: OrchestrationContext,
  { runId, preflight: first, options, refusalsLeft }: HostInventoryInput,
  pauses: number[],
): Steps<Preflight> {
  const { authentication, allowBasicOverHttp, channelBinding, waits } = options;
  const input: PreflightInput = {
    runId,
    host: first.host,
    options: { authentication, allowBasicOverHttp, channelBinding, waits },
    refusalsLeft,
  };
  let preflight = first;
  while (mayRetry(preflight)) {
    const ms = pauses.shift();
    if (ms === undefined || !(yield* pause(context, runId, ms))) break;
    try {
      const again = yield* result<Preflight>(activity(context, activityNames.preflightHost, input));
      preflight = laterPreflight(preflight, again);
    } catch (thrown) {
      return { ...preflight, error: activityFailed(first.host.host, thrown) };
    }
  }
  return preflight;
}

function* collectUntilComplete(
  context: OrchestrationContext,
  { runId, again, options }: HostInventoryInput,
  { host, identity, attempts, notes }: Preflight,
  pauses: number[],
): Steps<HostOutcome> {
  const { only, authentication, allowBasicOverHttp, channelBinding, via, waits } = options;
  let outcome: HostOutcome | undefined;
  for (;;) {
    const input: CollectInput = {
      runId,
      host,
      identity,
      attempts: [...attempts, ...(outcome?.attempts ?? [])],
      notes,
      ...(again ? { again } : {}),
      options: { only, authentication, allowBasicOverHttp, channelBinding, via, waits },
    };
    const latest = yield* collectOnce(context, input);
    outcome = outcome ? laterOutcome(outcome, latest) : latest;
    const ms = !outcome.complete && mayRetry(outcome) ? pauses.shift() : undefined;
    if (ms === undefined || !(yield* pause(context, runId, ms))) return outcome;
  }
}

function* collectOnce(context: OrchestrationContext, input: CollectInput): Steps<HostOutcome> {
  try {
    return yield* result<HostOutcome>(context.df.callActivity(activityNames.collectHost, input));
  } catch (thrown) {
    const { given, host } = input.host;
    return { given, complete: false, error: activityFailed(host, thrown) };
  }
}

/** Longest detail, in characters: it goes into histories and reports. */
const longestDetail = 500;

function activityFailed(host: string, thrown: unknown): HostOutcome['error'] {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // The SDK puts the stack behind the sentence.
  const sentence = (message.split('\n')[0] ?? '').trim().slice(0, longestDetail);
  return hostError('activityFailed', host, undefined, sentence);
}
