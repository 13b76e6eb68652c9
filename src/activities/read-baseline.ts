import { advised, type HostError, hostError } from '../inventory/host-error.ts';
import type { Baseline } from '../inventory/host-record.ts';
import { failure, type Result, success } from '../result.ts';
import type { WinrmSession } from '../winrm/winrm-session.ts';
import { listComputerSystems, virtualization } from './computer-systems.ts';

/**
 * The host's own list of VMs. An empty list is believed only with a proof that Hyper-V answers this account: the host
 * row, or an instance of Msvm_VirtualSystemManagementService; else it is `noHyperVRights`.
 * @param timeoutMs longest time for each read, in milliseconds
 */
export async function readBaseline(
  session: WinrmSession,
  { host, timeoutMs, now }: { readonly host: string; readonly timeoutMs: number; readonly now: Date },
): Promise<Result<Baseline, HostError>> {
  const list = await listComputerSystems(session, timeoutMs);
  if (!list.ok) return failure(advised(list.error));
  const { host: hostRow, vms } = list.value;
  if (!hostRow && vms.length === 0) {
    const proof = await session.enumerate({
      namespace: virtualization,
      className: 'Msvm_VirtualSystemManagementService',
      timeoutMs,
    });
    if (!proof.ok) return failure(advised(proof.error));
    if (proof.value.length === 0) return failure(hostError('noHyperVRights', host));
  }
  return success({
    at: now.toISOString(),
    vms: vms.map(({ name, elementName, enabledState }) => ({
      id: name.toLowerCase(),
      name: elementName,
      state: enabledState,
    })),
  });
}
