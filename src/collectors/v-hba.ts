import { textOf } from './cell-values.ts';
import { empty } from './empty-column.ts';
import { joinStorageAdapters, type StorageAdapter } from './joins/storage-adapters.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface HbaSubject extends HostSubject {
  readonly adapter: StorageAdapter;
}

const placeOnBus = empty(
  'Windows tells where a storage adapter is on its bus only device by device, which is not asked',
);

/** `MSFT_InitiatorPort.ConnectionType`; what is no initiator is RAID or the like. */
function typeOf({ initiator }: StorageAdapter): string | null {
  if (initiator === undefined) return null;
  if (initiator?.ConnectionType === 1) return 'Fibre Channel';
  return initiator?.ConnectionType === 2 ? 'ISCSI' : 'Block SCSI';
}

/** `MSFT_InitiatorPort.OperationalStatus`: 2 operational, 3 to 8 in one way or the other not. */
function statusOf({ controller, initiator }: StorageAdapter): string | null {
  if (initiator === undefined) return null;
  const status = initiator?.OperationalStatus[0];
  if (status === 2) return 'online';
  if (status !== undefined && status > 2) return 'offline';
  return initiator === null && controller?.Status === 'OK' ? 'online' : 'unknown';
}

const modelOf = ({ controller, initiator }: StorageAdapter): string | null =>
  textOf(controller?.Name) ?? textOf(initiator?.InstanceName);

/** 16 hex digits as `20:00:…`; null for any other text. */
function worldWideName(text: string | null | undefined): string | null {
  const digits = text?.trim().toLowerCase() ?? '';
  return /^[0-9a-f]{16}$/.test(digits) ? digits.replace(/(..)(?!$)/g, '$1:') : null;
}

/** Names of node and port on Fibre Channel; the qualified name of an iSCSI initiator. */
function nameOnNetwork({ initiator }: StorageAdapter): string | null {
  if (initiator?.ConnectionType === 2) return textOf(initiator.NodeAddress);
  const names = [worldWideName(initiator?.NodeAddress), worldWideName(initiator?.PortAddress)];
  return names.filter((name) => name !== null).join(' ') || null;
}

/**
 * vHBA: one row per storage adapter of a host, a port of a dual one each. What it is on the storage network is blank
 * where the account may not read that.
 */
export const vHba = hostCollector<HbaSubject>({
  tab: 'vHBA',
  requires: ['storageControllers'],
  optional: [...hostColumnFacts, 'initiatorPorts'],
  mayBeDenied: ['initiatorPorts'],
  subjects: ({ host, fleet, facts }) => (joinStorageAdapters(facts) ?? []).map((adapter) => ({ host, fleet, adapter })),
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    Device: ({ adapter }) => textOf(adapter.controller?.PNPDeviceID) ?? textOf(adapter.initiator?.InstanceName),
    Type: ({ adapter }) => typeOf(adapter),
    Status: ({ adapter }) => statusOf(adapter),
    Bus: placeOnBus,
    Pci: placeOnBus,
    Driver: ({ adapter }) => textOf(adapter.controller?.DriverName),
    Model: ({ adapter }) => modelOf(adapter),
    WWN: ({ adapter }) => nameOnNetwork(adapter),
    ...sdkColumns,
  },
});
