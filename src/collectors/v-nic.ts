import type { Row } from '../facts/fact-table.ts';
import { numberOf, textOf, trueOrFalse } from './cell-values.ts';
import { knownRows } from './joins/facts.ts';
import { type HostAdapter, isLinkDown, isPhysical, joinHostAdapters, nameKey } from './joins/host-adapters.ts';
import { joinSwitches } from './joins/switches.ts';
import { macAddress } from './mac-address.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface NicSubject extends HostSubject {
  readonly nic: HostAdapter;
  readonly hardware: Row<'netAdapterHardware'> | undefined;
  /** The switch that it is a way out of, and its place there, from 1. */
  readonly uplink: { readonly switchName: string; readonly place: number } | undefined;
}

function nicsOf({ host, fleet, facts }: HostSource): readonly NicSubject[] {
  const switches = joinSwitches(facts) ?? [];
  const hardware = new Map((knownRows(facts, 'netAdapterHardware') ?? []).map((row) => [nameKey(row.Name), row]));
  const uplinkOf = (nic: HostAdapter): NicSubject['uplink'] => {
    for (const { name, uplinks } of switches) {
      const place = (uplinks ?? []).findIndex(({ guid }) => guid === nic.guid);
      if (place >= 0) return { switchName: name, place: place + 1 };
    }
    return undefined;
  };
  const nics = (joinHostAdapters(facts)?.all ?? []).filter(isPhysical);
  return nics.map((nic) => ({ host, fleet, nic, hardware: hardware.get(nameKey(nic.name)), uplink: uplinkOf(nic) }));
}

/** File name of the driver, without its ending. */
const driverOf = ({ row }: HostAdapter): string | null =>
  textOf(
    row.DriverName?.split('\\')
      .at(-1)
      ?.replace(/\.sys$/i, ''),
  ) ?? textOf(row.InterfaceDescription);

/** What an adapter tells where it does not know its speed: all bits set, signed or not. */
const unknownSpeeds: ReadonlySet<string> = new Set(['18446744073709551615', '9223372036854775807']);

/** Mbit/s; null where the link is down, or its speed is not known. */
function speedOf(nic: HostAdapter): number | null {
  const bits = nic.row.TransmitLinkSpeed;
  if (isLinkDown(nic) || bits === null || unknownSpeeds.has(bits)) return null;
  return Math.round((numberOf(bits) ?? 0) / 1_000_000) || null;
}

const hexadecimal = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** `0000:3b:00.0`; null where the place on the bus is not told. */
function pciOf(hardware: NicSubject['hardware']): string | null {
  const { SegmentNumber: segment, BusNumber: bus, DeviceNumber: device, FunctionNumber: part } = hardware ?? {};
  if (bus == null || device == null || part == null) return null;
  return `${hexadecimal(segment ?? 0, 4)}:${hexadecimal(bus, 2)}:${hexadecimal(device, 2)}.${hexadecimal(part, 1)}`;
}

/** vNIC: one row per physical adapter of a host. */
export const vNic = hostCollector<NicSubject>({
  tab: 'vNIC',
  requires: ['netAdapters'],
  optional: [
    ...hostColumnFacts,
    'netAdapterHardware',
    'switches',
    'portAllocations',
    'switchTeamMembers',
    'lbfoTeams',
    'lbfoMembers',
  ],
  subjects: nicsOf,
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    'Network Device': ({ nic }) => nic.name,
    Driver: ({ nic }) => driverOf(nic),
    Speed: ({ nic }) => speedOf(nic),
    Duplex: ({ nic }) => (isLinkDown(nic) ? 'Link is down!' : trueOrFalse(nic.row.FullDuplex)),
    MAC: ({ nic }) => macAddress(nic.row.NetworkAddresses[0]) ?? macAddress(nic.row.PermanentAddress),
    Switch: ({ uplink }) => uplink?.switchName ?? null,
    'Uplink port': ({ uplink }) => (uplink === undefined ? null : `Uplink ${uplink.place}`),
    PCI: ({ hardware }) => pciOf(hardware),
    WakeOn: ({ nic }) => trueOrFalse(nic.row.DeviceWakeUpEnable),
    ...sdkColumns,
  },
});
