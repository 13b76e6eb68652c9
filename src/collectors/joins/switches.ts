import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { textOf } from '../cell-values.ts';
import { type Vlan, vlanOf } from '../network-name.ts';
import { knownRows } from './facts.ts';
import { type HostAdapter, type HostAdapters, joinHostAdapters, nameKey, teamOf } from './host-adapters.ts';
import { comparable, guidOf, parseInstanceId } from './instance-id.ts';
import { parseObjectPath } from './object-path.ts';

/** An adapter of the management OS on a switch. */
export interface ManagementAdapter {
  readonly name: string;
  /** Null where its VLAN is not known. */
  readonly vlan: Vlan | null;
  /** Its face in the host's network; undefined where it cannot be told. */
  readonly adapter: HostAdapter | undefined;
}

/** A virtual switch with what hangs on it on the host's side. */
export interface VirtualSwitch {
  /** Lower-case GUID. */
  readonly id: string;
  readonly name: string;
  /** Physical adapters in the order in which switch or team names them; undefined where they are not known. */
  readonly uplinks: readonly HostAdapter[] | undefined;
  /** True: it has a way out, over whatever adapter. Undefined where its ports are not known. */
  readonly external: boolean | undefined;
  /** How it shares load among its uplinks: an algorithm's number; null where there is no team, or it is not known. */
  readonly loadBalancing: number | null;
  readonly managementAdapters: readonly ManagementAdapter[] | undefined;
  /** Ports of the switch itself: to the management OS and out. */
  readonly ownPorts: number | undefined;
}

type Allocation = Row<'portAllocations'>;

const below = (instanceId: string | null, parent: string | null): boolean =>
  parent !== null && comparable(instanceId).startsWith(`${comparable(parent)}\\`);

const targetsOf = ({ HostResource }: Allocation) => HostResource.flatMap((path) => parseObjectPath(path) ?? []);
const leadsOut = (className: string): boolean => /^Msvm_(?:ExternalEthernetPort|WiFiPort)$/i.test(className);
const leadsToHost = (className: string): boolean => /^Msvm_(?:ComputerSystem|InternalEthernetPort)$/i.test(className);
const isUplink = (allocation: Allocation): boolean => targetsOf(allocation).some((path) => leadsOut(path.className));
const isManagement = (allocation: Allocation): boolean =>
  targetsOf(allocation).some((path) => leadsToHost(path.className));

/** `Microsoft:{GUID}`, as the ports of the host name their devices. */
const deviceGuid = (deviceId: string | null | undefined): string | undefined =>
  guidOf(deviceId?.replace(/^microsoft:/i, ''));

interface Surroundings {
  readonly adapters: HostAdapters | undefined;
  readonly internalPorts: readonly Row<'internalPorts'>[] | undefined;
  readonly vlans: readonly Row<'portVlans'>[] | undefined;
  readonly isolations: readonly Row<'portIsolations'>[] | undefined;
}

/** A team of the LBFO kind stands before its members; a switch of several adapters (SET) names each. */
function uplinksOf(
  ports: readonly Allocation[],
  adapters: HostAdapters,
  setMembers: readonly HostAdapter[],
): readonly HostAdapter[] {
  const named = ports
    .flatMap(targetsOf)
    .filter(({ className }) => leadsOut(className))
    .flatMap(({ keys }) => adapters.byGuid(deviceGuid(keys.deviceid)) ?? []);
  const physical = named.flatMap((adapter) => teamOf(adapter, adapters.teams)?.members ?? [adapter]);
  return [...new Set([...physical, ...setMembers])];
}

function managementAdapterOf(allocation: Allocation, surroundings: Surroundings): ManagementAdapter {
  const { adapters, internalPorts, vlans, isolations } = surroundings;
  const key = parseInstanceId(allocation.InstanceID);
  const portGuid = key.kind === 'settings' ? guidOf(key.device) : undefined;
  const named = (internalPorts ?? []).filter(({ ElementName }) => ElementName === allocation.ElementName);
  // The device bears the port's GUID or, where it does not, its name; a name that two of them bear tells nothing.
  const device =
    (internalPorts ?? []).find(({ DeviceID }) => deviceGuid(DeviceID) === portGuid) ??
    (named.length === 1 ? named[0] : undefined);
  const vlan = vlans && (vlans.find((row) => below(row.InstanceID, allocation.InstanceID)) ?? null);
  const isolation = isolations && (isolations.find((row) => below(row.InstanceID, allocation.InstanceID)) ?? null);
  return {
    name: textOf(allocation.ElementName) ?? textOf(device?.ElementName) ?? '',
    vlan: vlan === undefined || isolation === undefined ? null : vlanOf(vlan, isolation),
    adapter: adapters?.byGuid(deviceGuid(device?.DeviceID)),
  };
}

/** Joins a host's switches to their own ports, uplinks, teams and management adapters; undefined: no list of switches. */
export function joinSwitches(facts: FactOutcomes): readonly VirtualSwitch[] | undefined {
  const rows = knownRows(facts, 'switches');
  if (rows === undefined) return undefined;
  const allocations = knownRows(facts, 'portAllocations');
  const teamings = knownRows(facts, 'switchTeamings') ?? [];
  const setMembers = knownRows(facts, 'switchTeamMembers') ?? [];
  const surroundings: Surroundings = {
    adapters: joinHostAdapters(facts),
    internalPorts: knownRows(facts, 'internalPorts'),
    vlans: knownRows(facts, 'portVlans'),
    isolations: knownRows(facts, 'portIsolations'),
  };
  const { adapters } = surroundings;
  return rows.flatMap((row): VirtualSwitch[] => {
    const id = guidOf(row.Name);
    if (id === undefined) return [];
    const own = allocations?.filter(({ InstanceID }) => below(InstanceID, `Microsoft:${id}`));
    const outward = own?.filter(isUplink);
    const members = setMembers
      .filter(({ Team }) => nameKey(Team) === nameKey(row.ElementName))
      .flatMap(({ Name }) => adapters?.byName(Name) ?? []);
    const uplinks = adapters && outward && uplinksOf(outward, adapters, members);
    const team = adapters?.teams.find((candidate) => uplinks?.some((adapter) => candidate.members.includes(adapter)));
    const teaming = teamings.find(({ InstanceID }) => below(InstanceID, `Microsoft:${id}`));
    return [
      {
        id,
        name: row.ElementName ?? '',
        uplinks,
        external: outward && outward.length > 0,
        loadBalancing: teaming?.LoadBalancingAlgorithm ?? team?.loadBalancing ?? null,
        managementAdapters: own?.filter(isManagement).map((port) => managementAdapterOf(port, surroundings)),
        ownPorts: own?.length,
      },
    ];
  });
}
