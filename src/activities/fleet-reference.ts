import type { Fleet } from '../collectors/collector.ts';

/** A {@link Fleet} that survives JSON, on its way from one activity to the next. */
export interface FleetReference {
  readonly clusterUuids: readonly (readonly [string, string])[];
  readonly owners: readonly (readonly [string, string])[];
}

export const toFleetReference = ({ clusterUuids, owners }: Fleet): FleetReference => ({
  clusterUuids: [...clusterUuids],
  owners: [...owners],
});

export const fromFleetReference = ({ clusterUuids, owners }: FleetReference): Fleet => ({
  clusterUuids: new Map(clusterUuids),
  owners: new Map(owners),
});
