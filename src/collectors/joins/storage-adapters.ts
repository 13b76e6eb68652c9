import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { knownRows } from './facts.ts';

/** A storage adapter: a controller, an initiator of a storage network, or both. */
export interface StorageAdapter {
  readonly controller: Row<'storageControllers'> | undefined;
  /** Null: it is none. Undefined: not known. */
  readonly initiator: Row<'initiatorPorts'> | null | undefined;
}

/** Windows' controller of storage spaces is no adapter: it makes disks of those behind the others. */
const isStorageSpaces = ({ PNPDeviceID }: Row<'storageControllers'>): boolean =>
  /^root\\spaceport\\/i.test(PNPDeviceID ?? '');

/** An initiator bears the device id of its controller, with the number of its instance behind it. */
const deviceKey = (id: string | null): string => id?.toLowerCase().replace(/_\d+$/, '') ?? '';

/** The storage adapters of a host; undefined where its controllers are not known. */
export function joinStorageAdapters(facts: FactOutcomes): readonly StorageAdapter[] | undefined {
  const controllers = knownRows(facts, 'storageControllers')?.filter((row) => !isStorageSpaces(row));
  if (controllers === undefined) return undefined;
  const initiators = knownRows(facts, 'initiatorPorts');
  if (initiators === undefined) return controllers.map((controller) => ({ controller, initiator: undefined }));
  const claimed = new Set<Row<'initiatorPorts'>>();
  const adapters = controllers.map((controller): StorageAdapter => {
    const id = controller.PNPDeviceID?.toLowerCase();
    const initiator = initiators.find((row) => id !== undefined && deviceKey(row.InstanceName) === id);
    if (initiator) claimed.add(initiator);
    return { controller, initiator: initiator ?? null };
  });
  const others = initiators.filter((row) => !claimed.has(row));
  return [...adapters, ...others.map((initiator) => ({ controller: undefined, initiator }))];
}
