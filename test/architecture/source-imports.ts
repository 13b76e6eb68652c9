import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

export interface Import {
  /** A file of src/ by its path there, or the name of a package. */
  readonly of: string;
  readonly isPackage: boolean;
  /** True: gone once types are stripped. */
  readonly typeOnly: boolean;
}

/** Everything that each file of src/ imports, at its start or later; by the file's path there. */
export function sourceImports(): ReadonlyMap<string, readonly Import[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(sep, '/'));
  return new Map(files.filter((file) => file.endsWith('.ts')).map((file) => [file, importsOf(file)]));
}

const declaration = /^(?:import|export)\s(?<type>type\s)?(?:[^;'"]*?\sfrom\s)?\s*'(?<of>[^']+)'/gm;
const call = /\bimport\('(?<of>[^']+)'\)/g;

export const sourceText = (file: string): string => readFileSync(join(source, file), 'utf8');

function importsOf(file: string): readonly Import[] {
  const text = sourceText(file);
  return [...text.matchAll(declaration), ...text.matchAll(call)].map(({ groups: { type, of = '' } = {} }) => ({
    of: of.startsWith('.') ? posix.join(dirname(file), of) : of,
    isPackage: !of.startsWith('.'),
    typeOnly: type !== undefined,
  }));
}

/** The groups of files that import themselves round about, each sorted; `follows` says which imports count. */
export function circlesIn(
  imports: ReadonlyMap<string, readonly Import[]>,
  follows: (file: string, imported: Import) => boolean,
): readonly (readonly string[])[] {
  const reachedFrom = (start: string): ReadonlySet<string> => {
    const reached = new Set<string>();
    const waiting = [start];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      for (const imported of imports.get(file) ?? []) {
        if (reached.has(imported.of) || !follows(file, imported)) continue;
        reached.add(imported.of);
        waiting.push(imported.of);
      }
    }
    return reached;
  };
  const reach = new Map([...imports.keys()].map((file) => [file, reachedFrom(file)]));
  const circles = new Set<string>();
  for (const [file, reached] of reach) {
    if (!reached.has(file)) continue;
    circles.add(
      [...reached]
        .filter((other) => reach.get(other)?.has(file))
        .toSorted()
        .join('\n'),
    );
  }
  return [...circles].map((circle) => circle.split('\n'));
}
