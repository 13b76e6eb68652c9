import { expect, it } from 'vitest';
import { type Personality, personalities } from '../../src/simulator/personalities.ts';
import { briefPatience, caFileOf, exporter, patience, runningFleet, temporaryFolder, total } from './exporter.ts';

interface Shown {
  readonly hosts: readonly {
    readonly verdict: string;
    readonly via: string | null;
    readonly steps: readonly {
      readonly check: string;
      readonly status: string;
      readonly code: string | null;
      readonly mend: { readonly what: string; readonly commands: readonly string[] } | null;
    }[];
  }[];
}

/** What the doctor says of each kind of host: verdict and way; the first step that is not well, and what mends it. */
type Expected = readonly [verdict: 'script' | 'cim' | 'cutOff' | 'none', step?: string, mending?: string];

const certificates = 'Cert:\\LocalMachine\\My';
const expected: Readonly<Record<Personality, Expected>> = {
  healthy: ['script'],
  empty: ['script'],
  dead: ['none', 'port connectionRefused', 'Enable-PSRemoting -Force'],
  blackHole: ['none', 'listener operationTimedOut'],
  intermittent: ['script'],
  slow: ['script'],
  wrongCredentials: ['none', 'logon logonRefused', 'Id = 4625'],
  noRights: ['none', 'hyperV noHyperVRights', 'Add-LocalGroupMember -SID S-1-5-32-578'],
  notHyperV: ['none', 'hyperV notHyperV', 'Get-WindowsFeature'],
  vmmsStopped: ['none', 'hyperV vmmsStopped', 'Start-Service vmms'],
  cutOffMidScript: ['cutOff', 'powerShell scriptFailed', '--via cim'],
  vmMoves: ['script'],
  listedTwice: ['script'],
  // Joins are a matter of the collectors.
  strangeKeys: ['script'],
  basicRefused: ['script'],
  negotiateRefused: ['none', 'logon authenticationNotOffered', 'Service\\Auth\\Negotiate $true'],
  ntlmBlocked: ['none', 'logon ntlmBlocked', 'RestrictReceivingNTLMTraffic'],
  unencryptedRefused: ['script'],
  shellQuota: ['cim', 'shell shellQuota', 'Shell\\MaxShellsPerUser'],
  shellUserQuota: ['cim', 'shell shellUserQuota', 'Shell\\MaxConcurrentUsers'],
  pluginQuota: ['cim', 'shell pluginQuota'],
  operationQuota: ['script'],
  commandQuota: ['script'],
  requestRateQuota: ['script'],
  smallEnvelopes: ['script'],
  busy: ['script'],
  shellsNotAllowed: ['cim', 'shell shellsNotAllowed', 'Shell\\AllowRemoteShellAccess $true'],
  shellsDenied: ['cim', 'shell accessDenied', 'winrm configSDDL default'],
  storageDenied: ['cutOff', 'storage accessDenied', 'wmimgmt.msc'],
  staleShells: ['script'],
  constrainedLanguage: ['cim', 'powerShell scriptRefused', 'LanguageMode'],
  powershellBlocked: ['cim', 'powerShell scriptRefused', 'LanguageMode'],
  powershellMissing: ['cim', 'powerShell powershellMissing'],
  memoryQuota: ['cim', 'powerShell shellMemoryQuota', 'Shell\\MaxMemoryPerShellMB'],
  processQuota: ['cim', 'powerShell shellProcessQuota', 'Shell\\MaxProcessesPerShell'],
  german: ['cim', 'shell shellsNotAllowed', 'Shell\\AllowRemoteShellAccess $true'],
  japanese: ['cim', 'powerShell powershellMissing'],
  server2012R2: ['script'],
  // Cut in some step: it works at the second look, and that is told.
  resets: ['script', ' connectionLost'],
  resetsAlways: ['none', 'listener connectionLost'],
  garbage: ['none', 'logon protocolViolation', 'winrm enumerate winrm/config/listener'],
  oversized: ['none', 'logon protocolViolation', 'winrm enumerate winrm/config/listener'],
  misdirected: ['none', 'logon protocolViolation', 'winrm enumerate winrm/config/listener'],
  dripping: ['script'],
  reorderedFrames: ['script'],
  restarting: ['script', 'listener serviceUnavailable', 'Restart-Service WinRM'],
  https: ['script'],
  httpsExpired: ['none', 'certificate certificateExpired', certificates],
  httpsOtherName: ['none', 'certificate certificateNameMismatch', certificates],
  httpsSelfSigned: ['none', 'certificate certificateUntrusted', 'Export-Certificate'],
  httpsSha1: ['none', 'certificate certificateTooWeak', certificates],
  httpsStrict: ['script'],
  httpsClientCertificate: ['script'],
  httpsUnmapped: ['script'],
};

it('every kind of sick host is told by its step and code, with what mends it, and no shell is left', async () => {
  const fleet = await runningFleet({
    hosts: personalities.length,
    seed: 8,
    vms: 2,
    now: new Date().toISOString(),
    personalities,
  });
  const folder = await temporaryFolder();
  const trust = ['--ca-file', await caFileOf(fleet, folder)];
  const examined = async (list: readonly string[], waits: readonly string[]): Promise<Shown['hosts']> => {
    const argv = ['doctor', '--hosts', list.join(','), ...waits, '--json', ...trust];
    return (JSON.parse((await exporter(argv, { workingFolder: folder })).stdout) as Shown).hosts;
  };
  // Nothing but its time being up tells of the silent one, and no other may be taken for it.
  const silent = personalities.indexOf('blackHole');
  const given = fleet.hosts.map((host) => host.given);
  const hosts = [...(await examined(given.toSpliced(silent, 1), patience))].toSpliced(
    silent,
    0,
    ...(await examined(given.slice(silent, silent + 1), briefPatience)),
  );
  const table = hosts.map(({ verdict, via, steps }, index) => {
    const personality = personalities[index] ?? 'healthy';
    const sick = steps.find(({ status }) => status === 'failed' || status === 'warning');
    const [wanted, step, mending] = expected[personality];
    const found = verdict === 'none' ? 'none' : sick?.status === 'failed' && via === 'script' ? 'cutOff' : via;
    const told = sick === undefined ? undefined : `${sick.check} ${sick.code}`;
    const mended = [sick?.mend?.what, ...(sick?.mend?.commands ?? [])].join('\n');
    return {
      personality,
      found: `${found}: ${told ?? 'all well'}`,
      asExpected: found === wanted && (step === undefined ? told === undefined : (told ?? '').endsWith(step)),
      mended: mending === undefined || mended.includes(mending),
    };
  });
  expect(table.filter(({ asExpected, mended }) => !asExpected || !mended)).toEqual([]);
  expect(table).toHaveLength(personalities.length);
  expect(total(fleet, 'shellsOpen')).toBe(0);
});
