import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningFleet, type RunningHost, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import { fleetOf, smallHost } from '../../simulator/server/small-fleet.ts';

// Debian's own interpreter, where the package python3-winrm belongs.
const python = '/usr/bin/python3';
const installed = spawnSync(python, ['-c', 'import winrm']).status === 0;
const required = process.env.CI === 'true';
if (!installed) console.warn('pywinrm is not installed (python3-winrm): our server is not held against it');

/** NTLM needs MD4 and RC4, which OpenSSL 3 has in its legacy provider only. */
const opensslConfiguration = [
  'openssl_conf = openssl_init',
  '[openssl_init]',
  'providers = provider_sect',
  '[provider_sect]',
  'default = default_sect',
  'legacy = legacy_sect',
  '[default_sect]',
  'activate = 1',
  '[legacy_sect]',
  'activate = 1',
  '',
].join('\n');

// ASCII: Python's requests writes a Basic password as Latin-1, ours is read as UTF-8.
const credential = { user: 'CORP\\inventory', password: 'Pa55 & word' };

interface Driven {
  readonly refused?: string;
  readonly stdout?: string;
}

test.runIf(required)('pywinrm is there where everything has to be checked', () => {
  expect(installed).toBe(true);
});

describe.skipIf(!installed)('pywinrm, which knows nothing of us,', () => {
  let folder: string;
  let fleet: RunningFleet;
  let host: RunningHost;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pywinrm-'));
    await writeFile(join(folder, 'openssl.cnf'), opensslConfiguration);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const drive = (transport: 'plaintext' | 'ntlm', password: string): Promise<Driven> =>
    new Promise((resolve, reject) => {
      const script = fileURLToPath(new URL('drive.py', import.meta.url));
      const environment = { PATH: process.env.PATH, OPENSSL_CONF: join(folder, 'openssl.cnf') };
      const child = execFile(python, [script], { env: environment, timeout: 25_000 }, (error, stdout, stderr) =>
        error ? reject(new Error(stderr || error.message)) : resolve(JSON.parse(stdout)),
      );
      child.stdin?.end(JSON.stringify({ url: host.url, transport, user: credential.user, password }));
    });

  const served = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    fleet = await startFleet(fleetOf(smallHost()), { credential });
    host = fleet.hosts[0] as RunningHost;
    try {
      return await work();
    } finally {
      await fleet.close();
    }
  };

  test.each([
    ['Basic', 'plaintext'],
    ['sealed NTLM', 'ntlm'],
  ] as const)('runs commands and lists VMs over %s', (_, transport) =>
    served(async () => {
      expect(await drive(transport, credential.password)).toEqual({
        stdout: 'HV01\r\n',
        stderr: '',
        code: 0,
        complaint: expect.stringContaining("'frobnicate' is not recognized"),
        failed: 1,
        names: ['VM-1', 'VM-2', 'VM-3'],
        version: ['OS: 10.0.20348 SP: 0.0 Stack: 3.0'],
      });
      expect(host.counters).toMatchObject({ shellsOpened: 1, shellsOpen: 0, commandsRun: 2, logonsRefused: 0 });
    }),
  );

  test.each(['plaintext', 'ntlm'] as const)('is refused with another password over %s', (transport) =>
    served(async () => {
      expect((await drive(transport, 'wrong')).refused).toBe('InvalidCredentialsError');
      expect(host.counters).toMatchObject({ logonsAccepted: 0, shellsOpened: 0 });
      expect(host.counters.logonsRefused).toBeGreaterThan(0);
    }),
  );
});
