// What a run costs: requests per host, and the time, CPU and memory of a full run over 200 hosts, phase by phase.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newManifest } from '../../src/cli/inventory.ts';
import { collectors } from '../../src/collectors/collectors.ts';
import { startInventoryRun } from '../../src/embedded/start-inventory-run.ts';
import type { InventoryProgress } from '../../src/embedded/watch-run.ts';
import { inRun, runFiles } from '../../src/inventory/file-names.ts';
import { parseHostList } from '../../src/inventory/host-list.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import { parseRunOptions, type RunOptions } from '../../src/inventory/run-options.ts';
import { createServices } from '../../src/services.ts';
import type { FleetPlan } from '../../src/simulator/fleet.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import type { FleetAnswer, FleetRequest } from './fleet-process.ts';

const credential = { user: 'inventory', password: 'of-the-benchmark' };

interface PhaseCost {
  readonly phase: InventoryProgress['phase'];
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Measured {
  readonly report: RunReport;
  readonly phases: readonly PhaseCost[];
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A moment, and the CPU this process has used until then; both in milliseconds. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
};

async function withFleet<Value>(plan: FleetPlan, use: (given: readonly string[]) => Promise<Value>): Promise<Value> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./fleet-process.ts', import.meta.url)));
  const request: FleetRequest = { plan, credential };
  child.send(request);
  const [answer] = (await once(child, 'message')) as [FleetAnswer];
  try {
    return await use(answer.given);
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}

async function measureRun(plan: FleetPlan, wanted: Partial<RunOptions> = {}): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'hyperv-rvtools-bench-'));
  try {
    return await withFleet(plan, async (given) => {
      const hosts = parseHostList(given.join('\n'), { source: 'the fleet' });
      const options = parseRunOptions(wanted, { collectors: collectors.map(({ tab }) => tab) });
      if (!hosts.ok || !options.ok) throw new Error('The benchmark asks for a run that cannot be.');
      const manifest = newManifest({ ...hosts.value, options: options.value });
      const store = folderStore(folder);
      const marks: { readonly phase: InventoryProgress['phase']; readonly at: ReturnType<typeof now> }[] = [];
      const started = now();
      const services = createServices({
        store,
        connect: openWinrmSession,
        credential: () => credential,
        log: () => undefined,
      });
      const run = await startInventoryRun(manifest, services, {
        progressMs: 50,
        onProgress: ({ phase }) => {
          if (marks.at(-1)?.phase !== phase) marks.push({ phase, at: now() });
        },
      });
      if (!run.ok) throw new Error(run.error.message);
      await run.value.finished;
      const ended = now();
      const content = await store.read(inRun(manifest.runId, runFiles.report));
      return {
        report: JSON.parse(String(content)) as RunReport,
        phases: marks.map(({ phase, at }, index): PhaseCost => {
          const from = index === 0 ? started : at;
          const to = marks[index + 1]?.at ?? ended;
          return { phase, wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs };
        }),
        wallMs: ended.wallMs - started.wallMs,
        cpuMs: ended.cpuMs - started.cpuMs,
      };
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What one attempt at the first host took. */
function costOf({ report }: Measured, stage: 'preflight' | 'collect'): string {
  const attempts = report.hosts[0]?.attempts.filter((attempt) => attempt.stage === stage) ?? [];
  return attempts
    .map(({ requests, connections, duration_ms }) => {
      return `${requests} requests, ${connections} connection(s), ${duration_ms} ms`;
    })
    .join('; ');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(10);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const oneHost: FleetPlan = { hosts: 1, seed: 1, personalities: [], clusterShare: 0 };
const sixty = await measureRun({ ...oneHost, vmsExactly: 60 });
say(`One host, NTLM preflight:                ${costOf(sixty, 'preflight')}`);
say(`One host of 60 VMs, collected by script: ${costOf(sixty, 'collect')}`);
const sixtyByCim = await measureRun({ ...oneHost, vmsExactly: 60 }, { via: 'cim' });
say(`One host of 60 VMs, collected by CIM:    ${costOf(sixtyByCim, 'collect')}`);
const slow = await measureRun({ ...oneHost, vmsExactly: 60, factCostMs: 200 });
say(`The same by script, 200 ms per fact:     ${costOf(slow, 'collect')}`);

const slowFiles = await measureRun({ ...oneHost, vmsExactly: 60, vhdCostMs: 400 });
say(`The same by script, 400 ms per disk file: ${costOf(slowFiles, 'collect')}`);

const hosts = 200;
const vms = 15;
const fleet = await measureRun({ hosts, seed: 1, vmsExactly: vms, personalities: [] });
const { inventory_ok, inventory_empty } = fleet.report.totals;
say(
  `\n${hosts} hosts of ${vms} VMs: ${inventory_ok + inventory_empty} collected, ${fleet.report.totals.vms.in_baselines} VMs`,
);
say(`${'phase'.padEnd(12)}${'wall time'.padStart(10)}${'CPU time'.padStart(10)}`);
for (const { phase, wallMs, cpuMs } of fleet.phases) say(`${phase.padEnd(12)}${seconds(wallMs)}${seconds(cpuMs)}`);
say(`${'all'.padEnd(12)}${seconds(fleet.wallMs)}${seconds(fleet.cpuMs)}`);
// Kilobytes on every platform.
say(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
