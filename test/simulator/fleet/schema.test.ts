import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { factTable } from '../../../src/facts/fact-table.ts';
import type { CimValue } from '../../../src/simulator/cim-repository.ts';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import { operatingSystems } from '../../../src/simulator/operating-systems.ts';
import { nextTurn } from './reading.ts';

interface SchemaClass {
  readonly properties: Readonly<Record<string, string>>;
}
type Schema = Readonly<Record<string, Readonly<Record<string, SchemaClass>>>>;

const trimmedFile = new URL('../../../src/simulator/cim-schema.json', import.meta.url);
const wholeFile = new URL('../../../../shared/facts/cim-schema.json', import.meta.url);

/** The trimmed copy marks the year a property came with behind its type. */
function readTrimmed(): Schema {
  const read = JSON.parse(readFileSync(trimmedFile, 'utf8')) as Schema;
  return mapClasses(read, (type) => type.replace(/@\d+$/, ''));
}

function readWhole(): Schema {
  const { namespaces } = JSON.parse(readFileSync(wholeFile, 'utf8')) as {
    namespaces: Record<string, Record<string, { properties: Record<string, { type: string }> }>>;
  };
  return mapClasses<{ type: string }>(namespaces, ({ type }) => type);
}

function mapClasses<Property>(
  namespaces: Readonly<Record<string, Readonly<Record<string, { properties: Readonly<Record<string, Property>> }>>>>,
  typeOf: (property: Property) => string,
): Schema {
  const entries = <Value>(record: Readonly<Record<string, Value>>): [string, Value][] => Object.entries(record);
  return Object.fromEntries(
    entries(namespaces).map(([namespace, classes]) => [
      namespace,
      Object.fromEntries(
        entries(classes).map(([name, { properties }]) => [
          name,
          {
            properties: Object.fromEntries(
              entries(properties).map(([property, declared]) => [property, typeOf(declared)]),
            ),
          },
        ]),
      ),
    ]),
  );
}

/** Classes of Windows that the whole schema has not got; their shapes are those of Microsoft's documentation. */
const documentedElsewhere = ['root/cimv2/power Win32_PowerPlan', 'root/WMI DSM_QueryLBPolicy_V2'];

function withDocumented(known: Schema): Schema {
  const trimmed = readTrimmed();
  const schema: Record<string, Record<string, SchemaClass>> = Object.fromEntries(
    Object.entries(known).map(([namespace, classes]) => [namespace, { ...classes }]),
  );
  for (const entry of documentedElsewhere) {
    const [namespace = '', className = ''] = entry.split(' ');
    const shape = trimmed[namespace]?.[className];
    if (shape) schema[namespace] = { ...schema[namespace], [className]: shape };
  }
  return schema;
}

const schema = existsSync(wholeFile) ? withDocumented(readWhole()) : readTrimmed();
const versions = Object.keys(operatingSystems) as (keyof typeof operatingSystems)[];

const limits: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 2 ** 32 - 1],
  sint16: [-32_768, 32_767],
  sint32: [-(2 ** 31), 2 ** 31 - 1],
};

/** True where a value is of its CIM type, as the repository's contract writes values. */
function isOfType(value: CimValue, type: string): boolean {
  if (type.endsWith('[]')) return Array.isArray(value) && value.every((item) => isOfType(item, type.slice(0, -2)));
  if (type === 'string') return typeof value === 'string';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'uint64' || type === 'sint64') return typeof value === 'string' && /^-?\d+$/.test(value);
  const range = limits[type];
  if (range !== undefined) return Number.isInteger(value) && Number(value) >= range[0] && Number(value) <= range[1];
  if (typeof value !== 'object' || value === null) return false;
  if (type === 'datetime') {
    if ('intervalMs' in value) return Number.isInteger(value.intervalMs);
    return 'datetime' in value && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value.datetime);
  }
  return type.startsWith('ref') ? 'reference' in value || 'embedded' in value : 'embedded' in value;
}

describe('what a simulated host holds', () => {
  test.each(versions)('on %s every class, property and type is one of the known schema', async (version) => {
    const fleet = buildFleet({
      hosts: 12,
      seed: 7,
      vms: 20,
      personalities: [],
      operatingSystemShares: { [version]: 1 },
    });
    const wrong = new Set<string>();
    for (const { repository } of fleet.hosts) {
      for (const [namespace, classes] of Object.entries(repository.namespaces)) {
        for (const { className, properties, instances, keys } of Object.values(classes)) {
          const known = schema[namespace]?.[className]?.properties;
          if (known === undefined) wrong.add(`${namespace} ${className}: no such class`);
          for (const [name, type] of Object.entries(properties)) {
            if (known?.[name] !== type) wrong.add(`${className}.${name}: ${type} is not ${known?.[name]}`);
          }
          for (const { values } of instances) {
            for (const [name, value] of Object.entries(values)) {
              const type = properties[name];
              if (type === undefined || !isOfType(value, type)) {
                wrong.add(`${className}.${name}: ${JSON.stringify(value)} is no ${type}`);
              }
            }
            for (const key of keys) {
              const nullable = className === 'Msvm_PlannedComputerSystem' || key === 'InstanceID';
              if (!nullable && key in properties && values[key] === undefined) wrong.add(`${className}.${key} is null`);
            }
          }
        }
      }
      await nextTurn();
    }
    expect([...wrong]).toEqual([]);
  });

  test('2012 R2 has no VM groups, no security settings and none of the later properties', () => {
    const plan = { hosts: 4, seed: 3, personalities: [], clusterSizes: [4] } as const;
    const classesOn = (version: '2012 R2' | '2025') =>
      buildFleet({ ...plan, operatingSystemShares: { [version]: 1 } }).hosts[0]?.repository.namespaces ?? {};
    const [old, recent] = [classesOn('2012 R2'), classesOn('2025')];
    const hyperV = 'root/virtualization/v2';
    for (const name of ['Msvm_VirtualSystemCollection', 'Msvm_CollectedVirtualSystems', 'Msvm_SecuritySettingData']) {
      expect([name, old[hyperV]?.[name]]).toEqual([name, undefined]);
      expect(recent[hyperV]?.[name]?.className).toBe(name);
    }
    expect(old['root/MSCluster']?.MSCluster_AffinityRule).toBeUndefined();
    expect(recent['root/MSCluster']?.MSCluster_AffinityRule).toBeDefined();
    const later = ['UserSnapshotType', 'ConsoleMode', 'IsAutomaticSnapshot', 'LockOnDisconnect', 'GuestStateFile'];
    const settingsOf = (host: typeof old) => Object.keys(host[hyperV]?.Msvm_VirtualSystemSettingData?.properties ?? {});
    expect(settingsOf(old).filter((name) => later.includes(name))).toEqual([]);
    expect(settingsOf(recent)).toEqual(expect.arrayContaining(later));
  });

  test('every class that the fact table asks for is there', () => {
    const host = buildFleet({
      hosts: 2,
      seed: 1,
      personalities: [],
      clusterSizes: [2],
      operatingSystemShares: { '2025': 1 },
    }).hosts[0];
    const missing = Object.values(factTable).flatMap((fact) =>
      'className' in fact && host?.repository.namespaces[fact.namespace]?.[fact.className] === undefined
        ? [fact.className]
        : [],
    );
    expect(missing).toEqual([]);
  });
});

describe('what a host is asked for', () => {
  const facts = Object.values(factTable).flatMap((fact) => ('className' in fact && !('inputs' in fact) ? [fact] : []));

  test.each(facts.map((fact) => [fact.name, fact] as const))(
    '%s names only known properties of their types',
    (_, fact) => {
      const known = schema[fact.namespace]?.[fact.className]?.properties ?? {};
      // CIM has one type for points in time and lengths of time; references and embedded objects name their class.
      const asDeclared = (type: string, wanted: string): string => {
        if (wanted === 'interval' && type === 'datetime') return wanted;
        if (wanted === 'reference' && type.startsWith('ref:')) return wanted;
        return wanted === 'instance' && /^(ref-or-)?instance:/.test(type) ? wanted : type;
      };
      const declared = Object.entries(fact.properties);
      const found = declared.map(([name, wanted]) => [name, asDeclared(known[name] ?? 'unknown', wanted)]);
      expect(found).toEqual(declared);
    },
  );
});

describe('the trimmed schema', () => {
  test('agrees with the whole one, where that is here', () => {
    const different: string[] = [];
    for (const [namespace, classes] of Object.entries(readTrimmed())) {
      for (const [className, { properties }] of Object.entries(classes)) {
        for (const [name, type] of Object.entries(properties)) {
          if (schema[namespace]?.[className]?.properties[name] !== type) different.push(`${className}.${name}`);
        }
      }
    }
    expect(different).toEqual([]);
  });
});
