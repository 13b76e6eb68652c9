import { listComputerSystems } from '../../activities/computer-systems.ts';
import { explainEmptyList } from '../../activities/preflight-host.ts';
import { hostError } from '../../inventory/host-error.ts';
import { endsConversation } from '../../winrm/winrm-error.ts';
import type { Check } from '../check.ts';
import { ending, fatal } from '../failures.ts';
import { ok } from '../finding.ts';
import { patientOf } from '../patient.ts';

/** Does Hyper-V show itself to the account? Without rights, and while vmms is stopped, its lists are empty. */
export const hyperV: Check = {
  name: 'hyperV',
  title: 'Hyper-V',
  phase: 'rights',
  look: async (examination) => {
    const { session, host, waits, known } = examination;
    const patient = patientOf(examination);
    const list = await listComputerSystems(session, waits.preflightMs);
    if (!list.ok) {
      if (endsConversation(list.error)) return ending(list.error, patient);
      const notHyperV = list.error.code === 'resourceNotFound';
      return fatal(notHyperV ? hostError('notHyperV', host.host) : list.error, patient);
    }
    const { vms } = list.value;
    if (list.value.host !== undefined || vms.length > 0) {
      known.vms = vms.length;
      const running = vms.filter(({ enabledState }) => enabledState === 2).length;
      return ok(
        vms.length === 0
          ? 'the account sees it; it has no VMs'
          : `${vms.length} ${vms.length === 1 ? 'VM' : 'VMs'}, ${running} running`,
      );
    }
    const deadline = performance.now() + waits.preflightMs;
    const remainingMs = (): number => Math.max(1_000, deadline - performance.now());
    const { error } = await explainEmptyList(session, { host: host.host, remainingMs });
    if (error !== undefined) return fatal(error, patient);
    known.vms = 0;
    return ok('the account sees it; it has no VMs');
  },
};
