import type { DurableClient } from 'durable-functions';
import { type RunActivity, type Runs, RunsUnavailable } from '../api/runs.ts';
import { orchestratorNames } from '../orchestrators/function-names.ts';
import type { InventoryRunInput } from '../orchestrators/inventory-run.ts';
import type { RunProgress } from '../orchestrators/run-progress.ts';

/** Runs as Durable Functions carries them out: a run's id is its orchestration's. */
export function durableRuns(client: DurableClient): Runs {
  return {
    start: async (runId) => {
      const input: InventoryRunInput = { runId };
      await orUnavailable(client.startNew(orchestratorNames.inventoryRun, { instanceId: runId, input }));
    },
    status: async (runId) => {
      try {
        return activityOf(await client.getStatus(runId, { showInput: false }));
      } catch (thrown) {
        if (isUnknownInstance(thrown)) return undefined;
        throw new RunsUnavailable(messageOf(thrown));
      }
    },
  };
}

type DurableStatus = Awaited<ReturnType<DurableClient['getStatus']>>;

const waiting: ReadonlySet<string> = new Set(['Pending']);
const going: ReadonlySet<string> = new Set(['Running', 'ContinuedAsNew', 'Suspended']);

/** The output of an orchestration that broke off is its reason, and may have the SDK's stack behind it. */
function activityOf({ runtimeStatus, customStatus, createdTime, output }: DurableStatus): RunActivity {
  const state = waiting.has(runtimeStatus) ? 'waiting' : going.has(runtimeStatus) ? 'going' : 'ended';
  const phase = (customStatus as RunProgress | null | undefined)?.phase;
  const broke = state === 'ended' && runtimeStatus !== 'Completed';
  return {
    state,
    createdAt: new Date(createdTime).toISOString(),
    ...(phase ? { phase } : {}),
    ...(broke ? { error: `${runtimeStatus}: ${String(output).split('\n')[0]}`.slice(0, 500) } : {}),
    ...(runtimeStatus === 'Failed' ? { brokeOff: true } : {}),
  };
}

/** The client throws on an instance that it does not know; only its sentence tells that from a failure. */
const isUnknownInstance = (thrown: unknown): boolean => /replied with HTTP 404 response/.test(messageOf(thrown));

async function orUnavailable<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (thrown) {
    throw new RunsUnavailable(messageOf(thrown));
  }
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
