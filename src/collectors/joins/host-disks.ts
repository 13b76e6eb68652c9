import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { numberOf } from '../cell-values.ts';
import { datastoresOf } from './datastores.ts';
import { knownRows } from './facts.ts';
import type { HostView } from './host-view.ts';

/** A disk that a host sees, its own or one of a storage network. */
export interface HostDisk {
  readonly row: Row<'hostDisks'>;
  /** True: several paths lead to it, over Windows' multipath driver. Null: not known. */
  readonly multipath: boolean | null;
  /** `DSM_Load_Balance_Policy_V2.LoadBalancePolicy`; null without a policy, or where it is not known. */
  readonly policy: number | null;
  /** Names of the datastores that lie on it; undefined: not known. */
  readonly datastores: readonly string[] | undefined;
}

/**
 * The device that a path leads to, in the form in which WMI names instances:
 * `\\?\mpio#disk&ven_x#1&7f6&0&6000#{53f5…}` is `mpio\disk&ven_x\1&7f6&0&6000`.
 */
const deviceOf = (path: string | null): string =>
  (path ?? '')
    .toLowerCase()
    .replace(/^\\\\[?.]\\/, '')
    .replace(/#\{[0-9a-f-]+\}$/, '')
    .replaceAll('#', '\\');

/** An instance bears the device's id, with the number of its instance behind it. */
const instanceKey = (name: string | null): string => name?.toLowerCase().replace(/_\d+$/, '') ?? '';

function policyOf(row: Row<'multipathPolicies'> | undefined): number | null {
  const bag = Object.entries(row?.LoadBalancePolicy ?? {});
  return numberOf(bag.find(([name]) => name.toLowerCase() === 'loadbalancepolicy')?.[1]);
}

/** The disks of a host with what leads to them and what lies on them; undefined where they are not known. */
export function joinHostDisks(host: HostView, facts: FactOutcomes): readonly HostDisk[] | undefined {
  const partitions = knownRows(facts, 'hostPartitions');
  const policies = new Map(
    (knownRows(facts, 'multipathPolicies') ?? []).map((row) => [instanceKey(row.InstanceName), row]),
  );
  const datastores = new Map(
    datastoresOf(host, facts).flatMap(({ name, address }) => (address ? [[address.toLowerCase(), name] as const] : [])),
  );
  return knownRows(facts, 'hostDisks')?.map((row) => {
    const device = deviceOf(row.Path);
    const paths = partitions
      ?.filter(({ DiskNumber }) => DiskNumber !== null && DiskNumber === row.Number)
      .flatMap(({ AccessPaths }) => AccessPaths);
    return {
      row,
      multipath: row.Path === null ? null : device.startsWith('mpio\\'),
      policy: policyOf(policies.get(device)),
      datastores: paths && [...new Set(paths.flatMap((path) => datastores.get(path.toLowerCase()) ?? []))],
    };
  });
}
