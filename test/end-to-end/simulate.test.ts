import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists, startProgram, until } from './child-program.ts';
import { exporter, reportIn, shortWaits, temporaryFolder } from './exporter.ts';

it('a simulated fleet can be inventoried with the files it leaves, until Ctrl-C', async () => {
  const folder = await temporaryFolder();
  const kinds = ['--personality', 'dead=1', '--personality', 'noRights=25%'];
  const program = startProgram(['simulate', '--hosts', '4', '--vms', '3', '--seed', '7', ...kinds], {
    workingFolder: folder,
    environment: {},
  });
  const list = join(folder, 'simulated', 'hosts.txt');
  await until(() => exists(list));
  await until(() => program.written().includes('Ctrl-C stops the fleet'));

  const { code } = await exporter(
    ['--hosts-file', 'simulated/hosts.txt', '--env-file', 'simulated/.env', ...shortWaits],
    { workingFolder: folder, environment: {} },
  );

  expect(code).toBe(3);
  const { hosts } = await reportIn(folder);
  expect(hosts.map(({ final_status, error }) => error?.code ?? final_status)).toEqual([
    'Inventory OK',
    'Inventory OK',
    'connectionRefused',
    'noHyperVRights',
  ]);
  expect(program.written()).toContain('--hosts-file ./simulated/hosts.txt --env-file ./simulated/.env');
  const settings = await readFile(join(folder, 'simulated', '.env'), 'utf8');
  const password = /HYPERV_PASSWORD='(.+)'/.exec(settings)?.[1] ?? '';
  expect(password.length).toBeGreaterThan(16);
  expect(program.written()).not.toContain(password);
  program.interrupt();
  expect(await program.ended).toBe(0);
});

it.skipIf(process.platform === 'win32')('the account of a simulated fleet is for its owner only', async () => {
  const folder = await temporaryFolder();
  const program = startProgram(['simulate', '--hosts', '1', '--vms', '1', '--out-dir', 'fleet'], {
    workingFolder: folder,
    environment: {},
  });
  await until(() => exists(join(folder, 'fleet', 'hosts.txt')));
  const { mode } = await stat(join(folder, 'fleet', '.env'));
  expect(mode & 0o777).toBe(0o600);
  program.interrupt();
  await program.ended;
});
