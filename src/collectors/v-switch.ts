import { adaptersOn, anySpoofing } from './joins/port-groups.ts';
import { joinSwitches } from './joins/switches.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { mtuOf, type Shaped, shapingColumns, switchFacts, uplinkFacts } from './switch-columns.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface SwitchSubject extends HostSubject, Shaped {
  /** Ports that something is plugged into; null where they are not known. */
  readonly ports: number | null;
}

function switchesOf({ host, fleet, facts }: HostSource): readonly SwitchSubject[] {
  return (joinSwitches(facts) ?? []).map((virtualSwitch) => {
    const adapters = adaptersOn(virtualSwitch, host.machines);
    const isKnown = adapters !== undefined && virtualSwitch.ownPorts !== undefined;
    return {
      host,
      fleet,
      virtualSwitch,
      macSpoofing: adapters === undefined ? null : anySpoofing(adapters),
      ports: isKnown ? adapters.length + virtualSwitch.ownPorts : null,
    };
  });
}

/** vSwitch: one row per virtual switch of a host. Ports are made when they are needed: none is ever free. */
export const vSwitch = hostCollector<SwitchSubject>({
  tab: 'vSwitch',
  requires: switchFacts,
  optional: [...hostColumnFacts, ...uplinkFacts],
  subjects: switchesOf,
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    Switch: ({ virtualSwitch }) => virtualSwitch.name,
    '# Ports': ({ ports }) => ports,
    'Free Ports': () => 0,
    ...shapingColumns,
    MTU: ({ virtualSwitch }) => mtuOf(virtualSwitch),
    ...sdkColumns,
  },
});
