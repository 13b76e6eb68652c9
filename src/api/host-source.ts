import type { HostList } from '../inventory/host-list.ts';
import { failure, type Result } from '../result.ts';
import type { Services } from '../services.ts';
import { textOfBytes } from '../text-of-bytes.ts';
import { parseHostText } from './run-request.ts';

/** Name of the blob that holds the host list, in container `config`. */
const hostListName = 'hosts.txt';

/** The hosts of a run that names none: those of the setting, else of `hosts.txt` beside the runs. */
export async function standardHosts({
  defaults,
  config,
}: Pick<Services, 'defaults' | 'config'>): Promise<Result<HostList, readonly string[]>> {
  if (defaults.hosts !== undefined) return parseHostText(defaults.hosts, 'HYPERV_HOSTS');
  const content = await config?.read(hostListName);
  if (content) return parseHostText(textOfBytes(content), hostListName);
  return failure([
    `no hosts: name them in "hosts", in the setting HYPERV_HOSTS, or in the blob ${hostListName} of the container config`,
  ]);
}
