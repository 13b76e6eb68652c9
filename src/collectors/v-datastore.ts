import { mebibytes, sumOf, trueOrFalse } from './cell-values.ts';
import type { Cell } from './collector.ts';
import { empty } from './empty-column.ts';
import { machinesHere } from './host-figures.ts';
import { type Datastore, datastoreKey, datastoresOf, isShared, usesOf } from './joins/datastores.ts';
import { guidOf } from './joins/instance-id.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import type { FleetDatastore } from './shared-datastores.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { type HostSubject, sdkColumns } from './vm-columns.ts';

interface DatastoreSubject extends HostSubject {
  readonly datastore: Datastore;
  readonly use: Omit<FleetDatastore, 'speaker'>;
}

/** What the host alone knows of the VMs on a datastore. */
function useOnHost({ host, fleet }: HostSource, { name }: Datastore): FleetDatastore {
  const used = machinesHere(host, fleet).flatMap((vm) =>
    usesOf(vm, host)
      .filter((use) => datastoreKey(use.name) === datastoreKey(name))
      .map(({ provisioned }) => ({ provisioned, running: vm.running })),
  );
  return {
    speaker: host.identity.fqdn,
    hosts: [host.identity.fqdn],
    vms: used.length,
    runningVms: used.filter(({ running }) => running).length,
    provisioned: sumOf(used.map(({ provisioned }) => provisioned)),
  };
}

/** What several hosts see has one row: that of the first by name among those that can tell its size. */
function datastoresHere(source: HostSource): readonly DatastoreSubject[] {
  const { host, fleet, facts } = source;
  return datastoresOf(host, facts).flatMap((datastore) => {
    const shared = isShared(datastore) ? fleet.datastores.get(datastoreKey(datastore.name)) : undefined;
    const use = shared ?? useOnHost(source, datastore);
    return use.speaker === host.identity.fqdn ? [{ host, fleet, datastore, use }] : [];
  });
}

const inUse = ({ capacity, free }: Datastore): number | null =>
  capacity === null || free === null ? null : capacity - free;

function freePercent({ capacity, free }: Datastore): number | null {
  return capacity && free !== null ? Math.floor((free / capacity) * 100) : null;
}

/** `datastore-<GUID of the volume>`; of a share, a GUID made from its name. */
function objectId({ datastore }: DatastoreSubject): string {
  const guid = guidOf(/\{[0-9a-f-]+\}/i.exec(datastore.address ?? '')?.[0]);
  return `datastore-${guid ?? uuidV5(datastore.name.toLowerCase(), dnsNamespace)}`;
}

const noDatastoreClusters = empty('Hyper-V has no clusters of datastores');

/** vDatastore: one row per cluster shared volume, volume of a host, and share with VMs. Sizes in MiB. */
export const vDatastore = hostCollector<DatastoreSubject>({
  tab: 'vDatastore',
  requires: ['volumes'],
  optional: [
    ...hostColumnFacts,
    'computerSystems',
    'virtualSystems',
    'resourceAllocations',
    'storageAllocations',
    'diskSettings',
    'sharedVolumes',
    'clusterPartitions',
  ],
  subjects: datastoresHere,
  columns: {
    Name: ({ datastore }) => datastore.name,
    'Config status': ({ datastore }) => datastore.health,
    Address: ({ datastore }) => datastore.address,
    Accessible: ({ datastore }) => trueOrFalse(datastore.accessible),
    Type: ({ datastore }) => datastore.fileSystem,
    '# VMs total': ({ use }) => use.vms,
    '# VMs': ({ use }) => use.runningVms,
    'Capacity MiB': ({ datastore }) => mebibytes(datastore.capacity),
    'Provisioned MiB': ({ use }) => mebibytes(use.provisioned),
    'In Use MiB': ({ datastore }) => mebibytes(inUse(datastore)),
    'Free MiB': ({ datastore }) => mebibytes(datastore.free),
    'Free %': ({ datastore }) => freePercent(datastore),
    'SIOC enabled': () => 'False',
    'SIOC Threshold': () => 30,
    '# Hosts': ({ use }) => use.hosts.length,
    Hosts: ({ use }) => use.hosts.join(', '),
    'Cluster name': noDatastoreClusters,
    'Cluster capacity MiB': noDatastoreClusters,
    'Cluster free space MiB': noDatastoreClusters,
    'Block size': () => 1,
    'Max Blocks': () => 0,
    '# Extents': () => 1,
    'Major Version': () => 0,
    Version: empty('Windows gives the version of a file system to an administrator on the host only'),
    'VMFS Upgradeable': empty('the volumes of Windows are no VMFS'),
    MHA: ({ datastore }): Cell => trueOrFalse(isShared(datastore)),
    URL: ({ datastore }) => datastore.path,
    'Object ID': objectId,
    ...sdkColumns,
  },
});
