/**
 * One name for the user behind an account, however it is spelt: `CONTOSO\reader`, `reader@contoso.com` and
 * `contoso\READER` are one user to the lock-out policy of the domain. An account without a domain, or with `.`, is
 * taken for the same one on every host. Two domains whose names begin alike are taken for one: then the guard is
 * stricter than it need be.
 */
export function userOf(account: string): string {
  const name = account.trim().toLowerCase();
  const backslash = name.indexOf('\\');
  const at = name.lastIndexOf('@');
  const [domain, user] =
    backslash >= 0
      ? [name.slice(0, backslash), name.slice(backslash + 1)]
      : at >= 0
        ? [name.slice(at + 1), name.slice(0, at)]
        : ['', name];
  const first = domain.split('.')[0] ?? '';
  return first === '' ? user : `${first}\\${user}`;
}
