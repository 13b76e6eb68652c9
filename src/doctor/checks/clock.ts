import { canonicalDatetime, isMismatch } from '../../facts/cim-values.ts';
import type { Check } from '../check.ts';
import { ok, skipped } from '../finding.ts';

/** Kerberos gives up at five minutes; what the workbook says of times is wrong by as much. */
const mostApartMs = 5 * 60_000;

/** How far is the host's clock from ours? */
export const clock: Check = {
  name: 'clock',
  title: 'Clock',
  phase: 'rights',
  look: async ({ known: { operatingSystem, readAt } }) => {
    const value =
      operatingSystem !== undefined && 'properties' in operatingSystem
        ? operatingSystem.properties.LocalDateTime?.[0]
        : undefined;
    if (readAt === undefined || (value?.kind !== 'datetime' && value?.kind !== 'text'))
      return skipped('the host did not tell its time');
    const canonical = canonicalDatetime(value.text);
    if (isMismatch(canonical)) return skipped('the host did not tell its time');
    const apartMs = new Date(canonical).getTime() - readAt;
    const seen = `${Math.round(Math.abs(apartMs) / 1000)} s ${apartMs < 0 ? 'behind' : 'ahead of'} this machine`;
    if (Math.abs(apartMs) <= mostApartMs) return ok(seen);
    return {
      status: 'warning',
      code: 'clockApart',
      seen,
      mending: {
        where: 'host',
        what: 'Set the clock of the host, or of this machine, right. Over five minutes Kerberos fails, and dates are wrong.',
        commands: ['w32tm /query /status', 'w32tm /resync'],
      },
    };
  },
};
