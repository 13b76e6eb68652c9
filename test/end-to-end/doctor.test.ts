import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { costsOfCim, isCostly } from '../../src/doctor/costs.ts';
import {
  account,
  briefPatience,
  exporter,
  hostList,
  patience,
  runningFleet,
  temporaryFolder,
  total,
} from './exporter.ts';

interface ShownStep {
  readonly check: string;
  readonly title: string;
  readonly status: string;
  readonly code: string | null;
  readonly seen: string;
  readonly costs: { readonly tabs: string[]; readonly columns: string[]; readonly facts: string[] };
  readonly mend: { readonly where: string; readonly what: string; readonly commands: string[] } | null;
}
interface ShownReport {
  readonly schema_version: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly hosts: readonly {
    readonly given: string;
    readonly verdict: string;
    readonly via: string | null;
    readonly summary: string;
    readonly steps: readonly ShownStep[];
  }[];
}

/** Examines hosts and gives back what `--json` prints. */
async function examine(hosts: string, ...more: readonly string[]) {
  const workingFolder = await temporaryFolder();
  const shown = await exporter(['doctor', '--hosts', hosts, ...patience, '--json', ...more], { workingFolder });
  expect(await readdir(workingFolder)).toEqual([]);
  return { ...shown, report: JSON.parse(shown.stdout) as ShownReport };
}

/** What a host comes to whose facts are read by CIM: full, if no fact needs the script. */
const withoutScript = isCostly(costsOfCim()) ? 'limited' : 'full';

const now = new Date().toISOString();

it.each([
  ['dead', 'port', 'connectionRefused', 'Enable-PSRemoting -Force'],
  ['blackHole', 'listener', 'operationTimedOut', undefined],
  ['wrongCredentials', 'logon', 'logonRefused', 'Id = 4625'],
  ['noRights', 'hyperV', 'noHyperVRights', "Add-LocalGroupMember -SID S-1-5-32-578 -Member 'inventory'"],
  ['notHyperV', 'hyperV', 'notHyperV', 'Get-WindowsFeature -Name Hyper-V'],
  ['vmmsStopped', 'hyperV', 'vmmsStopped', 'Start-Service vmms'],
] as const)(
  'a host that is "%s" is told by its step "%s", with the command that mends it',
  async (personality, check, code, command) => {
    const fleet = await runningFleet({
      hosts: 1,
      seed: 3,
      vms: 3,
      now,
      personalities: [personality],
      operatingSystemShares: { '2019': 1 },
    });
    const waits = personality === 'blackHole' ? briefPatience : [];
    const { code: exitCode, report } = await examine(hostList(fleet), ...waits);
    const [host] = report.hosts;
    const first = host?.steps.find(({ status }) => status === 'failed');
    expect([first?.check, first?.code]).toEqual([check, code]);
    if (command !== undefined) expect(first?.mend?.commands.join('\n')).toContain(command);
    expect(first?.mend?.what).not.toBe('');
    expect(first?.costs.tabs).toContain('vInfo');
    expect([host?.verdict, host?.via, exitCode]).toEqual(['none', null, 3]);
    expect(total(fleet, 'shellsOpen')).toBe(0);
  },
);

it('a healthy host can be inventoried in full, and the doctor leaves nothing behind on it', async () => {
  const fleet = await runningFleet({ hosts: 2, seed: 7, vms: 5, now, personalities: ['healthy', 'empty'] });
  const { code, report } = await examine(hostList(fleet));
  expect(code).toBe(0);
  for (const host of report.hosts) {
    expect([host.verdict, host.via]).toEqual(['full', 'script']);
    expect(host.steps.filter(({ status }) => status === 'failed' || status === 'warning')).toEqual([]);
  }
  for (const { counters } of fleet.hosts) {
    expect(counters.shellsOpened).toBe(1);
    expect(counters.shellsOpen).toBe(0);
    expect(counters.openEnumerations).toBe(0);
  }
});

it('one sick host costs no other its findings, and every host of the list has its own', async () => {
  const personalities = [
    'dead',
    'healthy',
    'blackHole',
    'noRights',
    'intermittent',
    'slow',
    'cutOffMidScript',
  ] as const;
  const fleet = await runningFleet({ hosts: 7, seed: 11, vms: 3, now, personalities: [...personalities] });
  const { code, report, stderr } = await examine(hostList(fleet), '--concurrency', '3', '--preflight-timeout', '10');
  expect(code).toBe(3);
  expect(report.hosts.map(({ given }) => given)).toEqual(fleet.hosts.map(({ given }) => given));
  expect(report.hosts.map(({ verdict }) => verdict)).toEqual([
    'none',
    'full',
    'none',
    'none',
    'full',
    'full',
    'limited',
  ]);
  expect(report.totals).toMatchObject({ hosts: 7, none: 3 });
  const lame = report.hosts[6]?.steps.find(({ check }) => check === 'powerShell');
  expect([lame?.status, lame?.code]).toEqual(['failed', 'scriptFailed']);
  expect(report.hosts[6]?.via).toBe('script');
  expect(stderr).toContain('Examin');
  expect(total(fleet, 'shellsOpen')).toBe(0);
});

it('an account that two hosts have refused is tried at no other', async () => {
  const fleet = await runningFleet({
    hosts: 6,
    seed: 2,
    vms: 1,
    now,
    personalities: Array(6).fill('wrongCredentials'),
  });
  const { report, code } = await examine(hostList(fleet));
  expect(total(fleet, 'logonsRefused')).toBe(2);
  const codes = report.hosts.map(({ steps }) => steps.find(({ check }) => check === 'logon')?.code);
  expect(codes).toEqual(['logonRefused', 'logonRefused', ...Array(4).fill('accountRefused')]);
  expect(code).toBe(3);
});

it('neither text nor JSON shows a password', async () => {
  const fleet = await runningFleet({
    hosts: 3,
    seed: 4,
    vms: 2,
    now,
    personalities: ['healthy', 'wrongCredentials', 'noRights'],
  });
  const workingFolder = await temporaryFolder();
  for (const more of [[], ['--json']]) {
    const shown = await exporter(['doctor', '--hosts', hostList(fleet), ...patience, ...more], { workingFolder });
    for (const form of [account.password, Buffer.from(account.password).toString('base64')]) {
      expect(shown.stdout + shown.stderr).not.toContain(form);
    }
  }
});

it('the text is for a terminal: plain, no prose beyond 100 columns, commands whole', async () => {
  const fleet = await runningFleet({
    hosts: 4,
    seed: 4,
    vms: 2,
    now,
    personalities: ['healthy', 'dead', 'noRights', 'vmmsStopped'],
  });
  const workingFolder = await temporaryFolder();
  const { stdout } = await exporter(['doctor', '--hosts', hostList(fleet), ...patience], { workingFolder });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  for (const line of stdout.split('\n').filter((text) => !text.startsWith(' '.repeat(14)))) {
    expect(line.length, line).toBeLessThanOrEqual(100);
  }
  expect(stdout).toContain('\n              Start-Service vmms\n');
  expect(stdout).toContain('skipped TLS, WinRM, Logon,');
  expect(stdout).toContain('=> 127.0.0.1 can be inventoried in full, by script.');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('4 hosts: 1 in full, 0 not in full, 3 not at all.');
});

it('Ctrl-C ends the examination, tells what it knows, and leaves no shell', async () => {
  const fleet = await runningFleet(
    { hosts: 2, seed: 4, vms: 2, now, personalities: ['healthy', 'healthy'] },
    { powershellStartMs: 20_000 },
  );
  let press = (): void => undefined;
  const running = exporter(['doctor', '--hosts', hostList(fleet), '--json'], {
    workingFolder: await temporaryFolder(),
    interruptBy: (key) => {
      press = key;
    },
  });
  const seen = setInterval(() => {
    if (!fleet.hosts.every(({ counters }) => counters.commandsRun > 0)) return;
    clearInterval(seen);
    press();
  }, 20);
  const { code, stdout } = await running;
  clearInterval(seen);
  expect(code).toBe(130);
  const report = JSON.parse(stdout) as ShownReport;
  expect(report.hosts.map(({ verdict }) => verdict)).toEqual(['none', 'none']);
  expect(report.hosts[1]?.summary).toContain('interrupted');
  expect(fleet.hosts.map(({ counters }) => counters.shellsOpened)).toEqual([1, 1]);
  expect(total(fleet, 'shellsOpen')).toBe(0);
});

it('a host whose credential the settings lack is looked at from outside, and its account is asked for', async () => {
  const fleet = await runningFleet({ hosts: 2, seed: 4, vms: 2, now, personalities: ['healthy', 'healthy'] });
  const [first, second] = fleet.hosts;
  const { report } = await examine(`${first?.given} credential=EDGE,${second?.given}`);
  const logon = report.hosts[0]?.steps.find(({ check }) => check === 'logon');
  expect([logon?.status, logon?.code]).toEqual(['failed', 'credentialMissing']);
  expect(logon?.mend?.commands.join('\n')).toContain('HYPERV_USER_EDGE=');
  expect(report.hosts[0]?.steps.find(({ check }) => check === 'listener')?.status).toBe('ok');
  expect(first?.counters.logonsRefused).toBe(0);
  expect(report.hosts[1]?.verdict).toBe('full');
});

it('--via decides what a missing script means', async () => {
  const fleet = await runningFleet({ hosts: 1, seed: 9, vms: 2, now, personalities: ['shellsDenied'] });
  const byScript = await examine(hostList(fleet), '--via', 'script');
  expect(byScript.report.hosts[0]?.verdict).toBe('none');
  const byCim = await examine(hostList(fleet), '--via', 'cim');
  expect(byCim.report.hosts[0]?.steps.find(({ check }) => check === 'shell')?.status).toBe('skipped');
  expect([byCim.report.hosts[0]?.via, byCim.report.hosts[0]?.verdict]).toEqual(['cim', withoutScript]);
});

it('wrong usage is said before any host is asked', async () => {
  const workingFolder = await temporaryFolder();
  expect((await exporter(['doctor'], { workingFolder })).code).toBe(2);
  expect((await exporter(['doctor', '--hosts', 'h st'], { workingFolder })).code).toBe(2);
  const noAccount = await exporter(['doctor', '--hosts', 'hv01'], { workingFolder, environment: {} });
  expect([noAccount.code, noAccount.stderr]).toEqual([2, expect.stringContaining('HYPERV_USER')]);
});

it('the JSON has the same keys for every host and every step', async () => {
  const fleet = await runningFleet({ hosts: 3, seed: 4, vms: 2, now, personalities: ['healthy', 'dead', 'noRights'] });
  const { report } = await examine(hostList(fleet));
  expect(Object.keys(report)).toEqual(['schema_version', 'exporter_version', 'examined_at', 'totals', 'hosts']);
  expect(report.schema_version).toBe(1);
  const checks = report.hosts.map(({ steps }) => steps.map(({ check }) => check));
  expect(new Set(checks.map((names) => names.join())).size).toBe(1);
  for (const host of report.hosts) {
    expect(Object.keys(host)).toEqual([
      'given',
      'host',
      'scheme',
      'port',
      'account',
      'verdict',
      'via',
      'summary',
      'steps',
    ]);
    for (const step of host.steps) {
      expect(Object.keys(step)).toEqual(['check', 'title', 'status', 'code', 'seen', 'costs', 'mend']);
      expect(['ok', 'warning', 'failed', 'skipped']).toContain(step.status);
    }
  }
});
