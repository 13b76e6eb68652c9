import type { Fleet, FleetNode, FleetUnseenVm } from '../collectors/collector.ts';
import type { FleetDatastore } from '../collectors/shared-datastores.ts';
import type { FleetMac } from '../collectors/shared-macs.ts';
import type { FleetSwitch } from '../collectors/shared-switches.ts';

/** A {@link Fleet} that survives JSON, on its way from one activity to the next. */
export interface FleetReference {
  readonly clusterUuids: readonly (readonly [string, string])[];
  readonly owners: readonly (readonly [string, string])[];
  readonly departed: readonly (readonly [string, readonly string[]])[];
  readonly clusterSpeakers: readonly (readonly [string, string])[];
  readonly nodes: readonly (readonly [string, readonly FleetNode[]])[];
  readonly switches: readonly (readonly [string, readonly FleetSwitch[]])[];
  readonly datastores: readonly (readonly [string, FleetDatastore])[];
  readonly folders: {
    readonly speakers: readonly (readonly [string, string])[];
    readonly usedElsewhere: readonly string[];
    readonly knowingDisks: readonly string[];
  };
  readonly macs: readonly (readonly [string, readonly FleetMac[]])[];
  readonly unseenVms: readonly (readonly [string, readonly FleetUnseenVm[]])[];
}

/** The fleet as it is handed on. */
export const toFleetReference = (fleet: Fleet): FleetReference => ({
  clusterUuids: [...fleet.clusterUuids],
  owners: [...fleet.owners],
  departed: [...fleet.departed].map(([id, hosts]) => [id, [...hosts]]),
  clusterSpeakers: [...fleet.clusterSpeakers],
  nodes: [...fleet.nodes],
  switches: [...fleet.switches],
  datastores: [...fleet.datastores],
  folders: {
    speakers: [...fleet.folders.speakers],
    usedElsewhere: [...fleet.folders.usedElsewhere],
    knowingDisks: [...fleet.folders.knowingDisks],
  },
  macs: [...fleet.macs],
  unseenVms: [...fleet.unseenVms],
});

/** The fleet as it was before it was handed on. */
export const fromFleetReference = (reference: FleetReference): Fleet => ({
  clusterUuids: new Map(reference.clusterUuids),
  owners: new Map(reference.owners),
  departed: new Map(reference.departed.map(([id, hosts]) => [id, new Set(hosts)])),
  clusterSpeakers: new Map(reference.clusterSpeakers),
  nodes: new Map(reference.nodes),
  switches: new Map(reference.switches),
  datastores: new Map(reference.datastores),
  folders: {
    speakers: new Map(reference.folders.speakers),
    usedElsewhere: new Set(reference.folders.usedElsewhere),
    knowingDisks: new Set(reference.folders.knowingDisks),
  },
  macs: new Map(reference.macs),
  unseenVms: new Map(reference.unseenVms),
});
