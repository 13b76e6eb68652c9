import { sumOf } from './cell-values.ts';
import { datastoreKey } from './joins/datastores.ts';

/** What a host's summary tells of the datastores that it shares with others. */
export interface SharedDatastores {
  /** Names of all that it sees; `sized`: it could tell how large it is. */
  readonly seen: readonly { readonly name: string; readonly sized: boolean }[];
  /** By VM: what it has there, bytes or null for unknown. */
  readonly used: readonly {
    readonly vmId: string;
    readonly running: boolean;
    readonly name: string;
    readonly provisioned: number | null;
  }[];
}

/** A datastore that several hosts may see, counted once. */
export interface FleetDatastore {
  /** FQDN of the host whose row stands for it. */
  readonly speaker: string;
  /** FQDNs of the hosts of the run that see it, sorted. */
  readonly hosts: readonly string[];
  readonly vms: number;
  readonly runningVms: number;
  /** Bytes; null where one disk is not known. */
  readonly provisioned: number | null;
}

interface Member {
  readonly fqdn: string;
  readonly datastores: SharedDatastores;
}

/** Lower-case name → the datastore. A VM that left a host is counted where it is now. */
export function sharedDatastores(
  members: readonly Member[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, FleetDatastore> {
  const sorted = [...members].sort((one, other) => (one.fqdn < other.fqdn ? -1 : 1));
  const seers = new Map<string, { fqdn: string; sized: boolean }[]>();
  const uses = new Map<string, SharedDatastores['used'][number][]>();
  for (const { fqdn, datastores } of sorted) {
    for (const { name, sized } of datastores.seen) {
      const key = datastoreKey(name);
      seers.set(key, [...(seers.get(key) ?? []), { fqdn, sized }]);
    }
    for (const use of datastores.used) {
      if (departed.get(use.vmId)?.has(fqdn)) continue;
      const key = datastoreKey(use.name);
      const known = uses.get(key);
      if (known === undefined) uses.set(key, [use]);
      else known.push(use);
    }
  }
  return new Map(
    [...seers].map(([key, hosts]): [string, FleetDatastore] => {
      const used = uses.get(key) ?? [];
      return [
        key,
        {
          speaker: (hosts.find(({ sized }) => sized) ?? hosts[0])?.fqdn ?? '',
          hosts: hosts.map(({ fqdn }) => fqdn),
          vms: used.length,
          runningVms: used.filter(({ running }) => running).length,
          provisioned: sumOf(used.map(({ provisioned }) => provisioned)),
        },
      ];
    }),
  );
}
