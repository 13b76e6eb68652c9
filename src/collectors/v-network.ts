import { trueOrFalse } from './cell-values.ts';
import { ipv4Of, ipv6Of } from './ip-addresses.ts';
import type { Adapter } from './joins/adapters.ts';
import { macAddress } from './mac-address.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumns, type VmSubject, vmColumnFacts } from './vm-columns.ts';

interface AdapterSubject extends VmSubject {
  readonly adapter: Adapter;
  /** `Network adapter n`: Hyper-V's own names may repeat. */
  readonly label: string;
}

function isConnected({ vm, adapter }: AdapterSubject): boolean | null {
  return adapter.plugged === null ? null : adapter.plugged && adapter.switchFound !== false && vm.running;
}

const typeOf = ({ staticMac }: Adapter): string | null =>
  staticMac === null ? null : staticMac ? 'manual' : 'assigned';

const joined = (addresses: readonly string[]): string | null => addresses.join(', ') || null;

/** vNetwork: one row per virtual network adapter. */
export const vNetwork = vmCollector<AdapterSubject>({
  tab: 'vNetwork',
  requires: [
    'computerSystems',
    'virtualSystems',
    'syntheticAdapters',
    'emulatedAdapters',
    'portAllocations',
    'portVlans',
    'switches',
  ],
  optional: [...vmColumnFacts, 'portIsolations', 'portOffloads', 'guestNetworks'],
  joins: [
    'syntheticAdapters',
    'emulatedAdapters',
    'portAllocations',
    'portVlans',
    'portIsolations',
    'portOffloads',
    'guestNetworks',
  ],
  everyVmHas: [],
  subjects: (subject) =>
    (subject.vm.adapters ?? []).map((adapter, index) => ({
      ...subject,
      adapter,
      label: `Network adapter ${index + 1}`,
    })),
  covers: (vm) => vm.adapters !== undefined,
  columns: {
    ...leadingVmColumns,
    'NIC label': ({ label }) => label,
    Adapter: ({ adapter }) => (adapter.kind === 'synthetic' ? 'Hyper-V Synthetic' : 'Hyper-V Legacy'),
    Network: ({ adapter }) => adapter.network,
    Switch: ({ adapter }) => adapter.switchName,
    Connected: (subject) => trueOrFalse(isConnected(subject)),
    'Starts Connected': ({ adapter }) => trueOrFalse(adapter.plugged),
    'Mac Address': ({ adapter }) => macAddress(adapter.mac),
    Type: ({ adapter }) => typeOf(adapter),
    'IPv4 Address': ({ adapter }) => joined(ipv4Of(adapter.ipAddresses ?? [])),
    'IPv6 Address': ({ adapter }) => joined(ipv6Of(adapter.ipAddresses ?? [])),
    'Direct Path IO': ({ adapter }) => trueOrFalse(adapter.directPath),
    'Internal Sort Column': ({ vm, label }) => `${vm.name} ${label}`,
    ...trailingVmColumns,
  },
});
