import { createPrivateKey } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import exceljs from 'exceljs';
import { expect, it } from 'vitest';
import { startProgram, until } from './child-program.ts';
import {
  account,
  caFileOf,
  clientCertificateOf,
  exporter,
  hostList,
  runningFleet,
  shortWaits,
  temporaryFolder,
} from './exporter.ts';

/** The forms in which a password could slip out. */
const forms = (password: string): readonly string[] => [
  password,
  JSON.stringify(password).slice(1, -1),
  encodeURIComponent(password),
  Buffer.from(password).toString('base64').replace(/=+$/, ''),
  Buffer.from(password, 'utf16le').toString('base64').replace(/=+$/, ''),
];

const textOf = async (path: string): Promise<string> => {
  const content = await readFile(path);
  if (path.endsWith('.gz')) return gunzipSync(content).toString('utf8');
  if (!path.endsWith('.xlsx')) return content.toString('utf8');
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.readFile(path);
  return JSON.stringify(workbook.worksheets.map((sheet) => sheet.getSheetValues()));
};

async function everythingIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await textOf(path)] as const)));
}

it.each(['ntlm', 'basic'])('no password is in any file or on the screen after a run with %s', async (scheme) => {
  const folder = await temporaryFolder();
  const personalities = [
    ...(['healthy', 'wrongCredentials', 'cutOffMidScript', 'dead', 'ntlmBlocked', 'negotiateRefused'] as const),
    ...(['shellsDenied', 'powershellBlocked', 'garbage', 'misdirected', 'resets'] as const),
  ];
  const fleet = await runningFleet({ hosts: personalities.length, seed: 5, vms: 3, personalities });
  const options = ['--auth', scheme, '--allow-basic-over-http', '--verbose', ...shortWaits];

  const { stdout, stderr } = await exporter(['--hosts', hostList(fleet), ...options], { workingFolder: folder });

  const texts = new Map([...(await everythingIn(folder)), ['stdout', stdout], ['stderr', stderr]]);
  expect(texts.size).toBeGreaterThan(8);
  for (const [name, text] of texts) {
    for (const form of forms(account.password)) expect(text.includes(form), name).toBe(false);
  }
});

it('no key and no passphrase is in any file of a run, or on the screen', async () => {
  const folder = await temporaryFolder();
  const personalities = ['httpsClientCertificate', 'httpsUnmapped', 'https', 'healthy'] as const;
  const fleet = await runningFleet({ hosts: 4, seed: 5, vms: 3, personalities });
  const settings = await clientCertificateOf(fleet, folder);
  const trust = ['--ca-file', await caFileOf(fleet, folder)];
  const plainKey = await readFile(join(folder, 'client.key'), 'utf8');
  const encryption = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: account.password } as const;
  const key = createPrivateKey(plainKey).export(encryption).toString();
  await writeFile(join(folder, 'client.key'), key);

  const options = ['--auth', 'certificate', '--verbose', ...trust, ...shortWaits];
  const { stdout, stderr } = await exporter(['--hosts', hostList(fleet), ...options], {
    workingFolder: folder,
    environment: { ...settings, HYPERV_KEY_PASSPHRASE: account.password },
  });

  const texts = new Map([...(await everythingIn(join(folder, 'out'))), ['stdout', stdout], ['stderr', stderr]]);
  expect(texts.size).toBeGreaterThan(8);
  const lines = [plainKey, key].flatMap((pem) => pem.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line)));
  expect(lines.length).toBeGreaterThan(4);
  for (const [name, text] of texts) {
    for (const secret of [...forms(account.password), ...lines]) expect(text.includes(secret), name).toBe(false);
  }
});

it.skipIf(process.platform !== 'linux')('no password is in the list of processes', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet({ hosts: 1, seed: 5, vms: 2, personalities: [], factCostMs: 100 });
  const program = startProgram(['--hosts', hostList(fleet), ...shortWaits], {
    workingFolder: folder,
    environment: { HYPERV_USER: account.user, HYPERV_PASSWORD: account.password },
  });
  await until(() => fleet.hosts.some(({ counters }) => counters.shellsOpened > 0));

  const commandLine = await readFile(`/proc/${program.pid}/cmdline`, 'utf8');

  expect(commandLine).toContain('main.ts');
  expect(commandLine).not.toContain(account.password);
  expect(await program.ended).toBe(0);
});
