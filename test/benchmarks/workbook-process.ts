// Makes a run's files in a process of its own, so that its memory is that of this work alone.

import { collectors } from '../../src/collectors/collectors.ts';
import { startExport } from '../../src/embedded/start-export.ts';
import type { InventoryProgress } from '../../src/embedded/watch-run.ts';
import { exporterVersion } from '../../src/exporter-version.ts';
import { createServices } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import { folderStore } from '../../src/stores/folder-store.ts';

export interface WorkbookRequest {
  readonly folder: string;
  readonly runId: string;
  readonly hosts: number;
}
export interface WorkbookAnswer {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Milliseconds by phase. */
  readonly phases: Readonly<Partial<Record<InventoryProgress['phase'], number>>>;
  readonly peakMiB: number;
  readonly workbookBytes: number;
}

process.once('message', async ({ folder, runId, hosts }: WorkbookRequest) => {
  const started = performance.now();
  const phases: Partial<Record<InventoryProgress['phase'], number>> = {};
  let last = started;
  const state = await startExport(
    {
      runId,
      exportedAt: new Date().toISOString(),
      exporterVersion,
      options: { only: collectors.map(({ tab }) => tab), csvTabs: false, datacenter: null },
    },
    createServices({
      store: folderStore(folder),
      connect: () => {
        throw new Error('An export asks no host');
      },
      accounts: oneAccount(undefined),
      log: () => undefined,
    }),
    {
      hosts,
      progressMs: 50,
      onProgress: ({ phase }) => {
        const now = performance.now();
        phases[phase] = (phases[phase] ?? 0) + now - last;
        last = now;
      },
    },
  );
  if (state.error) throw new Error(state.error);
  const { user, system } = process.cpuUsage();
  const answer: WorkbookAnswer = {
    wallMs: performance.now() - started,
    cpuMs: (user + system) / 1000,
    phases,
    // Kilobytes on every platform.
    peakMiB: process.resourceUsage().maxRSS / 1024,
    workbookBytes: state.files.find(({ name }) => name.endsWith('.xlsx'))?.size ?? 0,
  };
  process.send?.(answer, undefined, undefined, () => process.disconnect());
});
