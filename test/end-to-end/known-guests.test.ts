import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import schema from '../../src/exports/report.schema.json' with { type: 'json' };
import type { CimInstance } from '../../src/simulator/cim-repository.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import type { SimulatedFleet } from '../../src/simulator/simulated-host.ts';
import { changedFleet } from './changed-fleet.ts';
import { exporter, hostList, reportIn, runningFleet, servedFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const validate = addFormats.default(new Ajv2020({ strict: false })).compile(schema);
const plan = { hosts: 1, seed: 5, vms: 4, personalities: [] } as const;

/** The fleet after all its VMs were shut down: no guest tells anything any more. */
function shutDown(fleet: SimulatedFleet): SimulatedFleet {
  const off = ({ className, values }: CimInstance): CimInstance => ({
    className,
    values: {
      ...values,
      ...(className === 'Msvm_ComputerSystem' && values.Caption === 'Virtual Machine' ? { EnabledState: 3 } : {}),
      ...('GuestIntrinsicExchangeItems' in values ? { GuestIntrinsicExchangeItems: [] } : {}),
      ...('GuestOperatingSystem' in values ? { GuestOperatingSystem: null } : {}),
      ...(className === 'Msvm_GuestNetworkAdapterConfiguration' ? { IPAddresses: [] } : {}),
    },
  });
  return changedFleet(fleet, off);
}

it('a VM that is off by the next run keeps the OS, name and address it had, and the report names the date', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const running = buildFleet(plan);
  const seen = running.hosts
    .flatMap(({ vms }) => vms)
    .find(({ guestOs, dnsName }) => guestOs !== null && dnsName !== null);
  await exporter(['--hosts', hostList(await servedFleet(running)), ...shortWaits], { workingFolder: folder });
  const before = (await workbookRows(out, 'vInfo')).find(({ VM }) => VM === seen?.name);
  const first = await reportIn(folder);
  expect(first.guests.vms).toEqual([]);

  // Another port, so another entry: the machine is the same.
  const later = await servedFleet(shutDown(running));
  const { stdout } = await exporter(['--hosts', hostList(later), ...shortWaits], { workingFolder: folder });

  const report = await reportIn(folder);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  const told = report.guests.vms.find(({ vm_name }) => vm_name === seen?.name);
  expect(told).toMatchObject({ source: 'lastSeen', host: later.hosts[0]?.given });
  const seenAt = Date.parse(told?.last_seen ?? '');
  expect(seenAt).toBeGreaterThanOrEqual(Date.parse(first.started_at));
  expect(seenAt).toBeLessThanOrEqual(Date.parse(first.finished_at));
  expect(stdout).toContain('told of as they were last seen');
  const after = (await workbookRows(out, 'vInfo')).find(({ VM }) => VM === seen?.name);
  expect(after?.Powerstate).toBe('poweredOff');
  for (const column of ['OS according to the configuration file', 'DNS Name', 'Primary IP Address']) {
    expect([column, after?.[column]]).toEqual([column, before?.[column]]);
  }
  expect(after?.['DNS Name']).toBe(seen?.dnsName);
  // The exporter's own files are no results.
  expect((await readdir(out)).filter((name) => name.includes('guest'))).toEqual([]);
});

it('a spoilt file of known guests costs the run nothing, is said in the report, and is whole again afterwards', async () => {
  const folder = await temporaryFolder();
  const fleet = await runningFleet(plan);
  const argv = ['--hosts', hostList(fleet), ...shortWaits];
  await exporter(argv, { workingFolder: folder });
  await writeFile(join(folder, 'out', 'runs', 'known-guests.json.gz'), 'spoilt');

  const { code, stdout } = await exporter(argv, { workingFolder: folder });

  expect(code).toBe(0);
  expect((await reportIn(folder)).guests.unusable_files).toEqual(['known-guests.json.gz']);
  expect(stdout).toContain('known-guests.json.gz is spoilt');
  await exporter(argv, { workingFolder: folder });
  expect((await reportIn(folder)).guests.unusable_files).toEqual([]);
});

it('--guest-os-file and --datacenter stand in the workbook, and stay with the run when it is exported again', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const fleet = await runningFleet(plan);
  const name = fleet.hosts[0]?.host.vms[0]?.name ?? '';
  await writeFile(join(folder, 'guests.csv'), `vm,os,ip\n"${name}",My OS (64-bit),10.9.9.9\nnobody,Windows,\n`);

  const { stdout } = await exporter(
    ['--hosts', hostList(fleet), '--guest-os-file', 'guests.csv', '--datacenter', 'Basel', ...shortWaits],
    { workingFolder: folder },
  );

  const expected = {
    'OS according to the configuration file': 'My OS (64-bit)',
    'Primary IP Address': '10.9.9.9',
    Datacenter: 'Basel',
  };
  const row = async () => (await workbookRows(out, 'vInfo')).find(({ VM }) => VM === name);
  expect(await row()).toMatchObject(expected);
  const report = await reportIn(folder);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(report.options.datacenter).toBe('Basel');
  expect(report.guests.vms).toMatchObject([{ vm_name: name, source: 'guestOsFile' }]);
  expect(report.guests.unmatched).toEqual([{ vm: 'nobody', host: null }]);
  expect(stdout).toContain('nobody: no VM of the run');
  const state = JSON.parse(await readFile(join(out, 'runs', report.run_id, 'run.json'), 'utf8'));
  expect(state.files.map((file: { name: string }) => file.name)).toContain('guest-os.json');

  await exporter(['export', '--run', report.run_id], { workingFolder: folder });
  expect(await row()).toMatchObject(expected);
});

it('a bad guest OS file is refused line by line before anything starts', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'guests.csv'), 'vm,ip\napp1,one\n,10.0.0.1\n');
  const { code, stderr } = await exporter(['--hosts', 'hv1', '--guest-os-file', 'guests.csv'], {
    workingFolder: folder,
  });
  expect(code).toBe(2);
  expect(stderr).toContain('guests.csv: line 2: "one" is no IP address');
  expect(stderr).toContain('guests.csv: line 3: names no VM');
  expect(await readdir(folder)).toEqual(['guests.csv']);
});
