import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { BicepProcess } from './bicep-process.ts';

/** The Bicep CLI: the environment's `BICEP` names it, else it is the `bicep` of the PATH. */
const program = process.env.BICEP || 'bicep';

export const bicepIsThere = spawnSync(program, ['--version']).error === undefined;
if (!bicepIsThere) console.warn('The tests of infra are skipped: no Bicep CLI (its path goes into BICEP)');

export const infraFolder = fileURLToPath(new URL('../../infra', import.meta.url));
const mainFile = join(infraFolder, 'main.bicep');

let running: BicepProcess | undefined;
afterAll(() => running?.stop());

/** One CLI for all questions of a test file. */
function bicep<Result>(method: string, params: unknown): Promise<Result> {
  running ??= new BicepProcess(program);
  return running.call(method, params);
}

/** What the linter says of every template; nothing, where all is well. */
export function lintAll(): { readonly said: string; readonly exitCode: number | null } {
  const { stdout, stderr, status } = spawnSync(program, ['lint', '--pattern', '**/*.bicep'], {
    cwd: infraFolder,
    encoding: 'utf8',
  });
  return { said: `${stdout}${stderr}`, exitCode: status };
}

/** What `bicep format` makes of a file. */
export async function formatted(path: string): Promise<string> {
  return (await bicep<{ contents: string }>('bicep/format', { path })).contents;
}

export interface Diagnostic {
  readonly level: string;
  readonly code: string;
  readonly message: string;
}

/** Compiles `main.bicep` into the template that Azure gets. */
export async function compiled(): Promise<{ diagnostics: readonly Diagnostic[]; template: Template }> {
  const answer = await bicep<{ diagnostics: Diagnostic[]; contents: string }>('bicep/compile', { path: mainFile });
  return { diagnostics: answer.diagnostics, template: JSON.parse(answer.contents) };
}

/** The parts of a compiled template that tests read. */
export interface Template {
  readonly definitions: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  readonly parameters: Readonly<Record<string, { readonly metadata?: { readonly description?: string } }>>;
  readonly outputs: Readonly<Record<string, { readonly metadata?: { readonly description?: string } }>>;
}

/** One resource as Azure would be asked for it. Values that only Azure knows stand as `[reference(...)]`. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location?: string;
  readonly kind?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sku?: { readonly name: string; readonly tier?: string };
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own
  readonly properties?: any;
}

/** What a deployment would make. */
export interface Deployment {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

const target = {
  tenantId: '22222222-2222-2222-2222-222222222222',
  subscriptionId: '11111111-1111-1111-1111-111111111111',
  resourceGroup: 'rg-inventory',
  location: 'westeurope',
};

/**
 * Has the CLI's template engine work out what would be deployed. `parameters` are lines of a `.bicepparam`; only `name`
 * has no default. Throws what the engine says of parameters that it does not take.
 */
export async function deployment(parameters = '', name = 'hvtools'): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'bicep-'));
  try {
    const path = join(folder, 'test.bicepparam');
    const lines = [`using '${relative(folder, mainFile)}'`, `param name = '${name}'`, parameters];
    await writeFile(path, lines.join('\n'));
    return await snapshot(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What would be deployed with a file of parameters. */
export async function snapshot(path: string): Promise<Deployment> {
  const answer = await bicep<{ snapshot: string }>('bicep/getSnapshot', { path, metadata: target });
  const { predictedResources, outputs } = JSON.parse(answer.snapshot);
  return { resources: predictedResources, outputs };
}

export const storageType = 'Microsoft.Storage/storageAccounts';

/** Every resource of a type. */
export const ofType = ({ resources }: Deployment, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

/** The resource of a type of which there is one. */
export function theOne(deployed: Deployment, type: string): Resource {
  const [resource, ...others] = ofType(deployed, type);
  if (resource === undefined || others.length > 0) throw new Error(`There is not one ${type}`);
  return resource;
}
