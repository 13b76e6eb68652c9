import type { CimClass, CimInstance, CimValue } from './cim-repository.ts';
import schemaFile from './cim-schema.json' with { type: 'json' };
import type { Generation } from './operating-systems.ts';

interface SchemaClass {
  readonly keys: readonly string[];
  /** Year of the first Windows Server that has the class; absent: all of ours. */
  readonly since?: number;
  /** CIM type, with `@<year>` where a later Windows Server brought the property. */
  readonly properties: Readonly<Record<string, string>>;
}

const schema: Readonly<Record<string, Readonly<Record<string, SchemaClass>>>> = schemaFile;

/** What an instance is made from: properties that are not null. Those the OS lacks are left out by {@link cimClass}. */
export type Values = Readonly<Record<string, CimValue>>;

interface Shape {
  readonly keys: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/** A class as this generation has it; undefined where it has no such class. */
function makeShape(namespace: string, className: string, generation: Generation): Shape | undefined {
  const known = schema[namespace]?.[className];
  if (known === undefined) throw new Error(`cim-schema.json has no ${namespace} ${className}`);
  if ((known.since ?? 0) > generation) return undefined;
  const present: [string, string][] = [];
  for (const [name, text] of Object.entries(known.properties)) {
    const [type, since] = text.split('@') as [string, string | undefined];
    if (Number(since ?? 0) <= generation) present.push([name, type]);
  }
  return { keys: known.keys, properties: Object.fromEntries(present) };
}

const shapes = new Map<string, Shape | undefined>();

function shapeOf(namespace: string, className: string, generation: Generation): Shape | undefined {
  const key = `${namespace}:${className}@${generation}`;
  if (!shapes.has(key)) shapes.set(key, makeShape(namespace, className, generation));
  return shapes.get(key);
}

/** Leaves out nulls and what this OS's class does not have yet; a name that no OS has is a bug of the simulator. */
function trimmed(namespace: string, className: string, values: Values, shape: Shape): CimInstance {
  const kept: Record<string, CimValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    if (name in shape.properties) kept[name] = value;
    else if (!(name in (schema[namespace]?.[className]?.properties ?? {}))) {
      throw new Error(`cim-schema.json has no property ${name} of ${className}`);
    }
  }
  return { className, values: kept };
}

/**
 * A class of a host's repository. Its instances are made when they are first asked for, and held only as long as
 * somebody uses them: a fleet of 30,000 VMs would not fit in memory all at once, and the same ones can be made again.
 * Undefined where the generation has no such class.
 */
export function cimClass(
  namespace: string,
  className: string,
  generation: Generation,
  rows: () => readonly Values[],
): CimClass | undefined {
  const shape = shapeOf(namespace, className, generation);
  if (shape === undefined) return undefined;
  let held: WeakRef<readonly CimInstance[]> | undefined;
  return {
    className,
    keys: shape.keys,
    properties: shape.properties,
    get instances() {
      const made = held?.deref() ?? rows().map((values) => trimmed(namespace, className, values, shape));
      held = new WeakRef(made);
      return made;
    },
  };
}
