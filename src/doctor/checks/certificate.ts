import type { ShownCertificate } from '../../winrm/host-probes.ts';
import type { Check } from '../check.ts';
import { ending } from '../failures.ts';
import { ok, skipped } from '../finding.ts';
import { mendingOf } from '../mending.ts';
import { patientOf } from '../patient.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** A certificate that ends sooner is worth a warning, in days. */
const soonDays = 30;

/** Over https: is the host's certificate accepted, and for how long yet? */
export const certificate: Check = {
  name: 'certificate',
  title: 'TLS',
  phase: 'reach',
  look: async (examination) => {
    const { host, probes, known, proxy, authentication, now } = examination;
    if (host.scheme === 'http') {
      return skipped(
        authentication === 'basic' ? 'http: Basic sends all in the clear' : 'http: messages are sealed by the logon',
      );
    }
    const [address] = known.addresses ?? [];
    if (proxy !== undefined || address === undefined) return skipped('the proxy is in between; the next step tells');
    const patient = patientOf(examination);
    const looked = await probes.certificate(address);
    if (!looked.ok) return ending(looked.error, patient);
    const shown = looked.value;
    if (shown.objection !== undefined) {
      return ending(
        { ...shown.objection, message: `${shown.objection.detail ?? ''}; ${textOf(shown)}`, detail: undefined },
        patient,
      );
    }
    const left = Math.floor((shown.validTo.getTime() - now().getTime()) / dayMs);
    const seen = `${textOf(shown)}, ${left} days left`;
    if (left >= soonDays) return ok(seen);
    const mending = {
      ...mendingOf({ code: 'certificateExpired', advice: '' }, patient),
      what: `Renew the certificate: ${left} days are left.`,
    };
    return { status: 'warning', code: 'certificateExpiresSoon', seen, mending };
  },
};

const day = (date: Date): string => (Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10));

const textOf = ({ protocol, subject, issuer, names, validFrom, validTo, sha256 }: ShownCertificate): string =>
  [
    protocol,
    `certificate ${onOneLine(subject)}`,
    ...(names.length > 0 ? [`for ${names.slice(0, 5).join(' ')}${names.length > 5 ? ' …' : ''}`] : []),
    `issued by ${onOneLine(issuer)}`,
    `valid ${day(validFrom)} to ${day(validTo)}`,
    `SHA-256 ${sha256}`,
  ].join(', ');

const onOneLine = (name: string): string => name.replaceAll('\n', ', ');
