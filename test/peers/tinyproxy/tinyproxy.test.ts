import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFleet } from '../../../src/simulator/fleet.ts';
import { type RunningFleet, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import { type HttpProxy, proxyTunnels } from '../../../src/winrm/proxy-tunnel.ts';
import { openWinrmSession } from '../../../src/winrm/session.ts';
import type { WinrmTarget } from '../../../src/winrm/winrm-session.ts';
import { freePort, listens } from '../loopback-port.ts';

const there = spawnSync('tinyproxy', ['-v']).error === undefined;
if (!there) console.warn('The tests against tinyproxy are skipped: it is not installed (package tinyproxy)');

test.runIf(process.env.CI === 'true')('tinyproxy is there wherever continuous integration runs', () => {
  expect(there).toBe(true);
});

const account = { user: 'keeper', password: 'pr0xy-secret' };
const credential = { user: 'inventory', password: 'p4ss-w0rd' };

describe.skipIf(!there)('through tinyproxy', () => {
  let folder: string;
  let fleet: RunningFleet;
  let allowedPort: number;
  let otherPort: number;
  let shutPort: number;
  let open: HttpProxy;
  let locked: HttpProxy;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyproxy-'));
    fleet = await startFleet(buildFleet({ hosts: 2, vms: 2, seed: 3, personalities: [] }), { credential });
    [allowedPort = 0, otherPort = 0] = fleet.hosts.map(({ url }) => Number(new URL(url).port));
    shutPort = await freePort();
    open = await tinyproxy('open', '');
    locked = await tinyproxy('locked', `BasicAuth ${account.user} ${account.password}\n`);
  });

  afterAll(async () => {
    for (const proxy of running) proxy.kill();
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tinyproxy(name: string, more: string): Promise<HttpProxy> {
    const port = await freePort();
    const filter = join(folder, 'filter');
    writeFileSync(filter, '^127\\.0\\.0\\.2$\n');
    const configuration = join(folder, `${name}.conf`);
    writeFileSync(
      configuration,
      `Port ${port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nFilter "${filter}"\n` +
        `ConnectPort ${allowedPort}\nConnectPort ${shutPort}\n${more}`,
    );
    running.push(spawn('tinyproxy', ['-d', '-c', configuration], { stdio: 'ignore' }));
    while (!(await listens(port))) await sleep(20);
    return { scheme: 'http', host: '127.0.0.1', port };
  }

  async function ask(proxy: HttpProxy, target: Partial<WinrmTarget> = {}) {
    const session = openWinrmSession({
      target: { host: 'localhost', scheme: 'http', port: allowedPort, ...target },
      credential,
      authentication: 'ntlm',
      proxy: proxyTunnels(proxy),
      connectTimeoutMs: 60_000,
      operationTimeoutMs: 60_000,
    });
    const read = await session.enumerate({ namespace: 'root/cimv2', className: 'Win32_ComputerSystem' });
    await session.close();
    return { read, counters: session.counters };
  }

  test('a host is asked with sealed NTLM over one tunnel, and tinyproxy resolves its name', async () => {
    const { read, counters } = await ask(open);
    expect(read.ok && read.value).toHaveLength(1);
    expect(counters).toEqual({ requests: 3, connections: 1 });
  });

  test('the right account for tinyproxy is let in', async () => {
    expect((await ask({ ...locked, credential: account })).read.ok).toBe(true);
  });

  test.each([
    ['no account', undefined, 'HTTP 407'],
    ['a wrong password', { ...account, password: 'wrong' }, 'HTTP 401'],
  ])('%s is refused by tinyproxy', async (_case, given, detail) => {
    expect((await ask({ ...locked, credential: given })).read).toMatchObject({
      ok: false,
      error: { code: 'proxyAuthenticationRequired', detail: expect.stringContaining(detail) },
    });
  });

  test('a host that tinyproxy filters is refused', async () => {
    expect((await ask(open, { host: '127.0.0.2' })).read).toMatchObject({
      ok: false,
      error: { code: 'proxyRefusedHost', host: '127.0.0.2', detail: expect.stringContaining('HTTP 403') },
    });
  });

  test('a port that tinyproxy does not allow is refused', async () => {
    expect((await ask(open, { port: otherPort })).read).toMatchObject({
      ok: false,
      error: { code: 'proxyRefusedHost', message: expect.stringContaining(`port ${otherPort}`) },
    });
  });

  test('a host where nothing listens was not found by tinyproxy', async () => {
    expect((await ask(open, { port: shutPort })).read).toMatchObject({
      ok: false,
      error: { code: 'proxyFoundNoHost', retryable: true, detail: expect.stringContaining('HTTP 5') },
    });
  });
});
