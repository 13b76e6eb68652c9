import { trueOrFalse } from './cell-values.ts';
import type { Cell, CollectedRow, Fleet } from './collector.ts';
import { configuredGuestOs, reportedGuestOs } from './guest-os.ts';
import { clusterNameOf, type HostView, type VirtualMachine } from './joins/host-view.ts';
import { tabRowMaker } from './tab-row.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';

/** A host within the fleet: what a column is made from. */
export interface HostSubject {
  readonly host: HostView;
  readonly fleet: Fleet;
}

/**
 * True: the host's rows about its cluster stand for all nodes, since one speaks for them; a host that stands alone
 * speaks for itself.
 */
export function isSpeaker({ host: { cluster, identity }, fleet }: HostSubject): boolean {
  const speaker = cluster.kind === 'member' ? fleet.clusterSpeakers.get(cluster.fqdn) : undefined;
  return (speaker ?? identity.fqdn) === identity.fqdn;
}

/** A VM on its host within the fleet. */
export interface VmSubject extends HostSubject {
  readonly vm: VirtualMachine;
}

/** A tab's columns by name, in RVTools' order. */
export type Columns<Subject> = Readonly<Record<string, (subject: Subject) => Cell>>;

/** Makes the rows of a tab: a cell for each of its columns. */
export function rowMaker<Subject>(columns: Columns<Subject>): (subject: Subject) => CollectedRow {
  const cellsOf = Object.values(columns);
  const makeRow = tabRowMaker(Object.keys(columns));
  return (subject) => ({ cells: makeRow((index) => cellsOf[index]?.(subject) ?? null) });
}

/**
 * The id that the VM has in a workbook. Of several rows with one VM id (replica, copy) the fleet's owner keeps it;
 * every other gets a UUIDv5 within its host, since readers drop duplicates.
 */
function workbookVmId({ vm, host, fleet }: VmSubject): string {
  const owner = fleet.owners.get(vm.id);
  if (owner === undefined || owner === host.identity.fqdn) return vm.id;
  return uuidV5(vm.id, host.identity.smbiosUuid ?? uuidV5(host.identity.fqdn, dnsNamespace));
}

/** Replica, test replica or extended replica (2, 3, 4): a copy of a VM that lives elsewhere. */
export const isReplica = (vm: VirtualMachine): boolean => [2, 3, 4].includes(vm.system.ReplicationMode ?? 0);

const datacenterOf = (host: HostView): string => host.datacenter ?? host.identity.domain ?? 'Datacenter';
export const clusterOf = (host: HostView): string => clusterNameOf(host.cluster, host.identity);

/** The root pool of a cluster, or of a host outside one: every VM is in it. */
export const resourcePoolPath = (host: HostView): string => `/${datacenterOf(host)}/${clusterOf(host)}/Resources`;

/** `/<Datacenter>/<group>`; null for a VM in no group. */
export const folderOf = ({ vm, host }: VmSubject): string | null =>
  vm.group === undefined ? null : `/${datacenterOf(host)}/${vm.group.name}`;

/** The cluster's FQDN, or the host's. */
const sdkServerOf = ({ cluster, identity }: HostView): string =>
  cluster.kind === 'member' ? cluster.fqdn : identity.fqdn;

/**
 * One UUID per cluster, whichever node was asked: a node's own would make one cluster look like many servers. Null
 * where the cluster cannot be told and the registry did not name it.
 */
export function sdkUuidOf({ host: { cluster, identity }, fleet }: HostSubject): string | null {
  switch (cluster.kind) {
    case 'member':
      return fleet.clusterUuids.get(cluster.fqdn) ?? cluster.instanceId ?? uuidV5(cluster.fqdn, dnsNamespace);
    case 'unknown':
      return cluster.instanceId;
    case 'standalone':
      return identity.smbiosUuid ?? uuidV5(identity.fqdn, dnsNamespace);
  }
}

/** The columns with which every VM tab begins. */
export const leadingVmColumns = {
  VM: ({ vm }) => vm.name,
  Powerstate: ({ vm }) => vm.powerState,
  Template: () => 'False',
  'SRM Placeholder': ({ vm }) => trueOrFalse(isReplica(vm)),
} satisfies Columns<VmSubject>;

/** Notes, one line each; Hyper-V writes no notes as one empty line. */
export const annotationColumn = {
  Annotation: ({ vm }) => vm.settings?.Notes.join('\r\n').trim() || null,
} satisfies Columns<VmSubject>;

/** Where a VM runs. */
export const placeColumns = {
  Datacenter: ({ host }) => datacenterOf(host),
  Cluster: ({ host }) => clusterOf(host),
  Host: ({ host }) => host.identity.fqdn,
} satisfies Columns<HostSubject>;

export const folderColumn = { Folder: folderOf } satisfies Columns<VmSubject>;

export const guestOsColumns = {
  'OS according to the configuration file': ({ vm }) => configuredGuestOs(vm),
  'OS according to the VMware Tools': ({ vm }) => reportedGuestOs(vm),
} satisfies Columns<VmSubject>;

export const vmIdColumn = { 'VM ID': (subject) => `vm-${workbookVmId(subject)}` } satisfies Columns<VmSubject>;
export const vmUuidColumn = { 'VM UUID': workbookVmId } satisfies Columns<VmSubject>;

/** RVTools' number of a VM, as text. Drawn from the id in the workbook, so that it is one in all tabs and all runs. */
export const vmRefColumn = {
  VMRef: (subject) => String(Number.parseInt(workbookVmId(subject).slice(0, 8), 16)),
} satisfies Columns<VmSubject>;

export const sdkColumns = {
  'VI SDK Server': ({ host }) => sdkServerOf(host),
  'VI SDK UUID': sdkUuidOf,
} satisfies Columns<HostSubject>;

/** The columns with which the tabs of a VM's removable devices and integration services end. */
export const trailingVmColumnsWithRef = {
  ...annotationColumn,
  ...placeColumns,
  ...folderColumn,
  ...guestOsColumns,
  ...vmRefColumn,
  ...vmIdColumn,
  ...vmUuidColumn,
  ...sdkColumns,
} satisfies Columns<VmSubject>;

/** The columns with which every other VM tab but vInfo ends. */
export const trailingVmColumns = {
  ...annotationColumn,
  ...placeColumns,
  ...folderColumn,
  ...guestOsColumns,
  ...vmIdColumn,
  ...vmUuidColumn,
  ...sdkColumns,
} satisfies Columns<VmSubject>;

/** The facts that the columns of every VM tab are made from, beside computerSystems and virtualSystems. */
export const vmColumnFacts = [
  'hostSystem',
  'hostProduct',
  'summaries',
  'keyValuePairs',
  'groups',
  'groupMembers',
  'clusters',
  'clusterIdentity',
] as const;
