import type { OrchestrationContext } from 'durable-functions';
import type { SeekVmsInput, SoughtVms } from '../activities/seek-vms.ts';
import { type AccountProofs, accountOf, proofOf } from '../inventory/account-proofs.ts';
import type { Preflight } from '../inventory/preflight.ts';
import type { Manifest } from '../inventory/run-options.ts';
import { activityNames, orchestratorNames } from './function-names.ts';
import type { HostInventoryInput, HostInventoryResult } from './host-inventory.ts';
import { preflightHosts } from './preflight-hosts.ts';
import { enterPhase } from './run-progress.ts';
import { activity, all, result, type Steps, subOrchestration } from './tasks.ts';

export interface OwnersAgain {
  readonly manifest: Manifest;
  /** Every host of the list, in its order. */
  readonly hosts: readonly HostInventoryResult[];
  /** `given` of the hosts that this start of the run did not ask: an earlier one had finished them. */
  readonly finished: ReadonlySet<string>;
  readonly proofs: AccountProofs;
}

/**
 * Asks hosts once more that own VMs which their cluster knows, but no host showed. What one of them tells may lead to
 * another, each at most once. What fails here costs nothing: the records that there are stay.
 */
export function* askOwnersAgain(context: OrchestrationContext, run: OwnersAgain): Steps<void> {
  const { manifest, hosts } = run;
  const nodes = hosts.filter(({ outcome }) => outcome?.mayBeNode === true);
  const asked: string[] = [];
  while (nodes.length > 0) {
    const owners = yield* ownersOfUnseenVms(context, {
      runId: manifest.runId,
      nodes: nodes.map(({ preflight }) => preflight.host.given),
      asked,
    });
    if (owners.length === 0) return;
    enterPhase(context, 'askingAgain');
    asked.push(...owners);
    const wanted = nodes.map(({ preflight }) => preflight).filter(({ host }) => owners.includes(host.given));
    const reachable = yield* withProvenAccount(context, run, wanted);
    yield* all(
      context,
      reachable.map((preflight) => {
        return subOrchestration(context, orchestratorNames.hostInventory, secondAsking(manifest, preflight));
      }),
    );
  }
}

function* ownersOfUnseenVms(context: OrchestrationContext, input: SeekVmsInput): Steps<readonly string[]> {
  try {
    const { owners } = yield* result<SoughtVms>(activity(context, activityNames.seekVms, input));
    return owners;
  } catch {
    return [];
  }
}

/** A host that an earlier start of the run had asked is no proof of today's account: it is tried as carefully as then. */
function* withProvenAccount(
  context: OrchestrationContext,
  { manifest, finished, proofs }: OwnersAgain,
  preflights: readonly Preflight[],
): Steps<readonly Preflight[]> {
  const isProven = ({ host }: Preflight): boolean =>
    !finished.has(host.given) || proofOf(proofs, accountOf(host, proofs)).state === 'accepted';
  const unproven = preflights.filter((preflight) => !isProven(preflight));
  if (unproven.length === 0) return preflights;
  const { authentication, allowBasicOverHttp, channelBinding, waits } = manifest.options;
  const again = yield* preflightHosts(
    context,
    { runId: manifest.runId, options: { authentication, allowBasicOverHttp, channelBinding, waits } },
    unproven.map(({ host }) => host),
    proofs,
  );
  return [
    ...preflights.filter(isProven),
    ...again.preflights.filter(({ reachable, error }) => reachable && error === undefined),
  ];
}

/** One try: the host was well, and its record is there. */
function secondAsking({ runId, options }: Manifest, preflight: Preflight): HostInventoryInput {
  const { only, dryRun, authentication, allowBasicOverHttp, channelBinding, via, waits } = options;
  return {
    runId,
    preflight,
    again: true,
    options: {
      only,
      dryRun,
      authentication,
      allowBasicOverHttp,
      channelBinding,
      via,
      waits: { ...waits, retryMs: [] },
    },
  };
}
