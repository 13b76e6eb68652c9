import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { productionModules } from './production-modules.ts';

/** The earliest time a zip can hold, the same in every time zone: the same content makes the same zip. */
const modified = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };

/** Writes the package that Azure runs: the built app, its settings as a host, and what it needs of node_modules. */
export async function writeDeploymentZip(project: string, target: string): Promise<{ readonly files: number }> {
  const zip = new yazl.ZipFile();
  const files = ['host.json', ...builtFiles(project), ...productionModules(project)];
  zip.addBuffer(Buffer.from(packageJson(project)), 'package.json', modified);
  for (const file of files) zip.addFile(join(project, file), file, modified);
  zip.end();
  await pipeline(zip.outputStream as Readable, createWriteStream(target));
  return { files: files.length + 1 };
}

/** Files of dist whose source is there, sorted: what an earlier build left behind is not shipped. */
function builtFiles(project: string): readonly string[] {
  const dist = join(project, 'dist');
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const isCurrent = (name: string): boolean => existsSync(join(project, 'src', name.replace(/\.js$/, '.ts')));
  return names
    .filter((name) => !name.endsWith('.map') && isCurrent(name))
    .sort()
    .map((name) => `dist/${name}`);
}

/** Only what Azure's worker and Node read of it: nothing here is to be installed or built anew. */
function packageJson(project: string): string {
  const { name, version, type, main, dependencies } = JSON.parse(
    readFileSync(join(project, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  return `${JSON.stringify({ name, version, private: true, type, main, dependencies }, null, 2)}\n`;
}
