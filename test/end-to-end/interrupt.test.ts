import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startProgram, until } from './child-program.ts';
import {
  accountSettings,
  exporter,
  hostList,
  reportIn,
  runningFleet,
  shortWaits,
  temporaryFolder,
  total,
} from './exporter.ts';

/** Hosts that take so long that a run can be interrupted in the middle of them. */
const slowFleet = (hosts: number) => runningFleet({ hosts, seed: 5, vms: 3, personalities: [], factCostMs: 25 });
/**
 * Two hosts at once, so that some are finished, some are under way and some were not asked. A disk on a share, whose
 * size no host tells, is no matter here.
 */
const twoAtOnce = [...shortWaits, '--concurrency', '2', '--allow-partial-ok'];

it('Ctrl-C keeps what was collected, closes every shell, writes the report and ends with 130', async () => {
  const folder = await temporaryFolder();
  const fleet = await slowFleet(8);
  const program = startProgram(['--hosts', hostList(fleet), ...twoAtOnce], {
    workingFolder: folder,
    environment: accountSettings,
  });
  await until(() => fleet.hosts.filter(({ counters }) => counters.shellsOpened > 0).length > 3);

  program.interrupt();

  expect(await program.ended).toBe(130);
  expect(total(fleet, 'shellsOpen')).toBe(0);
  const report = await reportIn(folder);
  expect(report.state).toBe('cancelled');
  expect(report.hosts.map(({ given }) => given)).toEqual(fleet.hosts.map(({ given }) => given));
  expect(report.totals.inventory_ok).toBeGreaterThan(0);
  expect(report.hosts.filter(({ error }) => error?.code === 'cancelled').length).toBeGreaterThan(0);
  expect(report.hosts.filter(({ error }) => error && error.code !== 'cancelled')).toEqual([]);
  expect(fleet.hosts.at(-1)?.counters.shellsOpened).toBe(0);
  expect(program.written()).toContain('was interrupted');
  const published = await readdir(join(folder, 'out'));
  expect(published).toContain('targets_retry_hosts.txt');
  expect(published).not.toContain('cancel');

  const resumed = await exporter(['--resume', report.run_id], { workingFolder: folder });

  expect(resumed.code).toBe(0);
  expect((await reportIn(folder)).totals).toMatchObject({ hosts: 8, inventory_ok: 8 });
});

it('a run whose report cannot be written ends with 1, and says why and how to go on, in words for its user', async () => {
  const folder = await temporaryFolder();
  await exporter(['--hosts', '127.0.0.1:1', '--out-dir', 'mine', '--retry-after', 'none'], { workingFolder: folder });
  const { run_id } = await reportIn(folder, 'mine');
  const files = join(folder, 'mine', 'runs', run_id);
  await rm(join(files, 'run.json'));
  await rm(join(files, 'hyperv_run_report.json'));
  await mkdir(join(files, 'hyperv_run_report.json', 'taken'), { recursive: true });

  const { code, stderr } = await exporter(['--resume', run_id, '--out-dir', 'mine'], { workingFolder: folder });

  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(`^The run broke off: ${run_id}/hyperv_run_report.json could not be written.*\n`, 'm'),
  );
  expect(stderr).toContain(`go on with --resume ${run_id} --out-dir mine\n`);
  expect(stderr).not.toContain('function');
});

it('a second Ctrl-C ends the program at once', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 1, seed: 5, vms: 2, personalities: ['blackHole'] });
  const program = startProgram(['--hosts', hostList(fleet), '--preflight-timeout', '600'], {
    workingFolder: folder,
    environment: accountSettings,
  });
  await until(() => fleet.hosts.some(({ counters }) => counters.connections > 0));
  program.interrupt();
  await until(() => program.written().includes('Interrupted'));
  // What npm passes on of the same Ctrl-C is no second one; a person needs longer than that.
  await new Promise((resolve) => setTimeout(resolve, 600));

  program.interrupt();

  expect(await program.ended).toBe(130);
});

it('a terminal that is closed is a Ctrl-C: the report is there, and no shell is left open', async () => {
  const folder = await temporaryFolder();
  const fleet = await slowFleet(4);
  const program = startProgram(['--hosts', hostList(fleet), ...twoAtOnce], {
    workingFolder: folder,
    environment: accountSettings,
  });
  await until(() => fleet.hosts.some(({ counters }) => counters.shellsOpened > 0));

  process.kill(program.pid, 'SIGHUP');

  expect(await program.ended).toBe(130);
  expect(total(fleet, 'shellsOpen')).toBe(0);
  expect((await reportIn(folder)).state).toBe('cancelled');
});

it.runIf(existsSync('/dev/full'))(
  'a result that could not be written is told in one line, and the files are there',
  async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ hosts: 1, seed: 5, vms: 1, personalities: [] });
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [main, '--hosts', hostList(fleet), '--json', ...shortWaits], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...accountSettings },
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });

    const [code] = (await once(child, 'close')) as [number];

    expect(code).toBe(1);
    expect(said).toContain('The result could not be written to stdout (ENOSPC).');
    expect(said).not.toContain('    at ');
    expect((await reportIn(folder)).totals.hosts).toBe(1);
  },
);
