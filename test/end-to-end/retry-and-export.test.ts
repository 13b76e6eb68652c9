import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import schema from '../../src/exports/report.schema.json' with { type: 'json' };
import type { RunState } from '../../src/inventory/run-state.ts';
import { exporter, hostList, reportIn, runningFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const validate = addFormats.default(new Ajv2020({ strict: false })).compile(schema);
const requests = (fleet: Awaited<ReturnType<typeof runningFleet>>): readonly number[] =>
  fleet.hosts.map(({ counters }) => counters.requests);

it('--retry-of asks only the hosts that were not well, and its report and workbook are those of the whole fleet', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({
    hosts: 4,
    seed: 5,
    vms: 3,
    personalities: ['healthy', 'intermittent', 'healthy', 'dead'],
  });
  await exporter(['--hosts', hostList(fleet), '--csv-tabs', ...shortWaits, '--retry-after', 'none'], {
    workingFolder: folder,
  });
  const first = await reportIn(folder);
  const asked = requests(fleet);

  const { code, stdout } = await exporter(['--retry-of', first.run_id, ...shortWaits], { workingFolder: folder });

  expect(code).toBe(3);
  const report = await reportIn(folder);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(report.run_id).not.toBe(first.run_id);
  expect(report.retry_of).toBe(first.run_id);
  expect(report.hosts.map(({ given }) => given)).toEqual(fleet.hosts.map(({ given }) => given));
  expect(report.hosts.map(({ final_status, source_run }) => [final_status, source_run])).toEqual([
    ['Inventory OK', first.run_id],
    ['Inventory OK', null],
    ['Inventory OK', first.run_id],
    ['Inventory Error', null],
  ]);
  expect(requests(fleet)[0]).toBe(asked[0]);
  expect(requests(fleet)[2]).toBe(asked[2]);
  expect(stdout).toContain(`taken from earlier runs: 2 (retry of ${first.run_id})`);
  const rows = await workbookRows(join(folder, 'out'), 'vInfo');
  const truth = fleet.hosts.filter((_, index) => index < 3).flatMap(({ host }) => host.vms.map(({ name }) => name));
  expect(rows.map(({ VM }) => VM).toSorted()).toEqual(truth.toSorted());
  const told = (await workbookRows(join(folder, 'out'), 'vHealth')).filter(
    (row) => row['Message type'] === 'Inventory',
  );
  expect(told.map(({ Message }) => String(Message).endsWith(`by the earlier run ${first.run_id}.`))).toEqual([
    true,
    true,
  ]);
  // The first run's files were asked for with their CSVs: so are these.
  expect(await readdir(join(folder, 'out'))).toContain('RVTools_tabvInfo.csv');

  // Nobody needs the first run any more: facts that were taken twice still name where they come from.
  await exporter(['--retry-of', report.run_id, ...shortWaits], { workingFolder: folder });
  const third = await reportIn(folder);
  expect(third.hosts.map(({ source_run }) => source_run)).toEqual([first.run_id, report.run_id, first.run_id, null]);
});

it('a host that is down when it is asked again costs nothing that was known of it', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 3, seed: 5, vms: 3, personalities: ['healthy', 'strangeKeys', 'dead'] });
  const once = [...shortWaits, '--retry-after', 'none'];
  await exporter(['--hosts', hostList(fleet), ...once], { workingFolder: folder });
  const first = await reportIn(folder);
  expect(first.hosts.map(({ final_status }) => final_status)).toEqual([
    'Inventory OK',
    'Inventory Partial',
    'Inventory Error',
  ]);
  const rows = await workbookRows(join(folder, 'out'), 'vInfo');
  await fleet.close();

  const { stdout } = await exporter(['--retry-of', first.run_id, ...once], { workingFolder: folder });

  const report = await reportIn(folder);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(report.hosts.map(({ final_status, source_run }) => [final_status, source_run])).toEqual([
    ['Inventory OK', first.run_id],
    ['Inventory Error', first.run_id],
    ['Inventory Error', null],
  ]);
  expect(report.hosts[1]?.reasons.map(({ code }) => code)).toEqual(['connectionRefused', 'earlierFacts']);
  expect(report.hosts[1]?.baseline?.vms).toEqual(first.hosts[1]?.baseline?.vms);
  expect(report.totals.vms.in_baselines).toBe(first.totals.vms.in_baselines);
  expect(await workbookRows(join(folder, 'out'), 'vInfo')).toEqual(rows);
  expect(stdout).toContain('Not asked, taken from earlier runs: 1');
  expect(stdout).toContain('Asked in vain, shown as earlier runs read them: 1');
  expect(await readFile(join(folder, 'out', 'targets_retry_hosts.txt'), 'utf8')).toContain(report.hosts[1]?.given);

  // Made again, the report says the same; retried again, the facts still name the run that read them.
  await exporter(['export', '--run', report.run_id], { workingFolder: folder });
  const exported = await reportIn(folder);
  expect(exported.hosts).toEqual(report.hosts);
  await exporter(['--retry-of', report.run_id, ...once], { workingFolder: folder });
  const third = await reportIn(folder);
  expect(third.hosts.map(({ source_run }) => source_run)).toEqual([first.run_id, first.run_id, null]);
});

it('a host whose stored facts are gone is asked again by --retry-of', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 2, personalities: ['healthy', 'dead'] });
  await exporter(['--hosts', hostList(fleet), ...shortWaits, '--retry-after', 'none'], { workingFolder: folder });
  const { run_id } = await reportIn(folder);
  const records = join(folder, 'out', 'runs', run_id, 'hosts');
  for (const name of await readdir(records)) await writeFile(join(records, name), 'spoilt');

  await exporter(['--retry-of', run_id, ...shortWaits, '--retry-after', 'none'], { workingFolder: folder });

  const { hosts } = await reportIn(folder);
  expect(hosts[0]).toMatchObject({ final_status: 'Inventory OK', source_run: null });
});

it('a machine named twice is taken over with both its names, and asked under neither', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({
    hosts: 3,
    seed: 5,
    vms: 2,
    personalities: ['healthy', 'listedTwice', 'dead'],
  });
  await exporter(['--hosts', hostList(fleet), ...shortWaits, '--retry-after', 'none'], { workingFolder: folder });
  const first = await reportIn(folder);
  expect(first.totals.duplicates).toBe(1);
  const asked = requests(fleet);

  await exporter(['--retry-of', first.run_id, ...shortWaits, '--retry-after', 'none'], { workingFolder: folder });

  const report = await reportIn(folder);
  expect(report.hosts.map(({ duplicate_of }) => duplicate_of)).toEqual(
    first.hosts.map(({ duplicate_of }) => duplicate_of),
  );
  expect(report.totals).toMatchObject({ inventory_ok: 1, duplicates: 1, inventory_error: 1 });
  expect(requests(fleet)).toEqual(asked);
});

it.each([
  ['20261123T020000Z-7f3a9c', 'there is no run 20261123T020000Z-7f3a9c'],
  ['../..', 'is not a run id'],
])('--retry-of and export refuse %j and write nothing', async (runId, message) => {
  const folder = await temporaryFolder();
  for (const argv of [
    ['--retry-of', runId],
    ['export', '--run', runId],
  ]) {
    const { code, stderr } = await exporter(argv, { workingFolder: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

it('--retry-of a run in which every host was well has nobody to ask, and says so', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 1, seed: 5, vms: 2, personalities: [] });
  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  const { run_id } = await reportIn(folder);
  const { code, stderr } = await exporter(['--retry-of', run_id, ...shortWaits], { workingFolder: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining('there is none to ask')]);
});

it('export makes the same report and workbook again, and the CSVs, while every host is gone', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet({
    hosts: 6,
    seed: 5,
    vms: 3,
    personalities: ['healthy', 'dead', 'notHyperV', 'empty', 'listedTwice', 'listedTwice'],
  });
  const ran = await exporter(['--hosts', hostList(fleet), ...shortWaits, '--retry-after', 'none'], {
    workingFolder: folder,
  });
  const before = await reportIn(folder);
  const rowsBefore = await workbookRows(out, 'vInfo');
  const run = join(out, 'runs', before.run_id);
  const retryBefore = await readFile(join(out, 'targets_retry_hosts.txt'), 'utf8');
  const stateBefore: RunState = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  await fleet.close();

  // Without any account: nothing is asked.
  const { code, stdout, stderr } = await exporter(['export', '--run', before.run_id, '--csv-tabs'], {
    workingFolder: folder,
    environment: {},
  });

  expect([code, stderr.includes('failed')]).toEqual([ran.code, false]);
  const after = await reportIn(folder);
  expect(validate(after), JSON.stringify(validate.errors)).toBe(true);
  const { exported, options, ...rest } = after;
  expect(exported?.exporter_version).toBe(before.exporter_version);
  expect(options).toEqual({ ...before.options, csv_tabs: true });
  expect({ ...rest, exported: null, options: before.options }).toEqual(before);
  expect(await workbookRows(out, 'vInfo')).toEqual(rowsBefore);
  expect(await readFile(join(out, 'targets_retry_hosts.txt'), 'utf8')).toBe(retryBefore);
  expect(await readdir(out)).toContain('RVTools_tabvInfo.csv');
  const state: RunState = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  expect(state.counts).toEqual(stateBefore.counts);
  expect(state.files.map(({ name }) => name)).toEqual((await filesOf(run)).filter((name) => name !== 'run.json'));
  expect(stdout).toContain(before.run_id);
});

it('a host whose stored facts are spoilt is an error of its files when a run is exported, and the others are whole', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 2, personalities: [] });
  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  const before = await reportIn(folder);
  const records = join(folder, 'out', 'runs', before.run_id, 'hosts');
  const [first = ''] = (await readdir(records)).toSorted();
  await writeFile(join(records, first), 'spoilt');

  const { code } = await exporter(['export', '--run', before.run_id], { workingFolder: folder });

  const { hosts } = await reportIn(folder);
  expect(code).toBe(3);
  const spoilt = hosts.filter(({ error }) => error?.code === 'storeFailed');
  expect(spoilt).toMatchObject([{ final_status: 'Inventory Error', reasons: [{ code: 'storeFailed' }] }]);
  const whole = hosts.filter(({ error }) => error === null);
  expect(whole).toEqual(before.hosts.filter(({ given }) => given === whole[0]?.given));
  const rows = await workbookRows(join(folder, 'out'), 'vInfo');
  expect(rows.map(({ VM }) => VM)).toEqual(whole[0]?.baseline?.vms.map(({ vm_name }) => vm_name));
});

async function filesOf(run: string): Promise<readonly string[]> {
  const entries = await readdir(run, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ name, parentPath }) => (parentPath === run ? name : `hosts/${name}`)).toSorted();
}
