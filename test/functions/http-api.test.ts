import { describe, expect, it } from 'vitest';
import { UnusableSettings } from '../../src/functions/services-source.ts';
import type { Services } from '../../src/services.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { type FakeHost, fakeFleet, healthyClasses, instance } from '../activities/fake-host.ts';
import { finished, functionsApp } from './functions-app.ts';

/** Every host is a machine of its own. */
const machine = (name: string): FakeHost => ({
  classes: {
    ...healthyClasses(),
    Win32_ComputerSystem: [
      instance('Win32_ComputerSystem', { DNSHostName: name, Domain: 'corp.example', PartOfDomain: 'true' }),
    ],
    Win32_ComputerSystemProduct: [instance('Win32_ComputerSystemProduct', { UUID: '' })],
  },
});

const fleet = (overrides: Partial<Services> = {}) =>
  fakeFleet({ hv1: machine('hv1'), hv2: machine('hv2') }, { defaults: { options: { via: 'cim' } }, ...overrides });

const quick = { only: ['vInfo', 'vCPU'], waits: { retryMs: [] } };

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('the HTTP API', () => {
  it('runs an inventory, from the start to its files, and its log tells in one line how it ended', async () => {
    const { services, store } = fleet();
    const app = await functionsApp(services);
    const started = await app.call('POST', 'runs', { hosts: ['hv1', 'hv2'], ...quick });
    expect(started.status).toBe(202);
    const { runId } = await json(started);
    expect(started.headers.get('location')).toBe(`${app.url}/api/runs/${runId}`);

    const status = await finished(app, String(runId));
    expect(status).toMatchObject({ state: 'completed', progress: { hosts: 2, recorded: 2 }, counts: { hosts: 2 } });

    const files = status.files as { name: string; url: string; size: number }[];
    expect(files.map(({ name }) => name)).toContain('hyperv_run_report.json');
    for (const { name, url } of files) {
      const file = await fetch(url, { headers: { 'x-functions-key': 'key-of-the-tests' } });
      expect(file.status).toBe(200);
      const stored = await store.read(`${runId}/${name}`);
      expect(Buffer.from(await file.arrayBuffer()).equals(stored ?? Buffer.alloc(0))).toBe(true);
      expect(file.headers.get('content-length')).toBe(String(stored?.length));
    }
    const finish = app.logged.filter(({ text }) => text.includes('"event":"runFinished"'));
    expect(finish.map(({ functionName, text }) => [functionName, JSON.parse(text)])).toEqual([
      ['finishRun', expect.objectContaining({ event: 'runFinished', runId, trigger: 'http' })],
    ]);
  });

  it('gives files with their types and names, and their size to HEAD', async () => {
    const { services, store } = fleet();
    const runId = '20261123T020000Z-7f3a9c';
    await store.create(`${runId}/manifest.json`, '{}');
    await store.write(`${runId}/RVTools_export_all_2026-11-23_02.00.00.xlsx`, 'PK');
    await store.write(`${runId}/hosts/hv1.json.gz`, 'gz');
    const app = await functionsApp(services);
    const get = (name: string, method = 'GET') => app.call(method, `runs/${runId}/files/${name}`);
    const workbook = await get('RVTools_export_all_2026-11-23_02.00.00.xlsx', 'HEAD');
    expect(Object.fromEntries(workbook.headers)).toMatchObject({
      'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'content-disposition': 'attachment; filename="RVTools_export_all_2026-11-23_02.00.00.xlsx"',
      'content-length': '2',
    });
    expect(await workbook.text()).toBe('');
    const record = await get('hosts/hv1.json.gz');
    expect(record.headers.get('content-type')).toBe('application/gzip');
    expect(record.headers.get('content-disposition')).toBe('attachment; filename="hv1.json.gz"');
    expect((await get('hosts%2Fhv1.json.gz')).status).toBe(200);
    expect(await json(await get(''))).toMatchObject({ runId, complete: false, files: { length: 3 } });
    expect(await json(await app.call('GET', `runs/${runId}/files`))).toMatchObject({ files: { length: 3 } });
  });

  it('gives no file but those of the run, whatever path is tried', async () => {
    const { services, store } = fleet();
    const runId = '20261123T020000Z-7f3a9c';
    await store.create(`${runId}/manifest.json`, '{}');
    await store.write(`${runId}/control/cancel`, '');
    await store.write('known-guests.json.gz', 'secret');
    await store.write('20261124T020000Z-7f3a9c/manifest.json', 'other');
    const app = await functionsApp(services);
    const tricks = [
      '../known-guests.json.gz',
      '..%2Fknown-guests.json.gz',
      '..%5Cknown-guests.json.gz',
      '%2e%2e%2fknown-guests.json.gz',
      '%252e%252e%252fknown-guests.json.gz',
      'hosts/../../known-guests.json.gz',
      'hosts%2f..%2f..%2fknown-guests.json.gz',
      '..%2F20261124T020000Z-7f3a9c%2Fmanifest.json',
      './manifest.json%00',
      'manifest.json/',
      'control/cancel',
      'MANIFEST.JSON',
      '%',
      '%ff%fe',
      'C:%5Cmanifest.json',
      '%2Fetc%2Fpasswd',
    ];
    for (const trick of tricks) {
      const response = await app.call('GET', `runs/${runId}/files/${trick}`);
      expect([trick, response.status]).toEqual([trick, 404]);
      expect(await response.text()).not.toMatch(/^(secret|other)/);
    }
    for (const id of ['..', '%2e%2e', '..%2f..', 'known-guests.json.gz', `${runId}x%2F`])
      expect([id, (await app.call('GET', `runs/${id}/files/manifest.json`)).status]).toEqual([id, 404]);
  });

  it('lists runs from their names alone, newest first, a page at a time', async () => {
    const { services, store } = fleet();
    for (const day of [21, 22, 23]) await store.create(`202611${day}T020000Z-a/manifest.json`, '{}');
    await store.write('20261122T020000Z-a/run.json', '{}');
    await store.write('not-a-run/run.json', '{}');
    await store.create('99999999T999999Z-b/manifest.json', '{}');
    const app = await functionsApp(services);
    const page = await json(await app.call('GET', 'runs?top=3'));
    expect(page).toMatchObject({
      runs: [
        { runId: '99999999T999999Z-b', start: null, finished: false },
        { runId: '20261123T020000Z-a', start: '2026-11-23T02:00:00Z', finished: false },
        { runId: '20261122T020000Z-a', start: '2026-11-22T02:00:00Z', finished: true },
      ],
    });
    const next = await fetch(String(page.next), { headers: { 'x-functions-key': 'key-of-the-tests' } });
    expect(await json(next)).toEqual({
      runs: [
        {
          runId: '20261121T020000Z-a',
          start: '2026-11-21T02:00:00Z',
          finished: false,
          statusUrl: `${app.url}/api/runs/20261121T020000Z-a`,
        },
      ],
    });
    const bad = await app.call('GET', 'runs?top=0&before=yesterday');
    expect(bad.status).toBe(400);
    expect(await json(bad)).toMatchObject({ error: { problems: [{ field: 'top' }, { field: 'before' }] } });
  });

  it('answers nobody without the function key', async () => {
    const { services } = fleet();
    const app = await functionsApp(services);
    expect((await fetch(`${app.url}/api/runs`)).status).toBe(401);
    expect((await fetch(`${app.url}/api/runs?code=key-of-the-tests`)).status).toBe(200);
  });

  it("never shows Durable's own URLs, whose key opens every orchestration", async () => {
    const { services } = fleet();
    const app = await functionsApp(services);
    const started = await app.call('POST', 'runs', { hosts: ['hv1'], ...quick });
    const { runId } = await json(started.clone());
    const shown = `${await started.text()}${JSON.stringify([...started.headers])}${JSON.stringify(await finished(app, String(runId)))}`;
    expect(shown).not.toMatch(/runtime\/webhooks|durabletask|code=/i);
  });

  it('says which settings are missing, where there are none', async () => {
    const app = await functionsApp(() => {
      throw new UnusableSettings(['KEY_VAULT_URL must be set.', 'RUNS_BLOB_URL must be set.']);
    });
    const response = await app.call('POST', 'runs', { hosts: ['hv1'] });
    expect(response.status).toBe(503);
    expect(await json(response)).toMatchObject({
      error: { code: 'settingsUnusable', message: 'KEY_VAULT_URL must be set. RUNS_BLOB_URL must be set.' },
    });
  });

  it('gives a failure of its own away by a number only, and the log has the rest', async () => {
    const app = await functionsApp(() => {
      throw new Error('boom at /home/somebody');
    });
    const response = await app.call('GET', 'runs');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('boom');
    expect(app.logged.some(({ text }) => text.includes('boom'))).toBe(true);
  });

  it('breaks off a file that the storage stops giving, so that nobody takes it for whole', async () => {
    const { services, store } = fleet();
    const runId = '20261123T020000Z-7f3a9c';
    await store.create(`${runId}/manifest.json`, '{}');
    await store.write(`${runId}/big.zip`, Buffer.alloc(100_000));
    const app = await functionsApp({
      ...services,
      store: {
        ...store,
        open: async (name) => {
          const file = await store.open(name);
          if (!file) return undefined;
          let given = 0;
          file.content.on('data', (chunk: Buffer) => {
            given += chunk.length;
            if (given > 1_000)
              file.content.destroy(
                new StoreError({ code: 'storeUnreadable', file: name, doing: 'read', systemCode: 'ECONNRESET' }),
              );
          });
          return { ...file, size: 200_000 };
        },
      },
    });
    const fetched = app.call('GET', `runs/${runId}/files/big.zip`).then((response) => response.arrayBuffer());
    await expect(fetched).rejects.toThrow();
  });

  it('takes a body of 10,000 hosts, and says how many a run may have; a longer one is not read to its end', async () => {
    const { services } = fleet();
    const app = await functionsApp(services);
    const hosts = Array.from({ length: 10_000 }, (_, index) => `hyperv-host-${index}.corp.example`);
    const many = await app.call('POST', 'runs', { hosts });
    expect(many.status).toBe(400);
    expect(await many.text()).toContain('at most 2000');
    expect((await app.call('POST', 'runs', `{"hosts": "${'h'.repeat(5_000_000)}"}`)).status).toBe(413);
  });
});
