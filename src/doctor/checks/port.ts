import type { WinrmError } from '../../winrm/winrm-error.ts';
import type { Check } from '../check.ts';
import { ending } from '../failures.ts';
import { ok, skipped } from '../finding.ts';
import { mendingOf } from '../mending.ts';
import { patientOf } from '../patient.ts';

/** Does the WinRM port answer at every address? One that does not costs time at every connection. */
export const port: Check = {
  name: 'port',
  title: 'Port',
  phase: 'reach',
  look: async (examination) => {
    const { host, probes, known, proxy } = examination;
    if (proxy !== undefined) return skipped(`reached through the proxy ${proxy}`);
    const knocks = await Promise.all(
      (known.addresses ?? []).map(async (address) => ({ address, answer: await probes.knock(address) })),
    );
    const open = knocks.flatMap(({ address, answer }) => (answer.ok ? [{ address, ms: answer.value }] : []));
    const shut = knocks.flatMap(({ address, answer }) => (answer.ok ? [] : [{ address, error: answer.error }]));
    const seen = [
      ...open.map(({ address, ms }) => `${address} port ${host.port} answers in ${Math.ceil(ms)} ms`),
      ...shut.map(({ address, error }) => `${address} port ${host.port}: ${error.code}`),
    ].join('; ');
    const [first] = shut;
    if (first === undefined) return ok(seen);
    if (open.length === 0)
      return ending(
        {
          ...worst(
            shut.map(({ error }) => error),
            first.error,
          ),
          message: seen,
        },
        patientOf(examination),
      );
    known.addresses = open.map(({ address }) => address);
    return {
      status: 'warning',
      code: first.error.code,
      seen,
      mending: {
        ...mendingOf(first.error, patientOf(examination)),
        what: 'Not every address answers, which costs seconds at every connection: open the port there, or take the address out of the DNS.',
      },
    };
  },
};

/** Where nothing answers, one that refuses tells more than one that is silent. */
const worst = (errors: readonly WinrmError[], first: WinrmError): WinrmError =>
  errors.find(({ code }) => code === 'connectionRefused') ?? first;
