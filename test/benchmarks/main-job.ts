// What a run costs: requests per host, and the time, CPU and memory of a full run over 200 hosts, phase by phase.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InventoryProgress } from '../../src/embedded/watch-run.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import type { RunOptions } from '../../src/inventory/run-options.ts';
import type { FleetPlan } from '../../src/simulator/fleet.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import { collectFleet } from './collected-run.ts';

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

async function measureRun(plan: FleetPlan, wanted: Partial<RunOptions> = {}): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'hyperv-rvtools-bench-'));
  const marks: { readonly phase: InventoryProgress['phase']; readonly at: ReturnType<typeof now> }[] = [];
  let started = now();
  let ended = started;
  try {
    const { report } = await collectFleet(folderStore(folder), plan, {
      wanted,
      onStart: () => {
        started = now();
      },
      onEnd: () => {
        ended = now();
      },
      watch: {
        progressMs: 50,
        onProgress: ({ phase }) => {
          if (marks.at(-1)?.phase !== phase) marks.push({ phase, at: now() });
        },
      },
    });
    return {
      report,
      phases: marks.map(({ phase, at }, index): PhaseCost => {
        const from = index === 0 ? started : at;
        const to = marks[index + 1]?.at ?? ended;
        return { phase, wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs };
      }),
      wallMs: ended.wallMs - started.wallMs,
      cpuMs: ended.cpuMs - started.cpuMs,
    };
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
