import type { OrchestrationContext, Task } from 'durable-functions';
import type { OpenRun, OpenRunInput } from '../activities/open-run.ts';
import type { WriteReportInput } from '../activities/write-report.ts';
import { mostRefusals } from '../inventory/account-names.ts';
import {
  type AccountProofs,
  accountOf,
  guardOf,
  proofOf,
  refusalsLeft,
  unprovenAccounts,
} from '../inventory/account-proofs.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { findDuplicates } from '../inventory/identity.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { Manifest } from '../inventory/run-options.ts';
import type { RunState } from '../inventory/run-state.ts';
import { activityNames, orchestratorNames } from './function-names.ts';
import type { HostInventoryInput, HostInventoryResult } from './host-inventory.ts';
import { askOwnersAgain } from './owners-again.ts';
import { preflightHosts } from './preflight-hosts.ts';
import { laterPreflight, mayRetry } from './retries.ts';
import { enterPhase, type RunProgress } from './run-progress.ts';
import { activity, all, pause, result, type Steps, subOrchestration } from './tasks.ts';
import { writeFiles } from './write-files.ts';

/** The rest stands in the run's manifest. */
export interface InventoryRunInput {
  readonly runId: string;
}

/** One inventory of a list of hosts, from its manifest to `run.json`. Started again under its id, it goes on. */
export function* inventoryRun(context: OrchestrationContext): Steps<RunState> {
  const { runId } = context.df.getInput<InventoryRunInput>();
  const enter = (phase: RunProgress['phase']): void => enterPhase(context, phase);

  enter('opening');
  const opening: OpenRunInput = { runId };
  const { manifest, finished, users } = yield* result<OpenRun>(activity(context, activityNames.openRun, opening));
  const { options } = manifest;
  const results = new Map<string, HostInventoryResult>(finished.map((host) => [host.preflight.host.given, host]));
  const note = (hosts: readonly HostInventoryResult[]): void => {
    for (const host of hosts) results.set(host.preflight.host.given, host);
  };

  enter('preflight');
  const waiting = manifest.hosts.filter(({ given }) => !results.has(given));
  const { preflights, proofs } = yield* preflightHosts(
    context,
    preflightRun(manifest),
    waiting,
    unprovenAccounts(users),
  );
  note(preflights.map((preflight) => ({ preflight })));

  enter('collecting');
  const later = unprovenHosts(preflights, proofs);
  const worthAsking = preflights.filter(isWorthAsking(manifest, results, proofs, later));
  note(yield* inventoryHosts(context, manifest, worthAsking, proofs));

  if (later.size > 0) {
    enter('retrying');
    yield* retryUnproven(context, { manifest, results, note, proofs, hosts: later });
  }

  yield* askOwnersAgain(context, {
    manifest,
    hosts: inListOrder(manifest, results),
    finished: new Set(finished.map(({ preflight }) => preflight.host.given)),
    proofs,
  });

  const found = inListOrder(manifest, results);
  const reporting: WriteReportInput = {
    runId,
    preflights: found.map(({ preflight }) => preflight),
    outcomes: found.flatMap(({ outcome }) => outcome ?? []),
  };
  return yield* writeFiles(context, reporting, { withWorkbook: options.workbook && !options.dryRun });
}

const preflightRun = ({ runId, options: { authentication, allowBasicOverHttp, channelBinding, waits } }: Manifest) => ({
  runId,
  options: { authentication, allowBasicOverHttp, channelBinding, waits },
});

const inListOrder = (
  { hosts }: Manifest,
  results: ReadonlyMap<string, HostInventoryResult>,
): readonly HostInventoryResult[] => hosts.flatMap(({ given }) => results.get(given) ?? []);

/** Hosts to hand out: usable, or worth another preflight; no second mention of a machine. */
function isWorthAsking(
  manifest: Manifest,
  results: ReadonlyMap<string, HostInventoryResult>,
  proofs: AccountProofs,
  later: ReadonlySet<string>,
): (preflight: Preflight) => boolean {
  const duplicates = findDuplicates(inListOrder(manifest, results).map(({ preflight }) => preflight));
  return (preflight) => {
    const { host, reachable, error } = preflight;
    if (duplicates.has(host.given) || later.has(host.given)) return false;
    if (reachable && !error) return !manifest.options.dryRun;
    return mayRetry(preflight) && proofOf(proofs, accountOf(host, proofs)).state !== 'refused';
  };
}

function inventoryHosts(
  context: OrchestrationContext,
  { runId, options }: Manifest,
  preflights: readonly Preflight[],
  proofs: AccountProofs,
): Steps<readonly HostInventoryResult[]> {
  const { only, dryRun, authentication, allowBasicOverHttp, channelBinding, via, waits } = options;
  return all<HostInventoryResult>(
    context,
    preflights.map((preflight): Task => {
      const input: HostInventoryInput = {
        runId,
        preflight,
        options: { only, dryRun, authentication, allowBasicOverHttp, channelBinding, via, waits },
        // As many hosts of an unproven account are asked at once as it can bear refusals.
        ...(refusalsLeft(proofs, preflight.host) === undefined ? {} : { refusalsLeft: 1 }),
      };
      return subOrchestration(context, orchestratorNames.hostInventory, input);
    }),
  );
}

/**
 * Hosts that did not answer and whose account no host has accepted: retried all at once, they could refuse it too often.
 * As few of them as the account can bear are not held back.
 */
function unprovenHosts(preflights: readonly Preflight[], proofs: AccountProofs): ReadonlySet<string> {
  const byUser = new Map<string, HostEntry[]>();
  for (const preflight of preflights) {
    const account = accountOf(preflight.host, proofs);
    if (proofOf(proofs, account).state !== 'unproven' || !mayRetry(preflight)) continue;
    const guard = guardOf(proofs, account);
    byUser.set(guard, [...(byUser.get(guard) ?? []), preflight.host]);
  }
  const bearable = (hosts: readonly HostEntry[]): number =>
    mostRefusals - Math.max(...hosts.map((host) => proofOf(proofs, accountOf(host, proofs)).refusals));
  const heldBack = [...byUser.values()].filter((hosts) => hosts.length > bearable(hosts));
  return new Set(heldBack.flat().map(({ given }) => given));
}

interface UnprovenRetry {
  readonly manifest: Manifest;
  readonly results: ReadonlyMap<string, HostInventoryResult>;
  readonly note: (hosts: readonly HostInventoryResult[]) => void;
  readonly proofs: AccountProofs;
  readonly hosts: ReadonlySet<string>;
}

/** Retries hosts of unproven accounts in waves, each with the guard of the first preflight. */
function* retryUnproven(context: OrchestrationContext, retry: UnprovenRetry): Steps<void> {
  const { manifest, results, note } = retry;
  let { proofs } = retry;
  let hosts = manifest.hosts.filter(({ given }) => retry.hosts.has(given));
  const { options } = manifest;
  for (const [index, ms] of options.waits.retryMs.entries()) {
    if (hosts.length === 0 || !(yield* pause(context, manifest.runId, ms))) return;
    const wave = yield* preflightHosts(context, preflightRun(manifest), hosts, proofs);
    proofs = wave.proofs;
    const preflights = wave.preflights.map((again) => {
      const earlier = results.get(again.host.given)?.preflight;
      // A host that was asked keeps its own story, whatever became of its account elsewhere.
      if (earlier && again.error?.code === 'accountRefused') return earlier;
      return earlier ? laterPreflight(earlier, again) : again;
    });
    note(preflights.map((preflight) => ({ preflight })));
    const stillUnproven = unprovenHosts(preflights, proofs);
    const worthAsking = preflights.filter(isWorthAsking(manifest, results, proofs, stillUnproven));
    const waits = { ...options.waits, retryMs: options.waits.retryMs.slice(index + 1) };
    note(yield* inventoryHosts(context, { ...manifest, options: { ...options, waits } }, worthAsking, proofs));
    hosts = hosts.filter(({ given }) => stillUnproven.has(given));
  }
}
