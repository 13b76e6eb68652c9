import { describe, expect, it } from 'vitest';
import { summaryText } from '../../src/cli/summary.ts';
import { buildReport } from '../../src/inventory/build-report.ts';
import type { FinalStatus } from '../../src/inventory/final-status.ts';
import type { HostEntry } from '../../src/inventory/host-entry.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import type { Preflight } from '../../src/inventory/preflight.ts';
import type { ReportHost, RunReport } from '../../src/inventory/report.ts';
import { defaultWaits, type Manifest, type RunOptions } from '../../src/inventory/run-options.ts';
import type { WorkbookLosses } from '../../src/inventory/run-state.ts';

const places = { outDir: './out', files: ['hyperv_run_report.json'] };

const entry = (given: string): HostEntry => ({ given, host: given, scheme: 'http', port: 5985 });

/** The report of a run whose hosts all failed in preflight with connectionRefused, or of a dry run that reached them. */
function reportOf(hosts: readonly string[], options: Partial<RunOptions> = {}): RunReport {
  const manifest: Manifest = {
    schemaVersion: 1,
    runId: '20261123T020000Z-7f3a9c',
    trigger: 'cli',
    startedAt: '2026-11-23T02:00:00.000Z',
    exporterVersion: '0.0.0',
    hosts: hosts.map(entry),
    repeated: [],
    options: {
      only: ['vInfo'],
      dryRun: false,
      coverageThreshold: 0.9,
      allowPartialOk: false,
      authentication: 'ntlm',
      allowBasicOverHttp: false,
      channelBinding: 'auto',
      via: 'auto',
      concurrency: 32,
      waits: defaultWaits,
      workbook: true,
      csvTabs: false,
      datacenter: null,
      ...options,
    },
  };
  const preflights = hosts.map((given): Preflight => {
    return {
      host: entry(given),
      reachable: false,
      identity: { fqdn: null, computerName: null, domain: null, smbiosUuid: null },
      hyperV: 'unknown',
      error: hostError('connectionRefused', given),
      notes: [],
      attempts: [],
    };
  });
  const finishedAt = '2026-11-23T02:01:00.000Z';
  return buildReport({ manifest, finishedAt, cancelled: false, preflights, summaries: [], outcomes: [] });
}

const withStatus = (report: RunReport, final_status: FinalStatus, code: string, message: string): RunReport => ({
  ...report,
  hosts: report.hosts.map((host) => ({ ...host, final_status, error: null, reasons: [{ code, message }] })),
});

describe('the summary', () => {
  it('counts hosts by reachability and final status', () => {
    const text = summaryText(reportOf(['hv01', 'hv02']), places);
    expect(text).toContain('Reachable: 0 of 2 hosts');
    expect(text).toMatch(/Inventory OK +0\n/);
    expect(text).toMatch(/Inventory Error +2\n/);
  });

  it('names each host that needs attention, with code, sentence and the advice once', () => {
    const text = summaryText(reportOf(['hv01', 'hv02']), places);
    expect(text.match(/connectionRefused: Run "Enable-PSRemoting"/g)).toHaveLength(1);
    expect(text).toContain('hv01 (Inventory Error): hv01: The host answered that nothing listens');
    expect(text).toContain('hv02 (Inventory Error)');
  });

  it('says where the files are', () => {
    const text = summaryText(reportOf(['hv01']), places);
    expect(text).toContain('Files in ./out:\n  hyperv_run_report.json\n');
    expect(text).toContain('./out/runs/20261123T020000Z-7f3a9c');
  });

  it('says what the workbook could not hold, and nothing where it holds all', () => {
    const of = (losses: WorkbookLosses) => summaryText(reportOf(['hv01']), { ...places, losses });
    const none = { cutTexts: 0, blankedValues: 0, omittedRows: 0 };
    expect(of({ ...none, cutTexts: 3 })).toContain(
      'could not hold everything:\n  3 texts cut at 32,767 characters\n\n',
    );
    expect(of({ ...none, omittedRows: 7 })).toContain('  7 rows left out');
    expect(of(none)).not.toContain('could not hold');
  });

  it('advises about reasons that are no error of a host', () => {
    const report = withStatus(reportOf(['hv01']), 'Inventory Partial', 'coverageUnderThreshold', 'Coverage is 50 %.');
    expect(summaryText(report, places)).toContain('coverageUnderThreshold: See missing_vms_by_host.csv');
  });

  it('lists no more hosts than a screen can bear, and says how many are left', () => {
    const text = summaryText(reportOf(Array.from({ length: 60 }, (_, index) => `hv${index}`)), places);
    expect(text.match(/\(Inventory Error\)/g)).toHaveLength(8);
    expect(text).toContain('and 52 more: see targets_retry_hosts.txt');
  });

  it('gives a host one line, however many collectors the same thing ails', () => {
    const report = withStatus(reportOf(['hv01']), 'Inventory Partial', 'collectorError', 'vInfo is incomplete.');
    const reasons = ['vInfo', 'vCPU', 'vMemory'].map((tab) => ({
      code: 'collectorError',
      message: `${tab} is incomplete.`,
    }));
    const text = summaryText({ ...report, hosts: report.hosts.map((host) => ({ ...host, reasons })) }, places);
    expect(text).toContain('hv01 (Inventory Partial): vInfo is incomplete. And 2 more like it: see the report.');
    expect(text.match(/hv01/g)).toHaveLength(1);
  });

  it('says of a host that lacks many facts no more than a line can hold', () => {
    const facts = Array.from({ length: 30 }, (_, n) => `fact${n}: factNotReceived`).join(', ');
    const report = withStatus(reportOf(['hv01']), 'Inventory Partial', 'collectorError', `vInfo lacks ${facts}.`);
    const line = summaryText(report, places).match(/^.*hv01 \(.*$/m)?.[0] ?? '';
    expect(line).toMatch(/hv01 \(Inventory Partial\): vInfo lacks fact0: factNotReceived, .* …$/);
    expect(line.length).toBeLessThan(240);
  });

  it('says which hosts were gathered without PowerShell, and what that costs', () => {
    const report = reportOf(['hv01', 'hv02']);
    const byCim = (columns: readonly string[]): RunReport => ({
      ...report,
      hosts: report.hosts.map((host) => ({ ...host, gathered_by: 'cim', columns_without_script: columns })),
    });
    expect(summaryText(report, places)).not.toContain('without PowerShell');
    expect(summaryText(byCim([]), places)).toContain('without PowerShell: 2 (no column is lost by it;');
    expect(summaryText(byCim(['vFileInfo.Path']), places)).toContain('2 (blank or less exact there: vFileInfo.Path;');
  });

  it('tells the worst first, and hosts without VMs last', () => {
    const [one, two, three] = reportOf(['hv01', 'hv02', 'hv03']).hosts as [ReportHost, ReportHost, ReportHost];
    const because = (code: string) => ({ error: null, reasons: [{ code, message: `${code}.` }] });
    const hosts: readonly ReportHost[] = [
      { ...one, final_status: 'Inventory Empty', ...because('noVms') },
      { ...two, final_status: 'Inventory Partial', ...because('collectorError') },
      three,
    ];
    const text = summaryText({ ...reportOf(['hv01', 'hv02', 'hv03']), hosts }, places);
    const found = text.match(/^ {2}(connectionRefused|collectorError|noVms):/gm);
    expect(found).toEqual(['  connectionRefused:', '  collectorError:', '  noVms:']);
  });

  it('repeats the counts at the end, where a long list has moved them off the screen', () => {
    const end = (report: RunReport) => summaryText(report, places).trimEnd().split('\n').at(-1);
    expect(end(reportOf(['hv01', 'hv02']))).toBe(
      '=> 0 Inventory OK, 0 Inventory Partial, 0 Inventory Empty, 2 Inventory Error',
    );
    expect(end(reportOf(['hv01'], { dryRun: true }))).toBe('=> 0 Not Collected, 1 Inventory Error');
    const well = withStatus(reportOf(['hv01']), 'Inventory OK', 'none', '');
    expect(end(well)).not.toContain('=>');
  });

  it('names the addresses that unlisted nodes may be behind once, however many nodes there are', () => {
    const perhaps = Array.from({ length: 300 }, (_, n) => `10.0.${Math.floor(n / 100)}.${n % 100}`);
    const node = (name: string, over = perhaps) => ({
      cluster: 'C1',
      cluster_fqdn: 'c1.corp.example',
      node: name,
      perhaps: over,
    });
    const report = reportOf(['hv01']);
    const text = summaryText({ ...report, cluster_nodes_not_listed: [node('N1'), node('N2'), node('N3', [])] }, places);
    expect(text).toContain('  N1 of C1 (or unanswered)\n  N2 of C1 (or unanswered)\n  N3 of C1\n');
    expect(text.match(/10\.0\.0\.0\b/g)).toHaveLength(1);
    expect(text).toContain('10.0.0.6, 10.0.0.7 … and 292 more\n');
  });

  it('tells how to go on with an interrupted run, in its own out-dir', () => {
    const report: RunReport = { ...reportOf(['hv01']), state: 'cancelled' };
    const of = (outDir: string) => summaryText(report, { ...places, outDir });
    expect(of('./out')).toContain('To go on with it: --resume 20261123T020000Z-7f3a9c\n');
    expect(of('/srv/my runs')).toContain('--resume 20261123T020000Z-7f3a9c --out-dir "/srv/my runs"\n');
  });

  it('cannot be made to move the cursor by what a host says', () => {
    const report = withStatus(reportOf(['hv01']), 'Inventory Error', 'wsmanFault', 'bad\u001b[2J\r\nInventory OK 99');
    const text = summaryText(report, places);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('bad [2J Inventory OK 99');
  });

  it('of a dry run tells of reachability only', () => {
    const text = summaryText(reportOf(['hv01'], { dryRun: true }), places);
    expect(text).toMatch(/Not Collected +0\n/);
    expect(text).not.toContain('Inventory OK');
    expect(text).not.toContain('VMs');
  });
});
