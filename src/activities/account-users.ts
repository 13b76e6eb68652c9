import { userOf } from '../inventory/account-user.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import type { Services } from '../services.ts';
import { accountName } from '../winrm/account-name.ts';

/** The user behind each account that these hosts are asked with, by account name; of those that there are. */
export async function usersOf(
  hosts: readonly HostEntry[],
  { authentication }: Pick<RunOptions, 'authentication'>,
  { accounts }: Pick<Services, 'accounts'>,
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(hosts.map((host) => accounts.find({ host, authentication })));
  return Object.fromEntries(
    found.flatMap((account) =>
      account.ok ? [[account.value.name, userOf(accountName(account.value.credential))] as const] : [],
    ),
  );
}
