import type { FactOutcomes } from '../../facts/fact.ts';
import type { FactName, Row } from '../../facts/fact-table.ts';
import { textOf } from '../cell-values.ts';
import { networkName, type Vlan, vlanOf } from '../network-name.ts';
import { oncePer } from '../once-per.ts';
import { knownRows } from './facts.ts';
import { comparable, guidOf, parseInstanceId } from './instance-id.ts';
import { parseObjectPath } from './object-path.ts';
import { joinByVm, type OwnerOf, portOwners, unjoinedRow } from './settings-owners.ts';

/** A virtual network adapter with what hangs on its port. Null where it is not known. */
export interface Adapter {
  readonly kind: 'synthetic' | 'legacy';
  /** As CIM has it: 12 hex digits. */
  readonly mac: string | null;
  readonly staticMac: boolean | null;
  /** True: plugged into a switch, whether or not the VM runs. */
  readonly plugged: boolean | null;
  /** False: plugged, but the switch is no longer there. */
  readonly switchFound: boolean | null;
  /** Null also where the adapter is not plugged in. */
  readonly switchName: string | null;
  /** Lower-case id of the switch; null unless it is plugged into one that is there. */
  readonly switchId: string | null;
  readonly vlan: Vlan | null;
  /** Whether it may use any MAC address. */
  readonly macSpoofing: boolean | null;
  /** {@link networkName}; null also where the adapter is not plugged in. */
  readonly network: string | null;
  /** As the guest reports them; undefined: not known. */
  readonly ipAddresses: readonly string[] | undefined;
  readonly directPath: boolean | null;
}

export interface JoinedAdapters {
  /** Undefined: the adapter facts are missing. */
  readonly byVm: ReadonlyMap<string, readonly Adapter[]> | undefined;
  readonly unjoined: readonly string[];
}

type AdapterRow = Row<'syntheticAdapters'> | Row<'emulatedAdapters'>;
type ByVm<Joined> = ReadonlyMap<string, readonly Joined[]> | undefined;

/** Everything joined by VM that an adapter may own. */
interface PortRows {
  readonly allocations: ByVm<Row<'portAllocations'>>;
  readonly vlans: ByVm<Row<'portVlans'>>;
  readonly isolations: ByVm<Row<'portIsolations'>>;
  readonly offloads: ByVm<Row<'portOffloads'>>;
  readonly securities: ByVm<Row<'portSecurities'>>;
  readonly guestNetworks: ByVm<Row<'guestNetworks'>>;
}

const isBelow = (instanceId: string | null, parent: string | null): boolean =>
  parent !== null && comparable(instanceId).startsWith(`${comparable(parent)}\\`);

/** The adapter that a port names as its parent; the ports of a VM are compared with each of its adapters. */
const parentIdOf = oncePer((allocation: Row<'portAllocations'>): string =>
  comparable(parseObjectPath(allocation.Parent)?.keys.instanceid ?? null),
);

const isAllocationOf = (allocation: Row<'portAllocations'>, adapter: AdapterRow): boolean =>
  isBelow(allocation.InstanceID, adapter.InstanceID) ||
  (adapter.InstanceID !== null && parentIdOf(allocation) === comparable(adapter.InstanceID));

/** `Microsoft:GuestNetwork\<VM>\<adapter>`: the adapter's GUID, which a legacy adapter's settings follow with `\0`. */
function isGuestNetworkOf(guestNetwork: Row<'guestNetworks'>, adapter: AdapterRow): boolean {
  const guest = parseInstanceId(guestNetwork.InstanceID);
  const settings = parseInstanceId(adapter.InstanceID);
  return (
    guest.kind === 'guestNetwork' &&
    settings.kind === 'settings' &&
    settings.device.split('\\')[0] === guest.device.split('\\')[0]
  );
}

/** Undefined: the fact is missing; null: the port has no such setting. */
function settingOf<Setting extends { readonly InstanceID: string | null }>(
  byVm: ByVm<Setting>,
  vmId: string,
  allocation: Row<'portAllocations'> | undefined,
): Setting | null | undefined {
  if (byVm === undefined) return undefined;
  return byVm.get(vmId)?.find((row) => isBelow(row.InstanceID, allocation?.InstanceID ?? null)) ?? null;
}

function switchNames(facts: FactOutcomes): ReadonlyMap<string, string> | undefined {
  const rows = knownRows(facts, 'switches');
  return rows && new Map(rows.map((row) => [guidOf(row.Name) ?? '', row.ElementName ?? '']));
}

function connectionOf(
  allocation: Row<'portAllocations'> | undefined,
  switches: ReadonlyMap<string, string> | undefined,
): Pick<Adapter, 'plugged' | 'switchFound' | 'switchId' | 'switchName'> {
  if (allocation?.EnabledState !== 2) return { plugged: false, switchFound: null, switchId: null, switchName: null };
  const id = guidOf(parseObjectPath(allocation.HostResource[0])?.keys.name);
  const found = id === undefined ? undefined : switches?.get(id);
  return {
    plugged: true,
    switchFound: switches === undefined ? null : found !== undefined,
    switchId: found === undefined ? null : (id ?? null),
    switchName: found ?? textOf(allocation.LastKnownSwitchName),
  };
}

function adapterOf(
  kind: Adapter['kind'],
  row: AdapterRow,
  vmId: string,
  ports: PortRows,
  switches: ReadonlyMap<string, string> | undefined,
): Adapter {
  const allocation = ports.allocations?.get(vmId)?.find((candidate) => isAllocationOf(candidate, row));
  const connection =
    ports.allocations === undefined
      ? { plugged: null, switchFound: null, switchId: null, switchName: null }
      : connectionOf(allocation, switches);
  const vlan = settingOf(ports.vlans, vmId, allocation);
  const isolation = settingOf(ports.isolations, vmId, allocation);
  const offload = settingOf(ports.offloads, vmId, allocation);
  const security = settingOf(ports.securities, vmId, allocation);
  const tagging = vlan === undefined || isolation === undefined ? null : vlanOf(vlan, isolation);
  return {
    kind,
    mac: row.Address,
    staticMac: row.StaticMacAddress,
    ...connection,
    vlan: tagging,
    macSpoofing: security === undefined ? null : (security?.AllowMacSpoofing ?? false),
    network: connection.switchName === null || tagging === null ? null : networkName(connection.switchName, tagging),
    ipAddresses:
      ports.guestNetworks &&
      (ports.guestNetworks.get(vmId) ?? [])
        .filter((guest) => isGuestNetworkOf(guest, row))
        .flatMap((guest) => guest.IPAddresses),
    directPath: offload === undefined ? null : (offload?.IOVOffloadWeight ?? 0) > 0,
  };
}

/** Rows of a VM that none of the candidates claims: the VM was found, the port was not. */
function unclaimed<Joined extends { readonly InstanceID: string | null }, Candidate>(
  fact: FactName,
  rows: ByVm<Joined>,
  candidates: ByVm<Candidate>,
  claims: (row: Joined, candidate: Candidate) => boolean,
): readonly string[] {
  if (rows === undefined || candidates === undefined) return [];
  return [...rows].flatMap(([vmId, ofVm]) =>
    ofVm
      .filter((row) => !candidates.get(vmId)?.some((candidate) => claims(row, candidate)))
      .map((row) => unjoinedRow(fact, row.InstanceID)),
  );
}

/** Synthetic adapters first, then legacy ones, each in the order of the fact. */
function adapterRowsByVm(
  synthetic: ByVm<Row<'syntheticAdapters'>>,
  emulated: ByVm<Row<'emulatedAdapters'>>,
): ByVm<AdapterRow> {
  if (synthetic === undefined || emulated === undefined) return undefined;
  const ids = new Set([...synthetic.keys(), ...emulated.keys()]);
  return new Map([...ids].map((id) => [id, [...(synthetic.get(id) ?? []), ...(emulated.get(id) ?? [])]]));
}

/**
 * Joins adapters to VMs, and to each its port allocation, switch, VLAN, isolation and offload settings and what the
 * guest reports. A port setting whose VM is found but whose adapter is not counts as unjoined too: its adapter would
 * show no network.
 */
export function joinAdapters(facts: FactOutcomes, ownerOf: OwnerOf): JoinedAdapters {
  const ofPorts = portOwners(ownerOf, knownRows(facts, 'switches'));
  const synthetic = joinByVm('syntheticAdapters', knownRows(facts, 'syntheticAdapters'), ownerOf);
  const emulated = joinByVm('emulatedAdapters', knownRows(facts, 'emulatedAdapters'), ownerOf);
  const allocations = joinByVm('portAllocations', knownRows(facts, 'portAllocations'), ofPorts);
  const vlans = joinByVm('portVlans', knownRows(facts, 'portVlans'), ofPorts);
  const isolations = joinByVm('portIsolations', knownRows(facts, 'portIsolations'), ofPorts);
  const offloads = joinByVm('portOffloads', knownRows(facts, 'portOffloads'), ofPorts);
  const securities = joinByVm('portSecurities', knownRows(facts, 'portSecurities'), ofPorts);
  const guestNetworks = joinByVm('guestNetworks', knownRows(facts, 'guestNetworks'), ownerOf);
  const rows = adapterRowsByVm(synthetic.byVm, emulated.byVm);
  const switches = switchNames(facts);
  const ports: PortRows = {
    allocations: allocations.byVm,
    vlans: vlans.byVm,
    isolations: isolations.byVm,
    offloads: offloads.byVm,
    securities: securities.byVm,
    guestNetworks: guestNetworks.byVm,
  };
  const isOfPort = (row: { readonly InstanceID: string | null }, port: Row<'portAllocations'>) =>
    isBelow(row.InstanceID, port.InstanceID);
  return {
    byVm:
      rows &&
      new Map(
        [...rows].map(([vmId, ofVm]) => {
          const legacy = new Set<AdapterRow>(emulated.byVm?.get(vmId));
          return [
            vmId,
            ofVm.map((row) => adapterOf(legacy.has(row) ? 'legacy' : 'synthetic', row, vmId, ports, switches)),
          ];
        }),
      ),
    unjoined: [
      ...[synthetic, emulated, allocations, vlans, isolations, offloads, securities, guestNetworks].flatMap(
        (join) => join.unjoined,
      ),
      ...unclaimed('portAllocations', allocations.byVm, rows, isAllocationOf),
      ...unclaimed('portVlans', vlans.byVm, allocations.byVm, isOfPort),
      ...unclaimed('portIsolations', isolations.byVm, allocations.byVm, isOfPort),
      ...unclaimed('portOffloads', offloads.byVm, allocations.byVm, isOfPort),
      ...unclaimed('portSecurities', securities.byVm, allocations.byVm, isOfPort),
      ...unclaimed('guestNetworks', guestNetworks.byVm, rows, isGuestNetworkOf),
    ],
  };
}
