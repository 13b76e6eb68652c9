import { endsConversation } from '../../winrm/winrm-error.ts';
import type { Check } from '../check.ts';
import { ending, saidBy } from '../failures.ts';
import { ok } from '../finding.ts';
import { patientOf } from '../patient.ts';

/** Is it a WS-Management listener that answers? Asked without the account. */
export const listener: Check = {
  name: 'listener',
  title: 'WinRM',
  phase: 'reach',
  look: async (examination) => {
    const answer = await examination.session.identify();
    if (answer.ok) {
      const { productVendor, productVersion } = answer.value;
      return ok([productVendor, productVersion].filter((text) => text !== '').join(', ') || 'answers');
    }
    const { error } = answer;
    // Some hosts answer nobody without a logon; the next step tells.
    if (error.code === 'authenticationNotOffered') return ok('answers, but not without a logon');
    const silent = endsConversation(error) || error.code === 'protocolViolation' || error.code === 'operationTimedOut';
    if (silent) return ending(error, patientOf(examination));
    return { status: 'warning', code: error.code, seen: saidBy(error) };
  },
};
