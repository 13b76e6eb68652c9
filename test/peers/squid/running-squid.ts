import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, listens } from '../loopback-port.ts';

/** Debian has squid where only an administrator's PATH leads. */
const program = '/usr/sbin/squid';
export const squidIsThere = spawnSync(program, ['-v']).error === undefined;

const shipped = (file: string): string =>
  readFileSync(new URL(`../../../infra/proxy/${file}`, import.meta.url), 'utf8');

/** What stands for the site in the shipped configuration. */
export interface Site {
  /** WinRM ports of the site. */
  readonly ports: readonly number[];
  /** Whom the proxy wants a password of, besides the address. */
  readonly account?: { readonly user: string; readonly password: string };
}

export interface RunningSquid {
  readonly port: number;
  /** Lines of its access log. */
  readonly log: () => string[];
  /** Stops it as its service is stopped: tunnels have as long as the configuration gives them. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and forgets its files. */
  close(): Promise<void>;
}

/**
 * Runs the shipped configuration, with nothing changed but ports, addresses and folders: it listens on loopback, lets
 * 127.0.0.1 ask, for 127.0.0.1 and for 127.0.0.3, where no name may lead to, and is no administrator.
 */
export async function runSquid({ ports, account }: Site): Promise<RunningSquid> {
  const folder = mkdtempSync(join(tmpdir(), 'squid-'));
  const etc = join(folder, 'etc');
  mkdirSync(etc);
  const port = await freePort();
  const own = unprivileged();
  if (own) chownSync(folder, own.uid, own.gid);

  const changes: [string, string][] = [
    ['http_port 3128\n', `http_port 127.0.0.1:${port}\n`],
    ['acl exporter src 192.0.2.10/32\n', 'acl exporter src 127.0.0.1/32\n'],
    ['acl hosts dst 198.51.100.0/24\n', 'acl hosts dst 127.0.0.1/32 127.0.0.3/32\n'],
    ['acl never dst 127.0.0.0/8 ', 'acl never dst 127.0.0.3/32 '],
    ['acl winrm port 5985 5986\n', `acl winrm port ${ports.join(' ')}\n`],
    ['stdio:/var/log/squid/access.log', `stdio:${folder}/access.log`],
    ['cache_log /var/log/squid/cache.log', `cache_log ${folder}/cache.log`],
    ['pid_filename /run/squid.pid', `pid_filename ${folder}/squid.pid`],
  ];
  if (account) {
    changes.push(['# include /etc/squid/password.conf', `include ${etc}/password.conf`]);
    const accounts: [string, string] = [
      'basic_ncsa_auth /etc/squid/winrm-accounts',
      `basic_ncsa_auth ${etc}/winrm-accounts`,
    ];
    writeFileSync(join(etc, 'password.conf'), changed(shipped('password.conf'), [accounts]));
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: account.password, encoding: 'utf8' });
    writeFileSync(join(etc, 'winrm-accounts'), `${account.user}:${hash}`);
  }
  writeFileSync(join(etc, 'squid.conf'), changed(shipped('squid.conf'), changes));

  let running: ChildProcess | undefined;
  const start = async () => {
    running = spawn(program, ['-N', '-f', join(etc, 'squid.conf')], { ...own, cwd: folder, stdio: 'ignore' });
    while (!(await listens(port))) {
      if (running.exitCode !== null) throw new Error(readFileSync(join(folder, 'cache.log'), 'utf8'));
      await sleep(20);
    }
  };
  const stop = async () => {
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGTERM');
    await ended;
  };
  await start();
  return {
    port,
    log: () => readFileSync(join(folder, 'access.log'), 'utf8').split('\n').slice(0, -1),
    start,
    stop,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What squid says of the shipped configuration as it is. */
export function parseShipped(): { readonly status: number | null; readonly said: string } {
  const file = new URL('../../../infra/proxy/squid.conf', import.meta.url).pathname;
  const { status, stderr } = spawnSync(program, ['-k', 'parse', '-f', file], { encoding: 'utf8' });
  return { status, said: stderr };
}

/** Each text stands exactly once in the configuration: what a test changes is what an administrator sees. */
function changed(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((whole, [from, to]) => {
    const parts = whole.split(from);
    if (parts.length !== 2) throw new Error(`The configuration has "${from}" ${parts.length - 1} times`);
    return parts.join(to);
  }, text);
}

/** The user that Debian's squid is run as, where the tests are run by root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string) => Number(execFileSync('id', [option, 'proxy'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
