import { newManifest } from '../../src/cli/inventory.ts';
import { collectors } from '../../src/collectors/collectors.ts';
import { startInventoryRun } from '../../src/embedded/start-inventory-run.ts';
import type { WatchOptions } from '../../src/embedded/watch-run.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import { parseHostList } from '../../src/inventory/host-list.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import { type Manifest, parseRunOptions, type RunOptions } from '../../src/inventory/run-options.ts';
import { createServices } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import type { FleetPlan } from '../../src/simulator/fleet.ts';
import type { Store } from '../../src/stores/store.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { credential, withFleet } from './fleet-child.ts';

export interface CollectedRun {
  readonly manifest: Manifest;
  readonly report: RunReport;
}

export interface CollectOptions {
  readonly wanted?: Partial<RunOptions>;
  readonly watch?: WatchOptions;
  /** Called when the fleet listens and the run begins, and when it is over. */
  readonly onStart?: () => void;
  readonly onEnd?: () => void;
}

/** Inventories a simulated fleet, which runs in a process of its own, into the store. */
export async function collectFleet(
  store: Store,
  plan: FleetPlan,
  { wanted = {}, watch = {}, onStart, onEnd }: CollectOptions = {},
): Promise<CollectedRun> {
  return await withFleet(plan, async (given) => {
    const hosts = parseHostList(given.join('\n'), { source: 'the fleet' });
    const options = parseRunOptions(wanted, { collectors: collectors.map(({ tab }) => tab) });
    if (!hosts.ok || !options.ok) throw new Error('The benchmark asks for a run that cannot be.');
    const manifest = newManifest({ ...hosts.value, options: options.value });
    onStart?.();
    const services = createServices({
      store,
      connect: openWinrmSession,
      accounts: oneAccount(credential),
      log: () => undefined,
    });
    const run = await startInventoryRun(manifest, services, watch);
    if (!run.ok) throw new Error(run.error.message);
    await run.value.finished;
    onEnd?.();
    const content = await store.read(inRun(manifest.runId, runFiles.report));
    return { manifest, report: JSON.parse(String(content)) as RunReport };
  });
}
