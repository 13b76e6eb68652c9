import type { CimFactDeclaration, PropertyType } from '../../src/facts/fact.ts';
import { declarationOf, factNames } from '../../src/facts/fact-table.ts';
import type { CimClass, CimInstance, CimRepository, CimValue } from '../../src/simulator/cim-repository.ts';
import type { SimulatedHost } from '../../src/simulator/simulated-host.ts';

/** Text that everything on the way has a reason to spoil. */
export const awkwardText = 'Größe "№ 1" \\ <日本> \'x\' & 🚀 $(1) 100%';

/** The CIM type that a declared type stands for in a class. */
const cimType = (type: PropertyType): string =>
  type === 'interval' ? 'datetime' : type === 'reference' ? 'ref:X' : type === 'instance' ? 'instance:X' : type;

function sampleValue(name: string, type: PropertyType, index: number): CimValue {
  switch (type) {
    case 'string':
      return index === 0 ? awkwardText : `${name} ${index}`;
    case 'boolean':
      return index % 2 === 0;
    case 'uint64':
      return index === 0 ? '18446744073709551615' : String(9_007_199_254_740_993n + BigInt(index));
    case 'sint64':
      return String(-9_007_199_254_740_993n - BigInt(index));
    case 'sint16':
    case 'sint32':
      return -1 - index;
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return index;
    case 'datetime':
      // 1601 is Windows' "never"; the other has microseconds.
      return { datetime: index === 0 ? '1601-01-01T00:00:00.000000Z' : '2024-07-01T23:59:59.123450Z' };
    case 'interval':
      return { intervalMs: index * 90_061_000 };
    case 'reference':
      return {
        reference: {
          className: 'Msvm_ComputerSystem',
          namespace: 'root/virtualization/v2',
          keys: { CreationClassName: 'Msvm_ComputerSystem', Name: `Microsoft:A\\B\\${index}` },
        },
      };
    case 'instance':
      return {
        embedded: {
          className: 'MSCluster_Property',
          properties: { VmID: `id ${index}`, Offline: false, Delay: 12, Missing: null },
        },
      };
    case 'string[]':
      return [[], [awkwardText], ['a', '', 'c']][index % 3] ?? [];
    case 'uint16[]':
    case 'uint32[]':
      return [[], [2], [2, 65_535]][index % 3] ?? [];
  }
}

function classOf({ className, properties, select, where }: CimFactDeclaration, count: number): CimClass {
  const names = Object.entries(properties);
  const instances = Array.from({ length: count }, (_, index): CimInstance => {
    const values: Record<string, CimValue> = {};
    // The third of each four has nothing but its key.
    for (const [place, [name, type]] of names.entries()) {
      values[name] = index % 4 === 3 && place > 0 ? null : sampleValue(name, type, index);
    }
    if (where === 'DriveType = 3') values.DriveType = index % 2 === 0 ? 3 : 2;
    return { className, values };
  });
  return {
    className,
    properties: {
      ...Object.fromEntries(names.map(([name, type]) => [name, cimType(type)])),
      CostlyImage: 'uint8[]',
    },
    keys: names.slice(0, 1).map(([name]) => name),
    // A SELECT list loses the class's name on the wire, so such classes must not have subclasses; Windows' have none.
    instances:
      select === 'listed' || where !== undefined
        ? instances
        : [...instances, { className: `${className}Special`, values: {} }],
  };
}

/**
 * A host that has every class of the fact table with `count` instances of awkward values, one instance of a subclass
 * after them where whole instances are asked for, and a costly property that nobody asks for.
 */
export function repositoryOfEveryFact(count: number): CimRepository {
  const namespaces: Record<string, Record<string, CimClass>> = {};
  for (const name of factNames) {
    const declaration = declarationOf(name);
    if (!('className' in declaration) || 'inputs' in declaration) continue;
    namespaces[declaration.namespace] = {
      ...namespaces[declaration.namespace],
      [declaration.className]: classOf(declaration, count),
    };
  }
  return {
    namespaces,
    registry: {
      'HKLM:\\Cluster': { ClusterInstanceID: '4b7d3f5e-0000-4000-8000-000000000001' },
      'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters': { NtpServer: 'a.example,0x9', Type: 'NTP' },
      'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion': { UBR: 2700 },
    },
  };
}

/** The same host without a namespace or a class, e.g. `root/MSCluster` or `root/cimv2:Win32_Volume`. */
export function without(repository: CimRepository, what: string): CimRepository {
  const [namespace = '', className] = what.split(':');
  const { [namespace]: classes = {}, ...others } = repository.namespaces;
  if (className === undefined) return { ...repository, namespaces: others };
  const left = Object.fromEntries(Object.entries(classes).filter(([name]) => name !== className));
  return { ...repository, namespaces: { ...others, [namespace]: left } };
}

/** The same host on a Windows whose class lacks a property. */
export function withoutProperty(
  repository: CimRepository,
  namespace: string,
  className: string,
  property: string,
): CimRepository {
  const classes = repository.namespaces[namespace] ?? {};
  const found = classes[className];
  if (found === undefined) throw new Error(`no ${className}`);
  const { [property]: _, ...properties } = found.properties;
  const instances = found.instances.map(({ values, ...instance }) => {
    const { [property]: _value, ...left } = values;
    return { ...instance, values: left };
  });
  return {
    ...repository,
    namespaces: {
      ...repository.namespaces,
      [namespace]: { ...classes, [className]: { ...found, properties, instances } },
    },
  };
}

export const simulatedHost = (repository: CimRepository, more: Partial<SimulatedHost> = {}): SimulatedHost => ({
  name: 'HV01',
  fqdn: 'hv01.example.test',
  personality: 'healthy',
  cluster: null,
  smbiosUuid: '4c4c4544-0000-4000-8000-000000000001',
  vms: [],
  repository,
  factCostMs: 0,
  ...more,
});
