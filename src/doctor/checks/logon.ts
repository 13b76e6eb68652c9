import { endsConversation } from '../../winrm/winrm-error.ts';
import type { Check, Examination } from '../check.ts';
import { ending } from '../failures.ts';
import { ok } from '../finding.ts';
import { patientOf } from '../patient.ts';

/** Does the host let the account in? Asked with the read that the next step is about; one attempt only. */
export const logon: Check = {
  name: 'logon',
  title: 'Logon',
  phase: 'logon',
  look: async (examination) => {
    const { session, probes, known, waits, now, user } = examination;
    const offered = await probes.offers();
    const offers = offered.ok && offered.value.length > 0 ? `; the host offers ${offered.value.join(', ')}` : '';
    const startedAt = now().getTime();
    const read = await session.enumerate({
      namespace: 'root/cimv2',
      className: 'Win32_OperatingSystem',
      timeoutMs: waits.preflightMs,
    });
    if (!read.ok) {
      const { error } = read;
      const told = error.detail?.includes('offers') ? '' : offers.slice(2);
      const detail = [error.detail, told].filter((text) => text !== undefined && text !== '').join('; ');
      // A host that takes the connection and stays silent has let nobody in.
      if (endsConversation(error) || ['operationTimedOut', 'protocolViolation'].includes(error.code)) {
        return ending({ ...error, detail }, patientOf(examination));
      }
      known.operatingSystem = error;
    } else {
      known.operatingSystem = read.value[0];
      known.readAt = (startedAt + now().getTime()) / 2;
      const build = read.value[0]?.properties.BuildNumber?.[0];
      known.build = build?.kind === 'text' && /^\d{1,6}$/.test(build.text) ? Number(build.text) : undefined;
    }
    return ok(`${user} by ${used(examination)}${offers}`);
  },
};

function used({ authentication, channelBinding, host }: Examination): string {
  if (authentication !== 'ntlm') return `${authentication}${host.scheme === 'http' ? ', in the clear' : ' inside TLS'}`;
  if (host.scheme === 'http') return 'NTLM, messages sealed';
  return channelBinding === 'off'
    ? 'NTLM inside TLS, without channel binding'
    : 'NTLM inside TLS, bound to its certificate';
}
