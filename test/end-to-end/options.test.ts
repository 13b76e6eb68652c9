import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/inventory/report.ts';
import { account, exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder, total } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const healthy = (hosts: number) => runningFleet({ hosts, seed: 5, vms: 3, personalities: [] });
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
const reportFiles = ['host_inventory_coverage.csv', 'hyperv_run_report.json', 'missing_vms_by_host.csv'];

describe('a full run', () => {
  it('leaves the newest files in the out-dir, and each run in full under its id', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(2);

    const { code, stdout, stderr } = await exporter(['--hosts', hostList(fleet), ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(0);
    const out = join(folder, 'out');
    const files = await filesIn(out);
    expect(files).toEqual(expect.arrayContaining([...reportFiles, 'runs', 'targets_retry_hosts.txt']));
    expect(files.filter((name) => /^RVTools_export_all_.*\.xlsx$/.test(name))).toHaveLength(1);
    const [runId = ''] = await readdir(join(out, 'runs'));
    expect(await filesIn(join(out, 'runs', runId))).toEqual(
      expect.arrayContaining([...reportFiles, 'hosts', 'manifest.json', 'run.json']),
    );
    expect(stdout).toMatch(/Reachable: 2 of 2 hosts/);
    expect(stdout).toMatch(/Inventory OK +2/);
    expect(stdout).toContain('hyperv_run_report.json');
    expect(stderr).not.toContain('Inventory OK');
  });

  it('takes hosts, account and judgement from the settings', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);
    const settings = [
      `HYPERV_USER='${account.user}'`,
      `HYPERV_PASSWORD=\`${account.password}\``,
      `HYPERV_HOSTS=${hostList(fleet)}`,
      'COVERAGE_THRESHOLD=0.75',
      'HYPERV_VIA=cim',
    ];
    await writeFile(join(folder, '.env'), settings.join('\n'));

    const { code } = await exporter([...shortWaits], { workingFolder: folder, environment: {} });

    expect(code).toBe(0);
    const report = await reportIn(folder);
    expect(report.options).toMatchObject({ coverage_threshold: 0.75, via: 'cim' });
    expect(report.hosts.map(({ gathered_by }) => gathered_by)).toEqual(['cim']);
    expect(fleet.hosts[0]?.counters.commandsRun).toBe(0);
  });

  it('asks a host that names a credential with that account', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(2);
    const [first, second] = fleet.hosts.map(({ given }) => `${given} credential=edge`);
    await writeFile(join(folder, 'hosts.txt'), `${first}\n${second?.replace('edge', 'unknown')}\n`);

    const { code } = await exporter(['--hosts-file', 'hosts.txt', ...shortWaits], {
      workingFolder: folder,
      environment: { HYPERV_USER_EDGE: account.user, HYPERV_PASSWORD_EDGE: account.password },
    });

    const { hosts } = await reportIn(folder);
    expect(hosts.map(({ final_status, error }) => [final_status, error?.code])).toEqual([
      ['Inventory OK', undefined],
      ['Inventory Error', 'credentialMissing'],
    ]);
    expect(code).toBe(3);
  });

  it('prints the report as one JSON object where it is asked to', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);

    const { stdout } = await exporter(['--hosts', hostList(fleet), '--json', ...shortWaits], {
      workingFolder: folder,
    });

    expect(JSON.parse(stdout) as RunReport).toEqual(await reportIn(folder));
  });

  it('logs its events on stderr where it is asked to', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);

    const { stderr } = await exporter(['--hosts', hostList(fleet), '--verbose', ...shortWaits], {
      workingFolder: folder,
    });

    const event = stderr.split('\n').find((line) => line.includes('runFinished'));
    expect(JSON.parse(event ?? '')).toMatchObject({ event: 'runFinished', trigger: 'cli', ok: 1, error: 0 });
  });
});

describe('a dry run', () => {
  it('ends with 0 where every host was reached, and writes no workbook', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(3);

    const { code, stdout } = await exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(0);
    expect(stdout).toMatch(/Not Collected +3/);
    expect((await filesIn(join(folder, 'out'))).some((name) => name.endsWith('.xlsx'))).toBe(false);
    expect(fleet.hosts.map(({ counters }) => counters.commandsRun)).toEqual([0, 0, 0]);
  });

  it('ends with 3 where a host was not reached, and only that one is in the retry file', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 2, personalities: ['healthy', 'dead'] });

    const { code } = await exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(3);
    const retry = await readFile(join(folder, 'out', 'targets_retry_hosts.txt'), 'utf8');
    expect(retry.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([fleet.hosts[1]?.given]);
  });

  it('takes the workbook of an earlier run out of the out-dir, but not out of that run', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);
    await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
    const [fullRun = ''] = await readdir(join(folder, 'out', 'runs'));

    await exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], { workingFolder: folder });

    const isWorkbook = (name: string): boolean => name.endsWith('.xlsx');
    expect((await filesIn(join(folder, 'out'))).filter(isWorkbook)).toEqual([]);
    expect((await filesIn(join(folder, 'out', 'runs', fullRun))).filter(isWorkbook)).toHaveLength(1);
  });
});

it('hosts at IPv6 addresses are inventoried like any other, and keep their brackets in every list', async () => {
  const folder = await temporaryFolder();
  const plan = { hosts: 2, seed: 5, vms: 2, personalities: ['healthy', 'noRights'] } as const;
  const fleet = await runningFleet(plan, { addressOf: () => '::1' });

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  expect(code).toBe(3);
  expect(hostList(fleet)).toMatch(/^http:\/\/\[::1\]:\d+,http:\/\/\[::1\]:\d+$/);
  const { hosts } = await reportIn(folder);
  expect(hosts.map(({ final_status }) => final_status)).toEqual(['Inventory OK', 'Inventory Error']);
  const retry = await readFile(join(folder, 'out', 'targets_retry_hosts.txt'), 'utf8');
  expect(retry.split('\n')).toContain(fleet.hosts[1]?.given);
});

describe('some collectors only', () => {
  it('fill their own tabs, whatever the case of their names', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);

    const { code } = await exporter(['--hosts', hostList(fleet), '--only', 'vcpu, vInfo', ...shortWaits], {
      workingFolder: folder,
    });

    expect(code).toBe(0);
    const report = await reportIn(folder);
    expect(report.options.only).toEqual(['vInfo', 'vCPU']);
    const out = join(folder, 'out');
    expect(await workbookRows(out, 'vInfo')).toHaveLength(fleet.hosts[0]?.host.vms.length ?? -1);
    expect(await workbookRows(out, 'vMemory')).toEqual([]);
  });

  it('in a smoke test leave their rows as JSON and a line each, and no workbook', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(2);
    const vms = fleet.hosts.flatMap(({ host }) => host.vms);

    const { code, stdout } = await exporter(
      ['smoke-collect', '--only', 'vInfo,vMemory', '--hosts', hostList(fleet), '--out-dir', './smoke', ...shortWaits],
      { workingFolder: folder },
    );

    expect(code).toBe(0);
    const out = join(folder, 'smoke');
    for (const tab of ['vInfo', 'vMemory']) {
      const rows: readonly Record<string, unknown>[] = JSON.parse(await readFile(join(out, `${tab}.json`), 'utf8'));
      expect(rows.map((row) => row.VM).toSorted()).toEqual(vms.map(({ name }) => name).toSorted());
      expect(stdout).toMatch(
        new RegExp(`^${tab}: ${vms.length} rows of 2 hosts; .*${vms.length} VMs covered, 0 missing`, 'm'),
      );
    }
    expect((await filesIn(out)).some((name) => name.endsWith('.xlsx'))).toBe(false);
  });

  it('in a smoke test can be told as JSON', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);
    const vms = fleet.hosts[0]?.host.vms.length;

    const { stdout } = await exporter(
      ['smoke-collect', '--only', 'vCPU', '--hosts', hostList(fleet), '--json', ...shortWaits],
      { workingFolder: folder },
    );

    expect(JSON.parse(stdout)).toMatchObject({
      collectors: [{ tab: 'vCPU', rows: vms, covered: vms, missing: 0, hosts: 1, failed_hosts: 0, file: 'vCPU.json' }],
    });
  });
});

describe('a run that goes on', () => {
  it('asks only the hosts that were not finished, under the same id', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({
      hosts: 3,
      seed: 5,
      vms: 3,
      personalities: ['healthy', 'healthy', 'intermittent'],
    });
    await exporter(['--hosts', hostList(fleet), ...shortWaits, '--retry-after', 'none'], { workingFolder: folder });
    const { run_id } = await reportIn(folder);
    const asked = fleet.hosts.map(({ counters }) => counters.requests);

    const { code, stdout } = await exporter(['--resume', run_id], { workingFolder: folder });

    expect(code).toBe(0);
    expect(stdout).toContain(run_id);
    expect(fleet.hosts.slice(0, 2).map(({ counters }) => counters.requests)).toEqual(asked.slice(0, 2));
    const { totals } = await reportIn(folder);
    expect(totals).toMatchObject({ hosts: 3, inventory_ok: 3 });
    expect(await readdir(join(folder, 'out', 'runs'))).toEqual([run_id, 'known-guests.json.gz']);
    expect(total(fleet, 'shellsOpen')).toBe(0);
  });

  it('needs the account again, which no file of the run holds', async () => {
    const folder = await temporaryFolder();
    const fleet = await healthy(1);
    await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
    const { run_id } = await reportIn(folder);

    const { code, stderr } = await exporter(['--resume', run_id], { workingFolder: folder, environment: {} });

    expect(code).toBe(2);
    expect(stderr).toContain('HYPERV_USER');
  });
});

it('a disk that takes no more files ends the program with one sentence', async () => {
  const folder = await temporaryFolder();
  const fleet = await healthy(1);
  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  const runs = join(folder, 'out', 'runs');
  await rm(runs, { recursive: true });
  await writeFile(runs, 'in the way');

  const { code, stderr } = await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });

  expect(code).toBe(1);
  expect(stderr).toMatch(/manifest\.json could not be written/);
  expect(stderr).not.toContain('    at ');
  await access(join(folder, 'out', 'hyperv_run_report.json'));
});

it('help tells of every command and of the options of a run', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await exporter(['--help'], { workingFolder: folder });
  expect(code).toBe(0);
  for (const words of ['smoke-collect', 'simulate', 'quickstart', '--coverage-threshold', '--resume']) {
    expect(stdout).toContain(words);
  }
});
