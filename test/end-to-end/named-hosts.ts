import { afterEach } from 'vitest';
import type { RunningFleet, RunningHost } from '../../src/simulator/server/running-fleet.ts';
import { type ConnectProxy, connectProxy } from '../winrm/connect-proxy.ts';
import { accountSettings } from './exporter.ts';

const proxies: ConnectProxy[] = [];
afterEach(async () => {
  for (const { close } of proxies.splice(0)) await close();
});

/** The settings of a machine that finds the fleet's hosts under their names, and under others that stand for them. */
export async function namingSettings(
  fleet: RunningFleet,
  others: Readonly<Record<string, RunningHost | undefined>> = {},
): Promise<Readonly<Record<string, string>>> {
  const portOf = ({ host, url }: RunningHost): number | undefined =>
    host.personality === 'dead' ? undefined : Number(url.split(':').at(-1));
  const ports = new Map([
    ...fleet.hosts.flatMap((running) => [
      [running.host.fqdn, portOf(running)] as const,
      [running.host.name.toLowerCase(), portOf(running)] as const,
    ]),
    ...Object.entries(others).map(([name, running]) => [name, running && portOf(running)] as const),
  ]);
  const proxy = await connectProxy(({ authority }) => {
    const port = ports.get(authority.replace(/:\d+$/, '').toLowerCase());
    return port === undefined ? { raw: 'HTTP/1.1 504 Nobody there\r\n\r\n' } : { port };
  });
  proxies.push(proxy);
  return { ...accountSettings, HYPERV_PROXY: `http://127.0.0.1:${proxy.proxy.port}` };
}
