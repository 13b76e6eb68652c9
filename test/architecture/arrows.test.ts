import { describe, expect, it } from 'vitest';
import { circlesIn, sourceImports, sourceText } from './source-imports.ts';

/**
 * The house of src/, from the outside in: what stands on a floor may import what stands below it. Two folders of one floor
 * know nothing of each other.
 */
const floors: readonly (readonly string[])[] = [
  ['index.ts'],
  ['cli'],
  ['embedded'],
  ['functions'],
  ['api', 'doctor'],
  ['orchestrators'],
  ['app-services.ts'],
  ['activities'],
  ['services.ts'],
  ['exports'],
  ['collectors', 'settings'],
  ['inventory', 'facts'],
  ['stores', 'winrm'],
  ['exporter-version.ts', 'made-once.ts', 'result.ts', 'text-of-bytes.ts'],
];

/** The one pair of one floor that may: facts fail with the errors of a host, and its record holds facts. */
const neighbours: ReadonlySet<string> = new Set(['inventory → facts', 'facts → inventory']);

/** All that the simulator may share with the rest: never what reads its own answers in a test. */
const sharedWithSimulator: ReadonlySet<string> = new Set([
  'result.ts',
  'facts/list-folder.ts',
  'facts/script-protocol.ts',
  'winrm/ntlm/keys.ts',
  'winrm/ntlm/rc4.ts',
  'winrm/ntlm/sealing.ts',
]);

/** Of packages, what computes only. */
const packagesWithoutEffect: Readonly<Record<string, readonly string[]>> = {
  collectors: ['node:crypto'],
  inventory: ['csv-parse/sync', 'node:crypto', 'node:net', 'node:url', 'zod'],
};

const imports = sourceImports();
const unitOf = (file: string): string => file.split('/')[0] ?? file;
const floorOf = (file: string): number => floors.findIndex((floor) => floor.includes(unitOf(file)));

/** Arrows as `from → to`, of files; packages left out. */
const arrows = [...imports].flatMap(([from, all]) =>
  all.filter(({ isPackage }) => !isPackage).map(({ of: to, typeOnly }) => ({ from, to, typeOnly })),
);
const shown = ({ from, to }: { readonly from: string; readonly to: string }): string => `${from} → ${to}`;

describe('the folders of src/', () => {
  it('stand each on its floor, and nothing else lies there', () => {
    const placed = new Set([...floors.flat(), 'simulator']);
    expect([...new Set([...imports.keys()].map(unitOf))].toSorted()).toEqual([...placed].toSorted());
  });

  it('import what lies further in, and never what lies further out', () => {
    const wrong = arrows.filter(({ from, to }) => {
      if (unitOf(from) === unitOf(to) || [from, to].map(unitOf).includes('simulator')) return false;
      return floorOf(from) >= floorOf(to) && !neighbours.has(`${unitOf(from)} → ${unitOf(to)}`);
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it('keep the simulator apart: the command line starts it, and it shares no parser with what it tests', () => {
    const wrong = arrows.filter(({ from, to }) => {
      const [inside, aim] = [unitOf(from) === 'simulator', unitOf(to) === 'simulator'];
      return inside ? !aim && !sharedWithSimulator.has(to) : aim && unitOf(from) !== 'cli';
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it('orchestrate activities by their names and types alone', () => {
    const wrong = arrows.filter(
      ({ from, to, typeOnly }) => unitOf(from) === 'orchestrators' && unitOf(to) === 'activities' && !typeOnly,
    );
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each(Object.entries(packagesWithoutEffect))('have no effects in %s', (folder, allowed) => {
    const used = [...imports].flatMap(([file, all]) =>
      unitOf(file) === folder ? all.filter(({ isPackage }) => isPackage).map((imported) => imported.of) : [],
    );
    expect(used.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

it('WS-Management is spoken by a client that knows nothing of Hyper-V', () => {
  for (const file of [...imports.keys()].filter((name) => unitOf(name) === 'winrm'))
    expect(sourceText(file), file).not.toMatch(/hyper-?v|msvm_|virtualization/i);
});

describe('the files of src/', () => {
  it('do not import themselves round about', () => {
    expect(circlesIn(imports, (_file, { typeOnly }) => !typeOnly)).toEqual([]);
  });

  it('do not even take types of each other round about, but for those that all collectors share', () => {
    const shared: ReadonlySet<string> = new Set(['collectors/collector.ts', 'collectors/joins/host-view.ts']);
    expect(circlesIn(imports, (_file, { of, typeOnly }) => !(typeOnly && shared.has(of)))).toEqual([]);
  });
});
