import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { knownRows } from './facts.ts';
import { guidOf } from './instance-id.ts';

/** An adapter of the host itself: physical, of a team, or of the management OS on a switch. */
export interface HostAdapter {
  /** Lower-case GUID; empty where the host told none. */
  readonly guid: string;
  readonly name: string;
  readonly row: Row<'netAdapters'>;
}

/** A team of the LBFO kind. */
export interface LbfoTeam {
  readonly name: string;
  readonly loadBalancing: number | null;
  /** Active members first, then those that stand by. */
  readonly members: readonly HostAdapter[];
}

/** The host's adapters by the keys under which others name them; undefined where they are not known. */
export interface HostAdapters {
  readonly all: readonly HostAdapter[];
  readonly teams: readonly LbfoTeam[];
  byGuid(guid: string | undefined): HostAdapter | undefined;
  byName(name: string | null): HostAdapter | undefined;
}

/** Names of adapters and teams are compared without case. */
export const nameKey = (name: string | null | undefined): string => name?.toLowerCase() ?? '';

/** `MSFT_NetLbfoTeamMember.AdministrativeMode`: 0 active, 1 stand-by. */
const isStandby = ({ AdministrativeMode }: Row<'lbfoMembers'>): boolean => AdministrativeMode === 1;

/** Finds the host's adapters and their teams; `lbfoTeams` and `lbfoMembers` may be missing. */
export function joinHostAdapters(facts: FactOutcomes): HostAdapters | undefined {
  const rows = knownRows(facts, 'netAdapters');
  if (rows === undefined) return undefined;
  const all = rows.map((row) => ({ guid: guidOf(row.DeviceID) ?? '', name: row.Name ?? '', row }));
  const byGuid = new Map(all.map((adapter) => [adapter.guid, adapter]));
  const byName = new Map(all.map((adapter) => [nameKey(adapter.name), adapter]));
  const members = knownRows(facts, 'lbfoMembers') ?? [];
  const teams = (knownRows(facts, 'lbfoTeams') ?? []).map((team): LbfoTeam => {
    const own = members.filter((member) => nameKey(member.Team) === nameKey(team.Name));
    const ordered = [...own.filter((member) => !isStandby(member)), ...own.filter(isStandby)];
    return {
      name: team.Name ?? '',
      loadBalancing: team.LoadBalancingAlgorithm,
      members: ordered.flatMap((member) => byName.get(nameKey(member.Name)) ?? []),
    };
  });
  return {
    all,
    teams,
    byGuid: (guid) => (guid ? byGuid.get(guid) : undefined),
    byName: (name) => byName.get(nameKey(name)),
  };
}

/** A physical adapter: a device of the machine, no team and no adapter on a switch. */
export const isPhysical = ({ row }: HostAdapter): boolean => row.HardwareInterface === true && row.Virtual !== true;

/** The link has no carrier; null where the adapter does not tell. `MediaConnectState`: 1 connected, 2 not. */
export function isLinkDown({ row }: HostAdapter): boolean | null {
  if (row.MediaConnectState === 2) return true;
  return row.MediaConnectState === 1 ? false : null;
}

/** The team whose adapter this is: it bears the team's name, and one for a VLAN of the team begins with it. */
export const teamOf = (adapter: HostAdapter, teams: readonly LbfoTeam[]): LbfoTeam | undefined =>
  teams.find(({ name }) => nameKey(adapter.name) === nameKey(name)) ??
  teams.find(({ name }) => nameKey(adapter.name).startsWith(`${nameKey(name)} - `));
