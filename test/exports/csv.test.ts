import { describe, expect, it } from 'vitest';
import { coverageCsv } from '../../src/exports/coverage-csv.ts';
import { csv } from '../../src/exports/csv.ts';
import { missingVmsCsv } from '../../src/exports/missing-vms-csv.ts';
import { reportJson } from '../../src/exports/report-json.ts';
import { buildReport } from '../../src/inventory/build-report.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import { summarizeRecord } from '../../src/inventory/host-summary.ts';
import { perVmTabs } from '../../src/inventory/per-vm-tabs.ts';
import { collector, manifest, perVm, preflight, record, unreachable, vm, vmId } from '../inventory/records.ts';

const hostile = { ...vm(2), name: '=HYPERLINK("http://evil","x")\nVM, "two"' };
const dead = unreachable('dead', hostError('logonRefused', 'dead'));
const report = buildReport({
  manifest: manifest(['hv1', 'dead', 'HV1.corp.example']),
  finishedAt: '2026-11-23T02:01:00.000Z',
  cancelled: false,
  preflights: [preflight('hv1'), dead, preflight('HV1.corp.example', { identity: preflight('hv1').identity })],
  summaries: [
    summarizeRecord(
      record('hv1', {
        before: [vm(1), hostile, vm(3)],
        collectors: perVm.map((tab) =>
          collector(tab, tab.startsWith('vM') || tab === 'vCPU' ? [vm(1), vm(3)] : [vm(1), hostile, vm(3)]),
        ),
      }),
    ),
  ],
  outcomes: [],
});
/** Tabs that came after the first four have their columns after theirs. */
const furtherColumns = perVmTabs
  .filter((tab) => !perVm.includes(tab))
  .flatMap((tab) => [`${tab}_vm_count`, `${tab}_missing`]);
const blanks = ','.repeat(furtherColumns.length);
const linesOf = (text: string) => text.replace('\uFEFF', '').split('\r\n');

describe('a CSV file', () => {
  it('begins with a byte order mark, so that Excel reads it as UTF-8', () => {
    expect(Buffer.from(csv(['a'], [])).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  });
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('never lets %j begin a cell', (text) => {
    const cell = csv(['name'], [[text]]).slice('\uFEFFname\r\n'.length);
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
  });
  it('quotes commas, quotes and any line break, and ends lines with CRLF', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          ['one\ntwo', 'three\rfour'],
          [null, 1.5],
        ],
      ),
    ).toBe('\uFEFFa,b\r\n"x,y","say ""hi"""\r\n"one\ntwo","three\rfour"\r\n,1.5\r\n');
  });
  it('writes booleans as RVTools does', () => {
    expect(csv(['a'], [[true], [false]])).toBe('\uFEFFa\r\nTrue\r\nFalse\r\n');
  });
});

describe('host_inventory_coverage.csv', () => {
  it('has a row per host, the columns that were promised, and for each status the reason', () => {
    const [partial] = report.hosts[0]?.reasons ?? [];
    expect(linesOf(coverageCsv(report))).toEqual([
      'host,reachable,final_status,baseline_vm_count,vInfo_vm_count,vInfo_missing,vCPU_vm_count,vCPU_missing,' +
        `vMemory_vm_count,vMemory_missing,vNetwork_vm_count,vNetwork_missing,${furtherColumns.join(',')},` +
        'missing_in_baseline,coverage,duplicate_of,error_code,error',
      `hv1,True,Inventory Partial,3,3,0,2,1,2,1,3,0,${blanks}0,0.6666,,${partial?.code},"${partial?.message}"`,
      `dead,False,Inventory Error,,,,,,,,,,${blanks},,,logonRefused,"${dead.error?.message}"`,
      `HV1.corp.example,True,Inventory Partial,,,,,,,,,,${blanks},,hv1,${partial?.code},"${partial?.message}"`,
      '',
    ]);
  });
  it('leaves the columns of a collector blank that was not asked for', () => {
    const only = buildReport({
      manifest: manifest(['hv1'], { only: ['vCPU'] }),
      finishedAt: '2026-11-23T02:01:00.000Z',
      cancelled: false,
      preflights: [preflight('hv1')],
      summaries: [summarizeRecord(record('hv1', { collectors: [collector('vCPU', [vm(1)])], before: [vm(1)] }))],
      outcomes: [],
    });
    expect(linesOf(coverageCsv(only))[1]).toBe(`hv1,True,Inventory OK,1,,,1,0,,,,,${blanks}0,1,,,`);
  });
});

describe('missing_vms_by_host.csv', () => {
  it('has a row for each VM and each tab it is missing in, its name neutralised', () => {
    const name = `"'=HYPERLINK(""http://evil"",""x"")\nVM, ""two"""`;
    expect(linesOf(missingVmsCsv(report))).toEqual([
      'host,vm_id,vm_name,missing_in,reason',
      `hv1,${vmId(2)},${name},vCPU,notFound`,
      `hv1,${vmId(2)},${name},vMemory,notFound`,
      '',
    ]);
  });
});

it('the JSON report keeps the raw name', () => {
  expect(JSON.parse(reportJson(report)).hosts[0].gaps[0].vm_name).toBe(hostile.name);
});
