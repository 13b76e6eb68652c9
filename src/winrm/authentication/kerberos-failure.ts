/** What a GSS library's text means; libraries give no stable codes, so the text itself always stays in the detail. */
import { type WinrmError, type WinrmErrorCode, winrmError } from '../winrm-error.ts';

interface Meaning {
  readonly pattern: RegExp;
  readonly code: WinrmErrorCode;
  /** Ends the sentence "<host>: …". */
  readonly sentence: (service: string) => string;
}

/** MIT krb5's and SSPI's texts; the first that fits counts. */
const meanings: readonly Meaning[] = [
  {
    pattern: /cannot (?:contact any|find|resolve).* KDC|KDC .*unreachable|no authority could be contacted/i,
    code: 'kdcUnreachable',
    sentence: () => 'no domain controller (KDC) answered this machine.',
  },
  {
    pattern: /preauthentication failed|password|logon attempt failed|credentials have been revoked|locked/i,
    code: 'logonRefused',
    sentence: () => 'the domain refused the account: wrong password, a stale keytab, or the account is locked.',
  },
  {
    pattern: /client .*not found in kerberos database/i,
    code: 'kerberosFailed',
    sentence: () => 'the domain does not know the account.',
  },
  {
    pattern: /not found in kerberos database|specified target is unknown|server .*unknown/i,
    code: 'kerberosFailed',
    sentence: (service) =>
      `the domain knows no service ${service}; write the host as "setspn -L" on it says, not as an address.`,
  },
  {
    pattern: /clock skew|skewed|time difference|ticket not yet valid/i,
    code: 'kerberosFailed',
    sentence: () => 'the clocks of this machine, the host and the domain differ by more than five minutes.',
  },
  {
    pattern: /expired/i,
    code: 'kerberosFailed',
    sentence: () => 'the ticket of this machine has expired; get a new one (kinit).',
  },
  {
    pattern: /no kerberos credentials|no credentials|credentials cache/i,
    code: 'kerberosFailed',
    sentence: () => 'this machine holds no Kerberos ticket for the account; get one (kinit), and see klist.',
  },
];

/**
 * The error of a failed step. A text that is not understood counts as a refused logon where a password was used: it
 * may have been wrong, and asking the next host with it could lock the account out.
 */
export function kerberosFailure(
  host: string,
  { text, service, passwordUsed }: { readonly text: string; readonly service: string; readonly passwordUsed: boolean },
): WinrmError {
  const meaning = meanings.find(({ pattern }) => pattern.test(text));
  if (meaning !== undefined) return winrmError(meaning.code, host, `${host}: ${meaning.sentence(service)}`, text);
  return winrmError(passwordUsed ? 'logonRefused' : 'kerberosFailed', host, undefined, text);
}
