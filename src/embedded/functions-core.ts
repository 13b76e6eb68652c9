import Module from 'node:module';
import type { Binding, Registration, Registrations } from './registration.ts';
import { assertTriggerAzureTakes } from './trigger-rules.ts';

/**
 * Stands in for `@azure/functions-core`, the module that the Functions Node worker injects at run time and without
 * which `@azure/functions` drops every registration. The interception is the worker's own way: a proxy on CommonJS
 * `require`, which `@azure/functions` (a CommonJS bundle) uses lazily, at its first registration.
 */

interface CoreMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

const functionName = /^[A-Za-z][A-Za-z0-9_-]{0,127}$/;
const reservedNames: ReadonlySet<string> = new Set(['host']);

let collecting: Map<string, Registration> | undefined;

class Disposable {
  dispose(): void {}
}

const coreApi = {
  version: '3.12.0',
  hostVersion: '4.1040.0',
  setProgrammingModel(): void {},
  getProgrammingModel(): undefined {
    return undefined;
  },
  registerHook: () => new Disposable(),
  log(): void {},
  registerFunction(metadata: CoreMetadata, callback: Registration['callback']): Disposable {
    if (!collecting) throw new Error(`Function "${metadata.name}" was registered outside collectRegistrations`);
    assertNameAzureTakes(metadata.name, collecting);
    const { name } = metadata;
    const bindings = Object.values(metadata.bindings);
    for (const binding of bindings) assertTriggerAzureTakes(name, binding, [...collecting.values()]);
    collecting.set(name, { name, bindings, callback });
    return new Disposable();
  },
  Disposable,
};

/** Azure's host reports such a function in error and starts all the same; what calls it then waits for ever. */
function assertNameAzureTakes(name: string, taken: Registrations): void {
  if (!functionName.test(name))
    throw new Error(`Azure refuses the function name "${name}": letters, digits, - and _, starting with a letter`);
  if (reservedNames.has(name.toLowerCase())) throw new Error(`Azure refuses the function name "${name}": reserved`);
  const same = [...taken.keys()].find((other) => other.toLowerCase() === name.toLowerCase());
  if (same !== undefined) throw new Error(`Function "${name}" is registered twice (Azure ignores case: "${same}")`);
}

Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (target, self: unknown, args: [string]) =>
    args[0] === '@azure/functions-core' ? coreApi : Reflect.apply(target, self, args),
});

/**
 * Runs `register` and hands over what it registered. Each call has registrations of its own, so that several embedded
 * hosts can live in one process. Throws where a name would be refused by Azure, and where nothing was registered.
 */
export function collectRegistrations(register: () => void): Registrations {
  const registrations = new Map<string, Registration>();
  collecting = registrations;
  try {
    register();
  } finally {
    collecting = undefined;
  }
  if (registrations.size === 0)
    throw new Error(
      'Nothing was registered: @azure/functions registered elsewhere before the embedded host was loaded',
    );
  return registrations;
}
