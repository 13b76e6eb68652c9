import type { CimClass, CimInstance, CimRepository } from '../cim-repository.ts';
import { behaviourOf } from '../personalities.ts';
import type { SimulatedHost } from '../simulated-host.ts';

type ClassesByName = Readonly<Record<string, CimClass>>;

const hyperV = 'root/virtualization/v2';
const cluster = 'root/mscluster';
const cimv2 = 'root/cimv2';
const drivers = 'root/wmi';

/** What of its repository a host shows to the fleet's account, as its behaviour has it. */
export function shownRepository(host: SimulatedHost, repository: CimRepository): CimRepository {
  switch (behaviourOf(host).hyperV) {
    case 'hidden':
      return withNamespace(repository, hyperV, withoutInstances);
    case 'stopped':
      return withNamespace(withNamespace(repository, hyperV, withoutInstances), cimv2, withStoppedService);
    case 'notInstalled':
      return { ...repository, namespaces: withoutKey(repository.namespaces, hyperV) };
    default:
      return repository;
  }
}

/** True where the account may not read a namespace at all. */
export function isDenied(host: SimulatedHost, namespace: string): boolean {
  const { hyperV: state, denies = [] } = behaviourOf(host);
  const denied = [...denies, ...(state === 'hidden' ? [cluster] : [])];
  return denied.some((one) => one.toLowerCase() === namespace.toLowerCase());
}

/** True: a driver that shows no instance of its class in root/WMI answers that it does not support to be asked. */
export const isUnsupported = (namespace: string, { instances }: CimClass): boolean =>
  namespace.toLowerCase() === drivers && instances.length === 0;

/** The classes of a namespace, whatever the case of its name. */
export const namespaceNamed = (repository: CimRepository, namespace: string): ClassesByName | undefined =>
  entryNamed(repository.namespaces, namespace);

/** A class, whatever the case of its name. */
export const classNamed = (repository: CimRepository, namespace: string, className: string): CimClass | undefined =>
  entryNamed(namespaceNamed(repository, namespace) ?? {}, className);

function entryNamed<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  if (Object.hasOwn(record, name)) return record[name];
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
}

function withNamespace(
  repository: CimRepository,
  namespace: string,
  change: (classes: ClassesByName) => ClassesByName,
): CimRepository {
  const namespaces = Object.entries(repository.namespaces).map(
    ([name, classes]) => [name, name.toLowerCase() === namespace ? change(classes) : classes] as const,
  );
  return { ...repository, namespaces: Object.fromEntries(namespaces) };
}

const withoutInstances = (classes: ClassesByName): ClassesByName =>
  Object.fromEntries(Object.entries(classes).map(([name, cimClass]) => [name, { ...cimClass, instances: [] }]));

function withStoppedService(classes: ClassesByName): ClassesByName {
  const services = entryNamed(classes, 'Win32_Service') ?? {
    className: 'Win32_Service',
    properties: { Name: 'string', State: 'string', StartMode: 'string', Started: 'boolean' },
    keys: ['Name'],
    instances: [],
  };
  const stopped: CimInstance = {
    className: 'Win32_Service',
    values: { Name: 'vmms', StartMode: 'Auto', ...valuesOfVmms(services), State: 'Stopped', Started: false },
  };
  const others = services.instances.filter((instance) => !isVmms(instance));
  return { ...classes, [services.className]: { ...services, instances: [...others, stopped] } };
}

const isVmms = ({ values }: CimInstance): boolean => values.Name === 'vmms';
const valuesOfVmms = ({ instances }: CimClass): CimInstance['values'] => instances.find(isVmms)?.values ?? {};

const withoutKey = <Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name.toLowerCase() !== key));
