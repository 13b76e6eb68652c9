import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type ConnectProxy, type ConnectRequest, connectProxy, type ProxyReply } from '../winrm/connect-proxy.ts';
import {
  accountSettings,
  exporter,
  hostList,
  reportIn,
  runningFleet,
  shortWaits,
  temporaryFolder,
} from './exporter.ts';

let proxy: ConnectProxy;
afterEach(() => proxy.close());

const password = 'pr0xy-p4ss:w/ord';
const userInfo = `keeper:${encodeURIComponent(password)}`;
const tunnel = ({ authority }: ConnectRequest): ProxyReply => ({ port: Number(authority.split(':').at(-1)) });
const settings = (account = '') => ({
  ...accountSettings,
  HYPERV_PROXY: `http://${account}127.0.0.1:${proxy.proxy.port}`,
});

it('a whole run goes through the proxy, one tunnel for each session', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({
    hosts: 3,
    seed: 5,
    vms: 3,
    personalities: ['healthy', 'healthy', 'intermittent'],
  });
  proxy = await connectProxy(tunnel);

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], {
    workingFolder: folder,
    environment: settings(),
  });

  expect(code).toBe(0);
  expect((await reportIn(folder)).totals).toMatchObject({ hosts: 3, inventory_ok: 3 });
  const connections = fleet.hosts.reduce((sum, { counters }) => sum + counters.connections, 0);
  expect(proxy.requests).toHaveLength(connections);
});

it('a proxy that refuses one host costs only that host, and says so', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 3, seed: 5, vms: 2, personalities: [] });
  const refused = fleet.hosts[1]?.url.replace('http://', '');
  proxy = await connectProxy((asked) =>
    asked.authority === refused ? { raw: 'HTTP/1.1 403 Not on the list\r\n\r\n' } : tunnel(asked),
  );

  const { code } = await exporter(['--hosts', hostList(fleet), ...shortWaits], {
    workingFolder: folder,
    environment: settings(),
  });

  expect(code).toBe(3);
  const { hosts } = await reportIn(folder);
  expect(hosts.map(({ final_status }) => final_status)).toEqual(['Inventory OK', 'Inventory Error', 'Inventory OK']);
  expect(hosts[1]?.error).toMatchObject({ code: 'proxyRefusedHost', detail: 'HTTP 403 Not on the list' });
});

it('a proxy that refuses its account is asked once, and its password is in no file and on no screen', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 4, seed: 5, vms: 2, personalities: [] });
  proxy = await connectProxy(() => ({ raw: 'HTTP/1.1 407 Wrong\r\nProxy-Authenticate: Basic realm="p"\r\n\r\n' }));

  const { code, stdout, stderr } = await exporter(['--hosts', hostList(fleet), '--verbose', ...shortWaits], {
    workingFolder: folder,
    environment: settings(`${userInfo}@`),
  });

  expect(code).toBe(3);
  expect(proxy.requests).toHaveLength(1);
  const { hosts } = await reportIn(folder);
  expect(hosts.map(({ error }) => error?.code)).toEqual(Array(4).fill('proxyAuthenticationRequired'));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile() && !/\.(xlsx|gz)$/.test(entry.name));
  const texts = await Promise.all(paths.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
  const basic = Buffer.from(`keeper:${password}`).toString('base64');
  for (const text of [...texts, stdout, stderr]) {
    for (const form of [password, encodeURIComponent(password), basic]) expect(text).not.toContain(form);
  }
});

it('a proxy setting that is no proxy ends the program before anything is asked, without telling the password', async () => {
  proxy = await connectProxy(tunnel);
  const { code, stderr } = await exporter(['--hosts', 'hv01'], {
    workingFolder: await temporaryFolder(),
    environment: { ...accountSettings, HYPERV_PROXY: `${userInfo}@proxy:3128` },
  });
  expect(code).toBe(2);
  expect(stderr).toContain('HYPERV_PROXY must be http://');
  expect(stderr).not.toContain('pr0xy');
});
