/** A Kerberos realm on loopback: MIT's KDC in a folder of its own, for as long as a test needs it. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, listens } from '../loopback-port.ts';

/** krb5kdc and kadmin.local lie where only root looks. */
const path = [process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter);

export const realmName = 'CONTOSO.TEST';

export interface Realm {
  /** What a program needs in its environment to use this realm. */
  readonly environment: Readonly<Record<string, string>>;
  /** Adds a principal with a password. */
  addUser(user: string, password: string): void;
  /** Adds a service with a key of its own, and gives back its keytab; `elsewhere`: a key that the KDC does not use. */
  addService(service: string, keys?: 'known' | 'elsewhere'): string;
  /** The keytab of a user whose password is left as it is. */
  userKeytab(user: string): string;
  /** Gets a ticket by password into a cache of its own, and gives back KRB5CCNAME. */
  ticket(user: string, password: string): string;
  /** The same of a ticket that is over by now. */
  expiredTicket(user: string, password: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startRealm(): Promise<Realm> {
  const folder = mkdtempSync(join(tmpdir(), 'kerberos-'));
  const port = await freePort();
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('db'));
  writeFileSync(at('krb5.conf'), clientConfiguration(port));
  writeFileSync(at('kdc.conf'), kdcConfiguration(folder, port));
  const environment = { KRB5_CONFIG: at('krb5.conf') };
  const env = { ...process.env, PATH: path, LC_ALL: 'C', KRB5_KDC_PROFILE: at('kdc.conf'), ...environment };
  const run = (program: string, given: readonly string[], input = ''): void => {
    execFileSync(program, given, { env, input, stdio: ['pipe', 'pipe', 'pipe'] });
  };
  const admin = (query: string): void => run('kadmin.local', ['-r', realmName, '-q', query]);

  run('kdb5_util', ['create', '-s', '-r', realmName, '-P', 'master-of-a-test']);
  const kdc = spawn('krb5kdc', ['-n'], { env, stdio: 'ignore' });
  while (!(await listens(port))) await sleep(20);
  let files = 0;
  const newFile = (kind: string): string => {
    files += 1;
    return at(`${kind}-${files}`);
  };
  const ticket = (user: string, password: string, ...options: readonly string[]): string => {
    const cache = `FILE:${newFile('cache')}`;
    run('kinit', ['-c', cache, ...options, user], `${password}\n`);
    return cache;
  };
  const isValid = (cache: string): boolean => spawnSync('klist', ['-s', '-c', cache], { env }).status === 0;
  return {
    environment,
    addUser: (user, password) => admin(`addprinc -pw ${password} ${user}`),
    addService: (service, keys = 'known') => {
      admin(`addprinc -randkey ${service}`);
      const keytab = newFile('keytab');
      admin(`ktadd -k ${keytab} ${service}`);
      if (keys === 'elsewhere') admin(`change_password -randkey ${service}`);
      return keytab;
    },
    userKeytab: (user) => {
      const keytab = newFile('keytab');
      admin(`ktadd -norandkey -k ${keytab} ${user}`);
      return keytab;
    },
    ticket,
    expiredTicket: async (user, password) => {
      const cache = ticket(user, password, '-l', '1s');
      while (isValid(cache)) await sleep(200);
      return cache;
    },
    stop: async () => {
      await stopped(kdc);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.kill()) await ended;
}

const clientConfiguration = (port: number): string => `[libdefaults]
  default_realm = ${realmName}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${realmName} = {
    kdc = 127.0.0.1:${port}
  }
[domain_realm]
  .contoso.test = ${realmName}
`;

const kdcConfiguration = (folder: string, port: number): string => `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${realmName} = {
    database_name = ${folder}/db/principal
    key_stash_file = ${folder}/db/stash
    acl_file = ${folder}/db/acl
    max_life = 1h
  }
[logging]
  kdc = FILE:${folder}/kdc.log
  admin_server = FILE:${folder}/kadmin.log
`;
