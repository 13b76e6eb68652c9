import { tmpdir } from 'node:os';
import { cancelMarkName } from './inventory/file-names.ts';
import type { RunDefaults } from './inventory/run-request.ts';
import type { Accounts } from './settings/accounts.ts';
import type { Store } from './stores/store.ts';
import type { ProxyTunnels } from './winrm/connect-options.ts';
import type { OpenWinrmSession } from './winrm/winrm-session.ts';

/** Everything with an effect that an activity may use; handed in, so that activities stay plain functions. */
export interface Services {
  readonly store: Store;
  /** Where `hosts.txt` lies, if a list of hosts is kept beside the runs. */
  readonly config?: Store;
  readonly connect: OpenWinrmSession;
  /** Where the accounts of hosts come from. */
  readonly accounts: Accounts;
  /** The way to every host, where the settings name a proxy. */
  readonly proxy?: ProxyTunnels;
  /** PEM text of private CAs that hosts' certificates may come from. */
  readonly authorities?: string;
  /** What holds for a run where nothing is asked for. */
  readonly defaults: RunDefaults;
  readonly clock: () => Date;
  /** Takes one structured event; never a secret. */
  readonly log: (event: Readonly<Record<string, unknown>>) => void;
  /** True once somebody asked to cancel the run. */
  readonly isCancelled: (runId: string) => Promise<boolean>;
  /** Aborts whatever activities have under way in this process. */
  readonly signal?: AbortSignal;
  /** Longest time for one `collectHost`, in milliseconds; under `functionTimeout` of host.json. */
  readonly collectDeadlineMs: number;
  /** Pause between two looks at the cancel mark while a host is collected, in milliseconds. */
  readonly cancelPollMs: number;
  /** Pauses before work is done again that a store kept from being done for a reason that passes, in milliseconds. */
  readonly storePausesMs: readonly number[];
  /** For the workbook's spools. */
  readonly temporaryFolder: string;
}

/** What differs from one place to run at to the other. */
export type ServiceParts = Pick<Services, 'store' | 'connect' | 'accounts' | 'log'> & Partial<Services>;

/** Puts the parts together; what is not given is as a real run has it. */
export function createServices(parts: ServiceParts): Services {
  return {
    defaults: { options: {} },
    clock: () => new Date(),
    isCancelled: (runId) => parts.store.exists(cancelMarkName(runId)),
    collectDeadlineMs: 25 * 60_000,
    cancelPollMs: 2_000,
    storePausesMs: [10_000, 30_000],
    temporaryFolder: tmpdir(),
    ...parts,
  };
}
