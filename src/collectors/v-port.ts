import { type PortGroup, portGroupsOf } from './joins/port-groups.ts';
import { joinSwitches } from './joins/switches.ts';
import type { Vlan } from './network-name.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { type Shaped, shapingColumns, switchFacts, uplinkFacts } from './switch-columns.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface PortSubject extends HostSubject, Shaped {
  readonly portGroup: PortGroup;
}

/** VMware's numbers, as text: 0 untagged, 4095 all of them. */
function vlanText(vlan: Vlan): string {
  if (vlan.mode === 'access') return String(vlan.id);
  return vlan.mode === 'trunk' ? '4095' : '0';
}

/** vPort: one row per switch and VLAN that is in use on a host, and one per switch for its untagged ports. */
export const vPort = hostCollector<PortSubject>({
  tab: 'vPort',
  requires: switchFacts,
  optional: [...hostColumnFacts, ...uplinkFacts],
  subjects: ({ host, fleet, facts }) =>
    (joinSwitches(facts) ?? []).flatMap((virtualSwitch) =>
      (portGroupsOf(virtualSwitch, host.machines) ?? []).map((portGroup) => ({
        host,
        fleet,
        virtualSwitch,
        portGroup,
        macSpoofing: portGroup.macSpoofing,
      })),
    ),
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    'Port Group': ({ portGroup }) => portGroup.name,
    Switch: ({ virtualSwitch }) => virtualSwitch.name,
    VLAN: ({ portGroup }) => vlanText(portGroup.vlan),
    ...shapingColumns,
    ...sdkColumns,
  },
});
