import { isIP } from 'node:net';
import type { Check } from '../check.ts';
import { ending } from '../failures.ts';
import { ok, skipped } from '../finding.ts';
import { patientOf } from '../patient.ts';

/** Does the host's name have addresses, and which? */
export const nameResolution: Check = {
  name: 'name',
  title: 'Name',
  phase: 'reach',
  look: async (examination) => {
    const { host, probes, known, proxy } = examination;
    if (proxy !== undefined) return skipped(`the proxy ${proxy} resolves it`);
    const resolved = await probes.resolve();
    if (!resolved.ok) return ending(resolved.error, patientOf(examination));
    known.addresses = resolved.value;
    return ok(isIP(host.host) === 0 ? resolved.value.join(', ') : 'an address, no name to resolve');
  },
};
