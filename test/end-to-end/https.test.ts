import { expect, it } from 'vitest';
import {
  account,
  caFileOf,
  exporter,
  hostList,
  reportIn,
  runningFleet,
  shortWaits,
  temporaryFolder,
} from './exporter.ts';

const fleetOf = (...personalities: readonly ('https' | 'httpsStrict' | 'httpsSelfSigned')[]) =>
  runningFleet({ hosts: personalities.length, seed: 3, vms: 3, personalities });

it('Basic over https needs no permission to send the password in the clear', async () => {
  const folder = await temporaryFolder();
  const fleet = await fleetOf('https');
  const trust = ['--ca-file', await caFileOf(fleet, folder)];

  const { code } = await exporter(['--hosts', hostList(fleet), '--auth', 'basic', ...trust, ...shortWaits], {
    workingFolder: folder,
  });

  expect(code).toBe(0);
});

it('a host that insists on channel binding refuses a run without it, and the refusal says so', async () => {
  const folder = await temporaryFolder();
  const fleet = await fleetOf('httpsStrict');
  const trust = ['--ca-file', await caFileOf(fleet, folder)];

  await exporter(['--hosts', hostList(fleet), '--cbt', 'off', ...trust, ...shortWaits], { workingFolder: folder });

  const { hosts } = await reportIn(folder);
  expect(hosts[0]?.error).toMatchObject({ code: 'logonRefused', detail: expect.stringContaining('CbtHardeningLevel') });
});

it('a self-signed host is inventoried by the pin that its error shows, and a wrong pin is not', async () => {
  const folder = await temporaryFolder();
  const fleet = await fleetOf('httpsSelfSigned');
  await exporter(['--hosts', hostList(fleet), ...shortWaits], { workingFolder: folder });
  const seen = /SHA-256 is ([0-9a-f]{64})/.exec((await reportIn(folder)).hosts[0]?.error?.detail ?? '')?.[1];

  const pinned = await exporter(['--hosts', `${hostList(fleet)} pin=sha256:${seen}`, ...shortWaits], {
    workingFolder: folder,
  });
  expect(pinned.code).toBe(0);

  await exporter(['--hosts', `${hostList(fleet)} pin=sha256:${'0'.repeat(64)}`, ...shortWaits], {
    workingFolder: folder,
  });
  expect((await reportIn(folder)).hosts[0]?.error?.code).toBe('certificatePinMismatch');
});

it('the CA comes from the settings too, and a file that holds none starts nothing', async () => {
  const folder = await temporaryFolder();
  const fleet = await fleetOf('https');
  const environment = { HYPERV_USER: account.user, HYPERV_PASSWORD: account.password };
  const caFile = await caFileOf(fleet, folder);
  const run = (HYPERV_CA_FILE: string) =>
    exporter(['--hosts', hostList(fleet), '--dry-run', ...shortWaits], {
      workingFolder: folder,
      environment: { ...environment, HYPERV_CA_FILE },
    });

  expect((await run('none.pem')).code).toBe(2);
  expect(fleet.hosts[0]?.counters.connections).toBe(0);
  expect((await run(caFile)).code).toBe(0);
});
