import { plain } from '../../inventory/account-names.ts';

/** The secrets that hold one account. */
export interface SecretNames {
  readonly user: string;
  readonly password: string;
  /** Client certificate with its key, as PEM. */
  readonly certificate: string;
}

/** Longest name a vault takes. */
const longestName = 127;

/**
 * The secrets of an account by its name: `hyperv-user`, `hyperv-password` and `hyperv-certificate` for the default one,
 * with `-<name>` behind for any other, everything but letters and digits turned into a hyphen, for a vault takes no
 * other. Undefined where the name is too long for one.
 */
export function secretNames(account: string): SecretNames | undefined {
  const suffix = account === '' ? '' : `-${plain(account)}`;
  const names = {
    user: `hyperv-user${suffix}`,
    password: `hyperv-password${suffix}`,
    certificate: `hyperv-certificate${suffix}`,
  };
  return Object.values(names).some((name) => name.length > longestName) ? undefined : names;
}
