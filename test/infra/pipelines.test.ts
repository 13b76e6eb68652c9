import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import type { Services } from '../../src/services.ts';
import { fakeFleet, healthyClasses } from '../activities/fake-host.ts';
import { functionKey, functionsApp } from '../functions/functions-app.ts';
import { unknownIn } from './azure-cli.ts';

const pipelines = fileURLToPath(new URL('../../infra/pipelines', import.meta.url));
const programs = ['bash', 'curl', 'jq'];
const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
if (missing.length > 0) console.warn(`The tests of pipelines are skipped: there is no ${missing.join(', ')}`);

test.runIf(process.env.CI === 'true')('what pipelines call is there wherever continuous integration runs', () => {
  expect(missing).toEqual([]);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the pipelines, with programs of the test's own before those of the PATH. */
async function run(script: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn('bash', [join(pipelines, script), ...options], {
    env: { PATH: `${folder}${delimiter}${PATH}`, ...environment },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (said.stdout += bytes));
  child.stderr.on('data', (bytes) => (said.stderr += bytes));
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, ...said };
}

/** A program that writes down its arguments, a line each call, and then does what it is told. */
function standIn(name: string, then: string): () => readonly string[] {
  const calls = join(folder, `${name}.calls`);
  writeFileSync(calls, '');
  writeFileSync(join(folder, name), `#!/usr/bin/env bash\nprintf '%s\\n' "$*" >>'${calls}'\n${then}\n`, {
    mode: 0o755,
  });
  return () => readFileSync(calls, 'utf8').trimEnd().split('\n');
}

describe.skipIf(missing.length > 0)('run-inventory.sh', () => {
  const kept = () => join(folder, 'kept');
  const appOf = (overrides: Partial<Services> = {}) => {
    const fleet = fakeFleet(
      { hv1: { classes: healthyClasses() } },
      { defaults: { options: { via: 'cim' }, hosts: 'hv1' } as Services['defaults'], ...overrides },
    );
    return functionsApp(fleet.services).then((app) => ({ ...fleet, app }));
  };
  const inventory = (url: string, environment: NodeJS.ProcessEnv = {}) =>
    run('run-inventory.sh', [kept()], {
      EXPORTER_URL: `${url}/api/runs`,
      EXPORTER_KEY: functionKey,
      EXPORTER_POLL_SECONDS: '0.1',
      EXPORTER_REQUEST: '{"hosts":["hv1"],"only":["vInfo"]}',
      ...environment,
    });

  it('has the app make an inventory, and keeps its files, the workbook among them', async () => {
    const { app, store } = await appOf();
    const { exitCode, stdout, stderr } = await inventory(app.url);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const [, runId] = /^run (\S+): completed$/m.exec(stdout) ?? [];
    expect(runId).toMatch(/^\d{8}T\d{6}Z-pipeline$/);
    const files = readdirSync(kept());
    expect(files).toContain('hyperv_run_report.json');
    expect(files.filter((name) => /^RVTools_export_all_.*\.xlsx$/.test(name))).toHaveLength(1);
    for (const name of files) expect(readFileSync(join(kept(), name))).toEqual(await store.read(`${runId}/${name}`));
  });

  it('shows the function key in no command line', async () => {
    const { app } = await appOf();
    const curl = spawnSync('bash', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim();
    const calls = standIn('curl', `exec '${curl}' "$@"`);
    const { exitCode, stdout, stderr } = await inventory(app.url);
    expect(exitCode).toBe(0);
    expect(calls().length).toBeGreaterThan(3);
    expect(`${calls().join('\n')}${stdout}${stderr}`).not.toContain(functionKey);
  });

  it('fails where the run fails, and still keeps what there is', async () => {
    const { app } = await appOf({ temporaryFolder: join(folder, 'not-there', 'at-all') });
    const { exitCode, stdout } = await inventory(app.url);
    expect(stdout).toMatch(/^run \S+: failed$/m);
    expect(exitCode).toBe(1);
    expect(readdirSync(kept())).toContain('host_inventory_coverage.csv');
  });

  it('fails with a wrong key, without telling it', async () => {
    const { app } = await appOf();
    const { exitCode, stdout, stderr } = await inventory(app.url, { EXPORTER_KEY: 'wrong-key' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('The run was not started');
    expect(`${stdout}${stderr}`).not.toContain('wrong-key');
  });

  it('tells what is wrong with a request', async () => {
    const { app } = await appOf();
    const { exitCode, stderr } = await inventory(app.url, {
      EXPORTER_REQUEST: '{"hosts":["hv1"],"only":["vNothing"]}',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('vNothing');
  });

  it('says how it is called, where it is called otherwise', async () => {
    expect(await run('run-inventory.sh', [])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('usage') });
    const withoutKey = await run('run-inventory.sh', [kept()], { EXPORTER_URL: 'http://127.0.0.1:9/api/runs' });
    expect(withoutKey).toMatchObject({ exitCode: 2, stderr: 'EXPORTER_KEY must be set\n' });
    const notJson = await inventory('http://127.0.0.1:9', { EXPORTER_REQUEST: 'hv1' });
    expect(notJson).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('must be a JSON object') });
  });
});

describe.skipIf(missing.length > 0)('deploy.sh', () => {
  it('shows what will change, changes it, and hands the package to the app that came of it', async () => {
    const calls = standIn('az', 'case "$*" in "deployment group create"*) echo func-hvtools-abc ;; esac');
    writeFileSync(join(folder, 'package.zip'), 'PK');
    const told = await run('deploy.sh', ['rg-inventory', 'infra/main.bicepparam', join(folder, 'package.zip')]);
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(calls().map((call) => call.split(' --')[0])).toEqual([
      'deployment group what-if',
      'deployment group create',
      'functionapp deployment source config-zip',
    ]);
    for (const call of calls()) {
      expect(call).toContain('--resource-group rg-inventory');
      expect(unknownIn(call)).toEqual([]);
    }
    expect(calls()[2]).toContain(`--name func-hvtools-abc --src ${join(folder, 'package.zip')}`);
  });

  it('deploys nothing where the templates fail, or where there is no package', async () => {
    const calls = standIn('az', 'case "$*" in "deployment group create"*) exit 1 ;; esac');
    writeFileSync(join(folder, 'package.zip'), 'PK');
    const failed = await run('deploy.sh', ['rg-inventory', 'infra/main.bicepparam', join(folder, 'package.zip')]);
    expect(failed.exitCode).toBe(1);
    expect(calls()).toHaveLength(2);
    const without = await run('deploy.sh', ['rg-inventory', 'infra/main.bicepparam', join(folder, 'no.zip')]);
    expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no package') });
    expect(calls()).toHaveLength(2);
  });
});

describe('the examples of pipelines', () => {
  const files = readdirSync(pipelines, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yml'));
  const read = (name: string): string => readFileSync(join(pipelines, name), 'utf8');

  /** Every text under one of these keys, at any depth. */
  function texts(node: unknown, keys: ReadonlySet<string>): readonly string[] {
    if (node === null || typeof node !== 'object') return [];
    return Object.entries(node).flatMap(([key, value]) =>
      typeof value === 'string' && keys.has(key) ? [value] : texts(value, keys),
    );
  }
  const shellOf = (name: string) => texts(parse(read(name)), new Set(['run', 'script', 'inlineScript']));

  it('are two for each service', () => {
    expect(files.toSorted()).toEqual([
      ...['azure-devops/deploy.yml', 'azure-devops/nightly.yml', 'github/deploy.yml', 'github/nightly.yml'],
    ]);
  });

  it.each(files)('%s is YAML without a doubt, with shell that bash can read', (name) => {
    expect(shellOf(name).length).toBeGreaterThan(0);
    for (const shell of shellOf(name)) {
      // What the service fills in before bash sees it.
      const filled = shell.replaceAll(/\$\{\{[^}]*\}\}|\$\([A-Za-z.]+\)/g, 'filled');
      expect(spawnSync('bash', ['-n'], { input: filled, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it.each(files)('%s calls only scripts that there are', (name) => {
    for (const shell of shellOf(name)) {
      for (const [, script = ''] of shell.matchAll(/npm run ([\w:-]+)/g)) {
        expect(Object.keys(packageJson.scripts)).toContain(script);
      }
      for (const [path] of shell.matchAll(/infra\/pipelines\/[\w.-]+\.sh/g)) {
        expect(readdirSync(pipelines)).toContain(path.split('/').at(-1));
      }
    }
  });

  it.each(files)('%s holds no secret, and hands a stored one to a script by the environment alone', (name) => {
    expect(read(name)).not.toMatch(/AccountKey|SharedAccess|password:|client-secret|code=/i);
    for (const shell of shellOf(name)) expect(shell).not.toMatch(/secrets\.|EXPORTER_KEY/);
  });

  it('log on with a federated identity', () => {
    expect(parse(read('github/deploy.yml')).jobs.deploy.permissions).toMatchObject({ 'id-token': 'write' });
    expect(read('github/deploy.yml')).toContain('azure/login@');
    expect(read('azure-devops/deploy.yml')).toContain('workload identity federation');
  });
});
