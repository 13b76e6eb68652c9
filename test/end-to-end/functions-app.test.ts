import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rvtoolsTabs } from '../../src/exports/rvtools-tabs.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import type { Services } from '../../src/services.ts';
import { type Azurite, startAzurite } from '../fixtures/azurite.ts';
import { breakableWay } from '../fixtures/breakable-way.ts';
import { servicesOverAzurite } from '../fixtures/services-over-azurite.ts';
import { finished, functionsApp, type TestApp } from '../functions/functions-app.ts';
import { account, exporter, hostList, reportIn, runningFleet, temporaryFolder, total } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const unpack = promisify(gunzip);

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const appServices = (connectionString = azurite.connectionString): Promise<Services> =>
  servicesOverAzurite(connectionString, account);

const waits = { retryMs: [200, 200] };

const started = async (app: TestApp, body: object): Promise<string> => {
  const response = await app.call('POST', 'runs', { waits, ...body });
  const answer = (await response.json()) as { runId: string };
  expect([response.status, answer]).toEqual([202, expect.objectContaining({ runId: expect.any(String) })]);
  return answer.runId;
};

/** Fetches a file over HTTP, and straight from the container; they are the same. */
async function fetched(app: TestApp, runId: string, name: string): Promise<Buffer> {
  const response = await app.call('GET', `runs/${runId}/files/${name}`);
  expect([name, response.status]).toEqual([name, 200]);
  const content = Buffer.from(await response.arrayBuffer());
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('runs');
  const blob = await container.getBlobClient(`${runId}/${name}`).downloadToBuffer();
  expect([name, content.equals(blob)]).toEqual([name, true]);
  return content;
}

/** Everything that is another at every run of the same fleet: ids, times, and how long something took. */
const passing = /^(run_id|trigger|attempts|durations|at|.*(_at|_ms|At|Ms)|runId)$/;

function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !passing.test(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, lasting(part)]));
}

const unpacked = async (content: Buffer): Promise<HostRecord> =>
  JSON.parse(String(await unpack(content))) as HostRecord;

describe('a run of 30 hosts over HTTP, kept in a blob container', () => {
  it('leaves the files that the command line leaves of the same fleet', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ hosts: 30, seed: 11, vms: 2, personalities: [] });
    const app = await functionsApp(await appServices());

    const runId = await started(app, { hosts: fleet.hosts.map(({ given }) => given), csvTabs: true });
    const status = await finished(app, runId);
    const byCli = await exporter(['--hosts', hostList(fleet), '--csv-tabs', '--retry-after', '0.2,0.2'], {
      workingFolder: folder,
    });

    expect([0, 3]).toContain(byCli.code);
    expect(status).toMatchObject({ state: 'completed', progress: { hosts: 30, recorded: 30 }, counts: { hosts: 30 } });
    const names = (status.files as { name: string }[]).map(({ name }) => name);
    const cliReport = await reportIn(folder);
    const cliRun = join(folder, 'out', 'runs', cliReport.run_id);
    const cliState = JSON.parse(await readFile(join(cliRun, 'run.json'), 'utf8')) as { files: { name: string }[] };
    const unstamped = (name: string): string => name.replace(/\d{4}-\d\d-\d\d_[\d.]{8}/, '<start>');
    expect(names.map(unstamped)).toEqual(
      [...cliState.files.map(({ name }) => name), 'run.json'].map(unstamped).toSorted(),
    );

    const report = JSON.parse(String(await fetched(app, runId, 'hyperv_run_report.json')));
    expect(lasting(report)).toEqual(lasting(cliReport));
    for (const name of ['host_inventory_coverage.csv', 'missing_vms_by_host.csv'])
      expect(String(await fetched(app, runId, name))).toBe(await readFile(join(cliRun, name), 'utf8'));
    expect(String(await fetched(app, runId, 'targets_retry_hosts.txt')).replace(runId, '<run>')).toBe(
      (await readFile(join(cliRun, 'targets_retry_hosts.txt'), 'utf8')).replace(cliReport.run_id, '<run>'),
    );
    for (const name of names.filter((file) => file.startsWith('hosts/'))) {
      const record = await unpacked(await fetched(app, runId, name));
      expect(lasting(record)).toEqual(lasting(await unpacked(await readFile(join(cliRun, name)))));
    }

    const workbook = names.find((name) => name.endsWith('.xlsx')) ?? expect.fail('no workbook');
    const downloads = await temporaryFolder();
    await writeFile(join(downloads, workbook), await fetched(app, runId, workbook));
    for (const tab of rvtoolsTabs.keys()) {
      const [rows, cliRows] = [await workbookRows(downloads, tab), await workbookRows(cliRun, tab)];
      expect([tab, rows.map(withoutTimes)]).toEqual([tab, cliRows.map(withoutTimes)]);
    }
    for (const name of names) await fetched(app, runId, name);
    expect(total(fleet, 'shellsOpen')).toBe(0);
  }, 600_000);
});

/** Cells that tell of the moment of the run. */
const withoutTimes = (row: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([column]) => !/^(PowerOn|Boot time|.*[Tt]imestamp|xlsx creation datetime)$/.test(column),
    ),
  );

describe('a run that is cancelled over HTTP', () => {
  it('hands out no more hosts, keeps what was collected, closes its shells and leaves its report', async () => {
    const fleet = await runningFleet({ hosts: 16, seed: 5, vms: 3, personalities: [], factCostMs: 25 });
    const app = await functionsApp(await appServices(), { maxConcurrentActivities: 2 });
    const runId = await started(app, { hosts: fleet.hosts.map(({ given }) => given) });
    await expect
      .poll(async () => (await (await app.call('GET', `runs/${runId}`)).json()) as object, {
        interval: 250,
      })
      .toMatchObject({ progress: { recorded: expect.toSatisfy((recorded: number) => recorded > 0) } });

    const cancelled = await app.call('POST', `runs/${runId}/cancel`);

    expect(cancelled.status).toBe(202);
    const status = await finished(app, runId);
    expect(status.state).toBe('cancelled');
    const report = JSON.parse(String(await fetched(app, runId, 'hyperv_run_report.json')));
    const codes = (report.hosts as { error: { code: string } | null }[]).map(({ error }) => error?.code ?? 'collected');
    expect(new Set(codes)).toEqual(new Set(['collected', 'cancelled']));
    expect((status.files as { name: string }[]).some(({ name }) => name.endsWith('.xlsx'))).toBe(true);
    expect(total(fleet, 'shellsOpen')).toBe(0);
  }, 600_000);
});

describe('storage that goes down in the middle of a run', () => {
  it('is said with 503, costs no host its record, and the run goes on when it is asked for again', async () => {
    const fleet = await runningFleet({ hosts: 4, seed: 5, vms: 3, personalities: [], factCostMs: 25 });
    const way = await breakableWay(azurite.port);
    onTestFinished(() => way.close());
    const connectionString = azurite.connectionString.replace(`:${azurite.port}/`, `:${way.port}/`);
    // What waits for storage to come back is tested elsewhere.
    const app = await functionsApp({ ...(await appServices(connectionString)), storePausesMs: [100] });
    const body = { runId: '20200101T020000Z-down', hosts: fleet.hosts.map(({ given }) => given), waits };
    expect((await app.call('POST', 'runs', body)).status).toBe(202);

    way.break();

    const down = await app.call('GET', `runs/${body.runId}`);
    expect(down.status).toBe(503);
    expect(await down.json()).toMatchObject({
      error: { code: expect.stringMatching(/^store/), advice: expect.any(String) },
    });
    expect((await app.host.waitForCompletion(body.runId)).runtimeStatus).toBe('Failed');

    way.mend();

    expect(await finished(app, body.runId)).toMatchObject({ state: 'interrupted', advice: expect.any(String) });
    expect((await app.call('POST', 'runs', body)).status).toBe(202);
    expect(await finished(app, body.runId)).toMatchObject({ state: 'completed', progress: { hosts: 4, recorded: 4 } });
  }, 600_000);
});
