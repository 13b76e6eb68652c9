import type { Fleet } from '../collectors/collector.ts';

/** A {@link Fleet} that survives JSON, on its way from one activity to the next. */
export interface FleetReference {
  readonly clusterUuids: readonly (readonly [string, string])[];
  readonly owners: readonly (readonly [string, string])[];
  readonly departed: readonly (readonly [string, readonly string[]])[];
}

export const toFleetReference = ({ clusterUuids, owners, departed }: Fleet): FleetReference => ({
  clusterUuids: [...clusterUuids],
  owners: [...owners],
  departed: [...departed].map(([id, hosts]) => [id, [...hosts]]),
});

export const fromFleetReference = ({ clusterUuids, owners, departed }: FleetReference): Fleet => ({
  clusterUuids: new Map(clusterUuids),
  owners: new Map(owners),
  departed: new Map(departed.map(([id, hosts]) => [id, new Set(hosts)])),
});
