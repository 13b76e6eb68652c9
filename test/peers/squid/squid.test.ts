import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { startProgram, until } from '../../end-to-end/child-program.ts';
import {
  account,
  accountSettings,
  caFileOf,
  exporter,
  hostList,
  reportIn,
  runningFleet,
  shortWaits,
  temporaryFolder,
} from '../../end-to-end/exporter.ts';
import { parseShipped, type RunningSquid, runSquid, type Site, squidIsThere } from './running-squid.ts';

if (!squidIsThere) console.warn('The tests against squid are skipped: it is not installed (package squid)');

test.runIf(process.env.CI === 'true')('squid is there wherever continuous integration runs', () => {
  expect(squidIsThere).toBe(true);
});

const proxyAccount = { user: 'keeper', password: 'pr0xy-s3cret:of+squid' };
const portsOf = (fleet: { readonly hosts: readonly { readonly url: string }[] }) =>
  fleet.hosts.map(({ url }) => Number(new URL(url).port));

describe.skipIf(!squidIsThere)('through the shipped squid.conf', () => {
  const running: RunningSquid[] = [];
  afterEach(async () => {
    for (const squid of running.splice(0)) await squid.close();
  });
  const squidFor = async (site: Site): Promise<RunningSquid> => {
    const squid = await runSquid(site);
    running.push(squid);
    return squid;
  };
  const settingsOf = (squid: RunningSquid, userInfo = '') => ({
    ...accountSettings,
    HYPERV_PROXY: `http://${userInfo}127.0.0.1:${squid.port}`,
  });

  test('squid has nothing to say against the configuration as it is shipped', () => {
    const { status, said } = parseShipped();
    expect(status).toBe(0);
    expect(said).not.toMatch(/warning|error/i);
  });

  test('hosts over http and https are inventoried, and whatever else is asked for is refused', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({
      hosts: 4,
      seed: 5,
      vms: 3,
      personalities: ['healthy', 'https', 'healthy', 'dead'],
    });
    const [http = 0, https = 0, otherPort = 0, dead = 0] = portsOf(fleet);
    const squid = await squidFor({ ports: [http, https, dead] });
    const hosts = [
      `localhost:${http}`,
      fleet.hosts[1]?.given,
      `127.0.0.1:${otherPort}`,
      `127.0.0.2:${http}`,
      `127.0.0.3:${http}`,
      `127.0.0.1:${dead}`,
      `no-such-host.invalid:${http}`,
    ];

    const { code, stdout, stderr } = await exporter(
      ['--hosts', hosts.join(','), '--ca-file', await caFileOf(fleet, folder), '--allow-partial-ok', ...shortWaits],
      { workingFolder: folder, environment: settingsOf(squid) },
    );

    expect(code).toBe(3);
    const report = await reportIn(folder);
    expect(report.hosts.map(({ given, final_status, error }) => [given, error?.code ?? final_status])).toEqual([
      [hosts[0], 'Inventory OK'],
      [hosts[1], 'Inventory OK'],
      [hosts[2], 'proxyRefusedHost'],
      [hosts[3], 'proxyRefusedHost'],
      [hosts[4], 'proxyRefusedHost'],
      [hosts[5], 'proxyFoundNoHost'],
      [hosts[6], 'proxyFoundNoHost'],
    ]);
    const log = squid.log();
    expect(log).toContainEqual(
      expect.stringMatching(
        new RegExp(String.raw`^\d{4}-\d\d-\d\dT\S+Z 127\.0\.0\.1 - TCP_TUNNEL/200 localhost:${http} \d+ \d+$`),
      ),
    );
    for (const entry of [
      `TCP_DENIED/403 127.0.0.2:${http} `,
      `TCP_DENIED/503 no-such-host.invalid:${http} `,
      `NONE_NONE/503 127.0.0.1:${dead} `,
    ]) {
      expect(log).toContainEqual(expect.stringContaining(entry));
    }
    expect(`${log.join('\n')}${stdout}${stderr}`).not.toContain(account.password);
  });

  /** Asks squid by hand; the answer's status. */
  async function ask(squid: RunningSquid, how: { method: string; path: string; localAddress?: string }) {
    const asked = request({ host: '127.0.0.1', port: squid.port, agent: false, ...how }).end();
    const answered = once(asked, how.method === 'CONNECT' ? 'connect' : 'response');
    const [answer] = (await answered) as [IncomingMessage];
    asked.destroy();
    return answer.statusCode;
  }

  test('only CONNECT from a named address opens a tunnel; pages and the cache manager are for nobody', async () => {
    const fleet = await runningFleet({ hosts: 1, seed: 5, vms: 1, personalities: [] });
    const [port = 0] = portsOf(fleet);
    const squid = await squidFor({ ports: [port] });
    const path = `127.0.0.1:${port}`;

    expect(await ask(squid, { method: 'CONNECT', path })).toBe(200);
    expect(await ask(squid, { method: 'CONNECT', path, localAddress: '127.0.0.5' })).toBe(403);
    expect(await ask(squid, { method: 'POST', path: `http://${path}/wsman?token=s3cret` })).toBe(403);
    expect(await ask(squid, { method: 'GET', path: `http://127.0.0.1:${squid.port}/squid-internal-mgr/menu` })).toBe(
      403,
    );
    expect(await ask(squid, { method: 'GET', path: 'cache_object://127.0.0.1/info' })).toBe(403);
    // Neither did a host see the one, nor does the log tell what stood in its address.
    expect(fleet.hosts[0]?.counters.requests).toBe(0);
    expect(squid.log().join('\n')).not.toContain('s3cret');
  });

  test('with a password: the right one is let in, another or none is not, and no other address is even asked for one', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 2, personalities: [] });
    const ports = portsOf(fleet);
    const squid = await squidFor({ ports, account: proxyAccount });
    const errorsWith = async (userInfo: string) => {
      await exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], {
        workingFolder: folder,
        environment: settingsOf(squid, userInfo),
      });
      return (await reportIn(folder)).hosts.map(({ error }) => error?.code);
    };
    const { user, password } = proxyAccount;

    expect(await errorsWith(`${user}:${encodeURIComponent(password)}@`)).toEqual([undefined, undefined]);
    expect(await errorsWith(`${user}:wrong@`)).toEqual(Array(2).fill('proxyAuthenticationRequired'));
    expect(await errorsWith('')).toEqual(Array(2).fill('proxyAuthenticationRequired'));

    const path = `127.0.0.1:${ports[0]}`;
    expect(await ask(squid, { method: 'CONNECT', path, localAddress: '127.0.0.5' })).toBe(403);
    expect(await ask(squid, { method: 'CONNECT', path: `127.0.0.2:${ports[0]}` })).toBe(407);
    const log = squid.log().join('\n');
    expect(log).toContain(` ${user} TCP_TUNNEL/200 `);
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    for (const secret of [password, encodeURIComponent(password), basic, 'wrong']) expect(log).not.toContain(secret);
  });

  test('a proxy that is stopped in the middle costs the hosts under way, and the retry makes the fleet whole', async () => {
    const folder = await temporaryFolder();
    const fleet = await runningFleet({ hosts: 6, seed: 5, vms: 3, personalities: [], factCostMs: 25 });
    const squid = await squidFor({ ports: portsOf(fleet) });
    const options = ['--allow-partial-ok', '--concurrency', '2', ...shortWaits];
    const surroundings = { workingFolder: folder, environment: settingsOf(squid) };
    const program = startProgram(['--hosts', hostList(fleet), ...options], surroundings);
    await until(() => fleet.hosts.filter(({ counters }) => counters.shellsOpened > 0).length > 3);

    await squid.stop();

    expect(await program.ended).toBe(3);
    const report = await reportIn(folder);
    expect(report.hosts.map(({ given }) => given)).toEqual(fleet.hosts.map(({ given }) => given));
    expect(report.totals.inventory_ok).toBeGreaterThan(0);
    const codes = report.hosts.flatMap(({ error }) => error?.code ?? []);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => code !== 'proxyUnreachable' && code !== 'connectionLost')).toEqual([]);

    await squid.start();
    const retried = await exporter(['--retry-of', report.run_id, ...options], surroundings);

    expect(retried.code).toBe(0);
    expect((await reportIn(folder)).totals).toMatchObject({ hosts: 6, inventory_ok: 6 });
  });
});
