import { endsConversation } from '../../winrm/winrm-error.ts';
import type { Check } from '../check.ts';
import { costsOf } from '../costs.ts';
import { ending, saidBy } from '../failures.ts';
import { ok, skipped } from '../finding.ts';
import { mendingOf } from '../mending.ts';
import { patientOf } from '../patient.ts';

const className = 'Msvm_VirtualSystemSettingData';

/** Are the settings of the listed VMs there too? Every tab is joined through them. */
export const vmSettings: Check = {
  name: 'vmSettings',
  title: 'VM settings',
  phase: 'rights',
  look: async (examination) => {
    const { session, waits, known } = examination;
    if (known.vms === undefined) return skipped('Hyper-V did not show its VMs');
    if (known.vms === 0) return skipped('there are no VMs to have settings');
    const read = await session.enumerate({
      namespace: 'root/virtualization/v2',
      className,
      properties: ['InstanceID', 'VirtualSystemType'],
      timeoutMs: waits.preflightMs,
    });
    const costs = costsOf(['virtualSystems']);
    if (!read.ok) {
      if (endsConversation(read.error)) return ending(read.error, patientOf(examination));
      return {
        status: 'failed',
        code: read.error.code,
        seen: saidBy(read.error),
        costs,
        mending: mendingOf(read.error, patientOf(examination)),
      };
    }
    const { length } = read.value;
    if (length >= known.vms) return ok(`${length} settings of VMs and checkpoints`);
    return { status: 'failed', code: 'emptyAnswer', seen: `${known.vms} VMs, but only ${length} ${className}`, costs };
  },
};
