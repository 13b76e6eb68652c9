import type { Row } from '../facts/fact-table.ts';

/** How an adapter's frames are tagged. */
export type Vlan =
  | { readonly mode: 'untagged' }
  | { readonly mode: 'access'; readonly id: number }
  | { readonly mode: 'trunk' };

const access = (id: number | null): Vlan => (id ? { mode: 'access', id } : { mode: 'untagged' });

/**
 * The VLAN of a port. The isolation setting (Network ATC uses it) goes before the VLAN setting when its IsolationMode
 * is VLAN (3). No setting means untagged. A private port stands under its secondary VLAN, a promiscuous one (PvlanMode
 * 3), which sees all of them, under the primary.
 */
export function vlanOf(
  setting: Pick<
    Row<'portVlans'>,
    'OperationMode' | 'AccessVlanId' | 'PvlanMode' | 'PrimaryVlanId' | 'SecondaryVlanId'
  > | null,
  isolation: Pick<Row<'portIsolations'>, 'IsolationMode' | 'DefaultIsolationId'> | null,
): Vlan {
  if (isolation?.IsolationMode === 3) return access(isolation.DefaultIsolationId);
  switch (setting?.OperationMode) {
    case 1:
      return access(setting.AccessVlanId);
    case 2:
      return { mode: 'trunk' };
    case 3:
      return access(setting.PvlanMode === 3 ? setting.PrimaryVlanId : setting.SecondaryVlanId);
    default:
      return { mode: 'untagged' };
  }
}

/** The one name of a network on every tab: `<switch>`, `<switch> VLAN <id>` or `<switch> Trunk`. */
export function networkName(switchName: string, vlan: Vlan): string {
  switch (vlan.mode) {
    case 'untagged':
      return switchName;
    case 'access':
      return `${switchName} VLAN ${vlan.id}`;
    case 'trunk':
      return `${switchName} Trunk`;
  }
}
