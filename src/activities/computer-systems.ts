import type { Result } from '../result.ts';
import { success } from '../result.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import type { CimWireInstance, WinrmSession } from '../winrm/winrm-session.ts';

export const virtualization = 'root/virtualization/v2';
export const cimv2 = 'root/cimv2';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A row of Msvm_ComputerSystem. */
export interface ComputerSystem {
  /** The VM's GUID as Hyper-V has it; of the host row the computer name, which may be cut at 15 characters. */
  readonly name: string;
  readonly elementName: string;
  /** 0 (unknown) where the host told none. */
  readonly enabledState: number;
}

export interface ComputerSystems {
  /** Undefined where the list has none: such a list proves nothing. */
  readonly host: ComputerSystem | undefined;
  readonly vms: readonly ComputerSystem[];
}

/**
 * Hyper-V's own list of the host and its VMs. The host row is told by a Name that is no GUID: captions are localised.
 * @param timeoutMs longest time for the list, in milliseconds
 */
export async function listComputerSystems(
  session: WinrmSession,
  timeoutMs: number,
): Promise<Result<ComputerSystems, WinrmError>> {
  const request = { namespace: virtualization, className: 'Msvm_ComputerSystem', timeoutMs };
  const listed = await session.enumerate({ ...request, properties: ['Name', 'ElementName', 'EnabledState'] });
  // A missing namespace may look like a bad query; asked by class alone, the host tells which it is.
  const answer = !listed.ok && listed.error.code === 'invalidQuery' ? await session.enumerate(request) : listed;
  if (!answer.ok) return answer;
  const systems = answer.value.map(toComputerSystem).filter(({ name }) => name !== '');
  return success({
    host: systems.find(({ name }) => !guid.test(name)),
    vms: systems.filter(({ name }) => guid.test(name)),
  });
}

/** The first value of a property as text; null where the host told none. */
export function textOf(instance: CimWireInstance | undefined, property: string): string | null {
  const value = instance?.properties[property]?.[0];
  return value?.kind === 'text' ? value.text : null;
}

function toComputerSystem(instance: CimWireInstance): ComputerSystem {
  return {
    name: textOf(instance, 'Name') ?? '',
    elementName: textOf(instance, 'ElementName') ?? '',
    enabledState: Number(textOf(instance, 'EnabledState') ?? 0),
  };
}
