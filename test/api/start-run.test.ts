import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileUrl, runUrls } from '../../src/api/run-urls.ts';
import type { Manifest } from '../../src/inventory/run-options.ts';
import type { Services } from '../../src/services.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import { apiServices, errorOf, post, pretendRuns, runIdOf, runsUrl } from './api.ts';

const runId = '20261123T020000Z-7f3a9c';

const manifestOf = async ({ store }: Services, id: string): Promise<Manifest> =>
  JSON.parse(String(await store.read(`${id}/manifest.json`))) as Manifest;

describe('a run that is asked for over HTTP', () => {
  it("is started, and answered with its id and the app's own URLs", async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    const answer = await post({ hosts: ['hv1', 'https://hv2:5986'], only: ['vcpu', 'vInfo'] }, services, runs);
    expect(answer.status).toBe(202);
    const id = runIdOf(answer);
    expect(id).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/);
    expect(answer.headers).toMatchObject({ Location: `${runsUrl}/${id}` });
    expect(answer.json).toEqual({
      runId: id,
      statusUrl: `${runsUrl}/${id}`,
      filesUrl: `${runsUrl}/${id}/files`,
      cancelUrl: `${runsUrl}/${id}/cancel`,
      hosts: 2,
      repeatedHosts: [],
    });
    expect(runs.started).toEqual([id]);
    expect(await manifestOf(services, id)).toMatchObject({
      runId: id,
      trigger: 'http',
      hosts: [
        { host: 'hv1', port: 5985 },
        { host: 'hv2', scheme: 'https' },
      ],
      options: { only: ['vInfo', 'vCPU'], dryRun: false, coverageThreshold: 0.9 },
    });
  });

  it('keeps the function key of the call out of the URLs', () => {
    expect(runUrls(`${runsUrl}?code=s3cret`, runId).statusUrl).toBe(`${runsUrl}/${runId}`);
    expect(fileUrl(`${runsUrl}/${runId}?code=s3cret`, runId, 'hosts/a b.json.gz')).toBe(
      `${runsUrl}/${runId}/files/hosts/a%20b.json.gz`,
    );
  });

  it('has what the settings say where its body says nothing', async () => {
    const services = await apiServices({
      defaults: { hosts: 'hv1, hv2', options: { coverageThreshold: 0.5, authentication: 'ntlm', via: 'cim' } },
    });
    const answer = await post('', services, pretendRuns());
    expect(await manifestOf(services, runIdOf(answer))).toMatchObject({
      hosts: [{ host: 'hv1' }, { host: 'hv2' }],
      options: { coverageThreshold: 0.5, via: 'cim' },
    });
  });

  it('takes the hosts of hosts.txt where neither its body nor the setting names any', async () => {
    const services = await apiServices();
    await services.config?.write('hosts.txt', '# the fleet\nhv7\nhv8 credential=lab\n');
    const answer = await post({}, services, pretendRuns());
    expect(await manifestOf(services, runIdOf(answer))).toMatchObject({
      hosts: [{ host: 'hv7' }, { host: 'hv8', credential: 'lab' }],
    });
  });

  it('takes text with a host on each line as well, and says which hosts were named twice', async () => {
    const services = await apiServices();
    const answer = await post({ hosts: 'hv1\nHV1:5985\nhv2' }, services, pretendRuns());
    expect(answer.json).toMatchObject({ hosts: 2, repeatedHosts: ['HV1:5985'] });
    expect(await manifestOf(services, runIdOf(answer))).toMatchObject({ repeated: ['HV1:5985'] });
  });

  it('can have 2,000 hosts', async () => {
    const hosts = Array.from({ length: 2_000 }, (_, index) => `hv${index}.corp.example`);
    expect((await post({ hosts }, await apiServices(), pretendRuns())).json).toMatchObject({ hosts: 2_000 });
  });
});

describe('a body that is wrong', () => {
  const refused = async (body: unknown, contentType?: string) => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    const answer = await post(body, services, runs, contentType);
    expect(runs.started).toEqual([]);
    expect(await services.store.list('')).toEqual([]);
    return { status: answer.status, error: errorOf(answer) };
  };

  it('is told everything that is wrong with it at once', async () => {
    const { status, error } = await refused({
      hosts: ['hv1', 'h st', 'ftp://hv2'],
      only: ['vInfo', 'vNothing'],
      coverageThreshold: 7,
      dryRun: 'yes',
      runId: '../../etc',
      retryof: runId,
      waits: { connectMs: 0, retryMs: ['soon'] },
    });
    expect(status).toBe(400);
    expect(error.code).toBe('badRequest');
    expect(error.problems?.map(({ field }) => field)).toEqual([
      'retryof',
      'runId',
      'hosts',
      'hosts',
      'only.1',
      'dryRun',
      'coverageThreshold',
      'waits.connectMs',
      'waits.retryMs.0',
    ]);
    expect(error.message).toContain('there is no such field');
    expect(error.message).toContain('ftp://hv2');
  });

  it('that would keep an activity for longer than Azure lets it go on is refused', async () => {
    const minutes = (count: number): number => count * 60_000;
    const longest = {
      connectMs: minutes(1),
      preflightMs: minutes(3),
      operationMs: minutes(10),
      scriptMs: minutes(25),
      retryMs: [minutes(24 * 60)],
    };
    const tooLong = Object.fromEntries(
      Object.entries(longest).map(([name, ms]) => [
        name,
        typeof ms === 'number' ? ms + 1 : [0, ...ms.map((one) => one + 1)],
      ]),
    );
    const { status, error } = await refused({ hosts: ['hv1'], waits: tooLong });
    expect(status).toBe(400);
    expect(error.problems?.map(({ field }) => field)).toEqual(Object.keys(longest).map((name) => `waits.${name}`));
    expect((await post({ hosts: ['hv1'], waits: longest }, await apiServices(), pretendRuns())).status).toBe(202);
  });

  it.each([
    ['{"hosts": ["hv1"', 400, 'badRequest'],
    ['["hv1"]', 400, 'badRequest'],
    ['"hv1"', 400, 'badRequest'],
    ['{"hosts": 7}', 400, 'badRequest'],
    ['{"hosts": [["hv1"]]}', 400, 'badRequest'],
    ['{"hosts": ["hv1\\nhv2"]}', 400, 'badRequest'],
    ['{"hosts": []}', 400, 'badRequest'],
    ['{"hosts": ["# hv1"]}', 400, 'badRequest'],
    ['{"__proto__": {"dryRun": true}, "hosts": ["hv1"]}', 400, 'badRequest'],
    ['{"runId": "20261123T020000Z-UPPER", "hosts": ["hv1"]}', 400, 'badRequest'],
    ['{}', 400, 'noHosts'],
  ])('is refused: %s', async (body, status, code) => {
    const refusal = await refused(body);
    expect(refusal.status).toBe(status);
    expect(refusal.error.code).toBe(code);
  });

  it('that is nested a million deep is refused like any other', async () => {
    const { status } = await refused(`{"hosts": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`);
    expect(status).toBe(400);
  });

  it('that is no JSON by its content type is refused with the header to send', async () => {
    const { status, error } = await refused('{"hosts":["hv1"]}', 'application/x-www-form-urlencoded');
    expect(status).toBe(415);
    expect(error.advice).toContain('Content-Type: application/json');
  });

  it('with 10,000 hosts is told how many a run takes', async () => {
    const { status, error } = await refused({ hosts: Array.from({ length: 10_000 }, (_, index) => `hv${index}`) });
    expect(status).toBe(400);
    expect(error.message).toContain('10000 hosts; a run takes at most 2000');
  });

  it('quotes no password that somebody wrote into a host', async () => {
    const { error } = await refused({ hosts: ['https://admin:s3cret-word@hv1'] });
    expect(JSON.stringify(error)).not.toContain('s3cret-word');
  });

  it('that asks for Kerberos where no host is https is told so', async () => {
    const services = await apiServices({ defaults: { options: { authentication: 'kerberos' } } });
    const answer = await post({ hosts: ['hv1'] }, services, pretendRuns());
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toContain('Kerberos is for https only');
  });
});

describe('a request that is delivered twice', () => {
  it('is one run', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    const body = { runId, hosts: ['hv1'], dryRun: true };
    expect(await post(body, services, runs)).toMatchObject({ status: 202, json: { runId } });
    const before = await services.store.read(`${runId}/manifest.json`);
    expect(await post({ dryRun: true, hosts: ['hv1'], runId }, services, runs)).toMatchObject({
      status: 202,
      json: { runId, statusUrl: `${runsUrl}/${runId}` },
    });
    expect(runs.started).toEqual([runId]);
    expect(await services.store.read(`${runId}/manifest.json`)).toEqual(before);
  });

  it('at the same moment is one run', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    const answers = await Promise.all([1, 2, 3, 4].map(() => post({ runId, hosts: ['hv1'] }, services, runs)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(runs.started).toEqual([runId]);
  });

  it('is that run after it has finished, too, and is not run again', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    await post({ runId, hosts: ['hv1'] }, services, runs);
    runs.activities.clear();
    await services.store.write(`${runId}/run.json`, '{}');
    expect(await post({ runId, hosts: ['hv1'] }, services, runs)).toMatchObject({ status: 202 });
    expect(runs.started).toEqual([runId]);
  });

  it('starts a run that a crash had kept from starting, or that broke off', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    runs.isDown = true;
    const answer = await post({ hosts: ['hv1'] }, services, runs);
    expect(answer.status).toBe(503);
    const { code, advice, runId: id = '' } = errorOf(answer);
    expect(code).toBe('runNotStarted');
    expect(advice).toContain(`"runId": "${id}"`);
    runs.isDown = false;
    expect(await post({ hosts: ['hv1'], runId: id }, services, runs)).toMatchObject({ status: 202 });
    expect(runs.started).toEqual([id]);
    runs.activities.delete(id);
    expect(await post({ hosts: ['hv1'], runId: id }, services, runs)).toMatchObject({ status: 202 });
    expect(runs.started).toEqual([id, id]);
  });

  it('is the same run although the list of hosts has changed since, because the body is the same', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    await services.config?.write('hosts.txt', 'hv1');
    await post({ runId }, services, runs);
    await services.config?.write('hosts.txt', 'hv1, hv2');
    expect(await post({ runId }, services, runs)).toMatchObject({ status: 202 });
    expect(await manifestOf(services, runId)).toMatchObject({ hosts: [{ host: 'hv1' }] });
  });

  it('with another body is a conflict, and changes nothing', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    await post({ runId, hosts: ['hv1'] }, services, runs);
    const answer = await post({ runId, hosts: ['hv2'] }, services, runs);
    expect(answer.status).toBe(409);
    expect(errorOf(answer).code).toBe('runConflict');
    expect(await manifestOf(services, runId)).toMatchObject({ hosts: [{ host: 'hv1' }] });
  });
});

describe('a run of the hosts of an earlier one', () => {
  const finishedRun = async (services: Services, statuses: Readonly<Record<string, string>>): Promise<void> => {
    const runs = pretendRuns();
    await post({ runId, hosts: Object.keys(statuses), only: ['vInfo'], coverageThreshold: 0.7 }, services, runs);
    const hosts = Object.entries(statuses).map(([given, final_status]) => ({ given, final_status }));
    await services.store.write(`${runId}/hyperv_run_report.json`, JSON.stringify({ hosts }));
    await services.store.write(`${runId}/run.json`, '{}');
  };

  it('has its hosts and options, and keeps the good ones', async () => {
    const services = await apiServices();
    await finishedRun(services, { hv1: 'Inventory OK', hv2: 'Inventory Error' });
    const answer = await post({ retryOf: runId }, services, pretendRuns());
    expect(answer.status).toBe(202);
    expect(await manifestOf(services, runIdOf(answer))).toMatchObject({
      hosts: [{ given: 'hv1' }, { given: 'hv2' }],
      retryOf: { runId, taken: ['hv1'] },
      options: { only: ['vInfo'], coverageThreshold: 0.7 },
    });
  });

  it('has what was stated of guests then, even where a crash had kept it from starting', async () => {
    const [services, runs] = [await apiServices(), pretendRuns()];
    await finishedRun(services, { hv1: 'Inventory Error' });
    const stated = [{ vm: 'web', host: null, os: 'Debian 13', dnsName: null, ip: null }];
    await services.store.write(`${runId}/guest-os.json`, JSON.stringify(stated));
    runs.isDown = true;
    const { runId: id = '' } = errorOf(await post({ retryOf: runId }, services, runs));
    await services.store.remove(`${id}/guest-os.json`);
    runs.isDown = false;
    expect(await post({ retryOf: runId, runId: id }, services, runs)).toMatchObject({ status: 202 });
    expect(JSON.parse(String(await services.store.read(`${id}/guest-os.json`)))).toEqual(stated);
  });

  it('cannot be asked for with hosts, collectors or a dry run of its own', async () => {
    const services = await apiServices();
    await finishedRun(services, { hv1: 'Inventory Error' });
    const answer = await post(
      { retryOf: runId, hosts: ['hv3'], dryRun: true, only: ['vCPU'] },
      services,
      pretendRuns(),
    );
    expect(answer.status).toBe(400);
    expect(errorOf(answer).problems?.map(({ field }) => field)).toEqual(['hosts', 'only', 'dryRun']);
  });

  it('is refused where there is no such run, none of its hosts to ask, or it is still going on', async () => {
    const services = await apiServices();
    const unknown = await post({ retryOf: runId }, services, pretendRuns());
    expect(unknown).toMatchObject({ status: 400, json: { error: { message: `retryOf: there is no run ${runId}.` } } });
    await finishedRun(services, { hv1: 'Inventory OK' });
    const good = await post({ retryOf: runId }, services, pretendRuns());
    expect(good).toMatchObject({ status: 400 });
    expect(errorOf(good).message).toContain('is Inventory OK');
    await services.store.remove(`${runId}/run.json`);
    const going = await post({ retryOf: runId }, services, pretendRuns());
    expect(going).toMatchObject({ status: 409, json: { error: { code: 'runNotFinished' } } });
  });
});

describe('storage that is down', () => {
  it('is said with 503, a code and advice, and nothing is started', async () => {
    const folder = join(tmpdir(), `api-down-${process.pid}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'file'), '');
    const [services, runs] = [await apiServices({ store: folderStore(join(folder, 'file', 'runs')) }), pretendRuns()];
    const answer = await post({ hosts: ['hv1'] }, services, runs);
    await rm(folder, { recursive: true });
    expect(answer.status).toBe(503);
    expect(answer.headers).toHaveProperty('Retry-After');
    expect(errorOf(answer)).toMatchObject({ code: 'storeUnwritable' });
    expect(errorOf(answer).advice).toContain('storage account');
    expect(runs.started).toEqual([]);
  });
});
