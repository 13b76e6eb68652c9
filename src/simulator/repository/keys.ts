import type { Values } from '../cim-classes.ts';
import type { Language } from '../languages.ts';

/** How Hyper-V names its objects, and the values that all its setting data share. */

export const virtualization = 'root/virtualization/v2';

/** `Microsoft:<GUID>[\<segment>…]`. */
export const instanceId = (...segments: readonly string[]): string => `Microsoft:${segments.join('\\')}`;

/** An object path as it stands in string properties: backslashes and quotes of a key are escaped. */
export function objectPath(host: string, className: string, keys: Readonly<Record<string, string>>): string {
  const escaped = Object.entries(keys).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, (character) => `\\${character}`)}"`,
  );
  return `\\\\${host}\\root\\virtualization\\v2:${className}.${escaped.join(',')}`;
}

export interface Allocation {
  readonly instanceId: string;
  readonly name: string;
  readonly resourceType: number;
  readonly resourceSubType: string;
}

/** What every resource allocation has; a device adds its own. */
export const allocationValues = ({ instanceId: id, name, resourceType, resourceSubType }: Allocation): Values => ({
  InstanceID: id,
  Caption: name,
  Description: name,
  ElementName: name,
  ResourceType: resourceType,
  ResourceSubType: resourceSubType,
  PoolID: '',
  ConsumerVisibility: 3,
  AllocationUnits: 'count',
  VirtualQuantity: '1',
  VirtualQuantityUnits: 'count',
  Reservation: '1',
  Limit: '1',
  Weight: 0,
  AutomaticAllocation: true,
  AutomaticDeallocation: true,
});

/**
 * The four templates of a resource pool, which real hosts list among the settings. Most of their properties are null.
 * `TargetVtl` and the like come with the class where the OS has them.
 */
export function templatesOf(
  language: Language,
  poolId: string,
  resourceType: number,
  resourceSubType: string,
  more: Values = {},
): Values[] {
  return (['Default', 'Minimum', 'Maximum', 'Increment'] as const).map((kind) => ({
    InstanceID: `Microsoft:Definition\\${poolId}\\${kind}`,
    Caption: language.settingsOf[kind],
    Description: language.settingsOf[kind],
    ResourceType: resourceType,
    ResourceSubType: resourceSubType,
    PoolID: '',
    ConsumerVisibility: 2,
    AllocationUnits: 'count',
    VirtualQuantity: '1',
    VirtualQuantityUnits: 'count',
    Reservation: '0',
    Limit: '1',
    Weight: 0,
    AutomaticAllocation: true,
    AutomaticDeallocation: true,
    ...more,
  }));
}
