// What the workbook costs: time, peak memory and file size for 1,000, 10,000 and 50,000 VMs. Twenty hosts of 50 VMs are
// collected for real; larger fleets are copies of them under other names and ids. What is measured is everything after
// the last host was asked: reading each host's facts, joining, report, CSVs, and the workbook.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderStore } from '../../src/stores/folder-store.ts';
import { collectFleet } from './collected-run.ts';
import { multiplyHosts } from './copied-records.ts';
import type { WorkbookAnswer, WorkbookRequest } from './workbook-process.ts';

const hosts = 20;
const vmsPerHost = 50;
const sizes = process.argv.slice(2).map(Number);
const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

async function measure(vms: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hyperv-rvtools-bench-'));
  try {
    const store = folderStore(folder);
    const { manifest } = await collectFleet(store, {
      hosts,
      seed: 1,
      vmsExactly: vmsPerHost,
      personalities: [],
    });
    const copies = vms / (hosts * vmsPerHost);
    await multiplyHosts(store, manifest.runId, copies);
    const child = fork(fileURLToPath(new URL('./workbook-process.ts', import.meta.url)));
    const request: WorkbookRequest = { folder, runId: manifest.runId, hosts: hosts * copies };
    child.send(request);
    const [answer] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`The export ended with ${code}`);
      }),
    ])) as [WorkbookAnswer];
    const { wallMs, cpuMs, phases, peakMiB, workbookBytes } = answer;
    return [
      String(vms).padStart(8),
      seconds(wallMs).padStart(9),
      seconds(cpuMs).padStart(9),
      seconds(phases.report ?? 0).padStart(10),
      seconds(phases.workbook ?? 0).padStart(12),
      Math.round(peakMiB).toString().padStart(10),
      mebibytes(workbookBytes).padStart(10),
    ].join('');
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.stdout.write('     VMs   wall s    CPU s  report s  workbook s  peak MiB  file MiB\n');
for (const vms of sizes.length > 0 ? sizes : [1_000, 10_000, 50_000]) process.stdout.write(`${await measure(vms)}\n`);
