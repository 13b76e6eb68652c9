import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package-lock.json tells of one installed package. */
interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** Never read by Node at run time: declarations, maps of sources, texts, builds for others. Licences stay. */
const unneeded =
  /\.(?:d\.[cm]?ts|map|tsbuildinfo)$|^(?!.*licen[cs]e).*\.(?:md|markdown)$|\/dist\/(?:browser|react-native|workerd)\//i;

/**
 * The files of node_modules that the app needs, by their paths within the project, sorted: what package-lock.json names,
 * without what is only for development or optional. Throws where something else is installed.
 */
export function productionModules(project: string): readonly string[] {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const needed = Object.entries(lock.packages).filter(
    ([path, { dev, optional, devOptional }]) => path.startsWith('node_modules/') && !dev && !optional && !devOptional,
  );
  const files = needed.flatMap(([path, { version }]) => {
    assertInstalled(project, path, version);
    return filesUnder(project, path);
  });
  return files.filter((file) => !unneeded.test(file)).sort();
}

function assertInstalled(project: string, path: string, version: string | undefined): void {
  const found = installedVersion(join(project, path, 'package.json'));
  if (found === version) return;
  throw new Error(`${path} is ${found ?? 'not installed'}, package-lock.json says ${version}: run npm ci`);
}

function installedVersion(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** Files of a package; what is nested in its own node_modules stands in the lock by itself. */
function filesUnder(project: string, folder: string): string[] {
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry): string[] => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(project, path);
    return entry.isFile() ? [path] : [];
  });
}
