import { userOf } from '../inventory/account-user.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { Services } from '../services.ts';
import { accountName } from '../winrm/account-name.ts';

/** The user behind each credential name of these hosts; the default one under the empty name. */
export function usersOf(
  hosts: readonly HostEntry[],
  credential: Services['credential'],
): Readonly<Record<string, string>> {
  const names = [...new Set(hosts.map((host) => host.credential))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const account = credential(name);
      return account === undefined ? [] : [[name ?? '', userOf(accountName(account))]];
    }),
  );
}
