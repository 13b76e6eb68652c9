/**
 * The grammar of `InstanceID` in setting data: `Microsoft:<config GUID>[\<device>…]`, where the config GUID is that of
 * a VM, a checkpoint, a planned VM or (on ports of the host) a switch. Case is not kept by Hyper-V: all is lower-case
 * here.
 */
export type SettingsKey =
  | { readonly kind: 'settings'; readonly configId: string; readonly device: string }
  /** `Microsoft:GuestNetwork\<VM GUID>\<device>`: what a guest reports of an adapter. */
  | { readonly kind: 'guestNetwork'; readonly configId: string; readonly device: string }
  /** `Microsoft:Definition\…`: a default, minimum, maximum or increment of a pool; belongs to nobody. */
  | { readonly kind: 'template' }
  | { readonly kind: 'unknown' };

const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const guidPattern = new RegExp(`^\\{?(${guid})\\}?$`);
const keyPattern = new RegExp(`^microsoft:(guestnetwork\\\\)?(${guid})(?:\\\\(.+))?$`);

/** A GUID in lower case without braces; undefined for any other text. */
export function guidOf(text: string | null | undefined): string | undefined {
  return guidPattern.exec(text?.trim().toLowerCase() ?? '')?.[1];
}

/** An InstanceID in the form in which two of them may be compared. */
export const comparable = (instanceId: string | null): string => instanceId?.toLowerCase() ?? '';

/** Takes an InstanceID apart; `device` is what follows the config GUID, `''` for the settings of the VM itself. */
export function parseInstanceId(instanceId: string | null): SettingsKey {
  const text = comparable(instanceId);
  if (text.startsWith('microsoft:definition\\')) return { kind: 'template' };
  const [, guestNetwork, configId, device = ''] = keyPattern.exec(text) ?? [];
  if (configId === undefined) return { kind: 'unknown' };
  return { kind: guestNetwork ? 'guestNetwork' : 'settings', configId, device };
}
