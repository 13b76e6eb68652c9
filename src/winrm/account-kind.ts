/**
 * True where an account can only be one of the host itself: without a domain, with `.`, or with the host's own name.
 * UAC treats such accounts otherwise than those of a domain.
 */
export function isLocalAccount(user: string, computerName: string | undefined): boolean {
  const backslash = user.indexOf('\\');
  if (backslash < 0) return !user.includes('@');
  const domain = user.slice(0, backslash).toLowerCase();
  return domain === '.' || domain === computerName?.toLowerCase();
}
