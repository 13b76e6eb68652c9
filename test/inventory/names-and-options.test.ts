import { describe, expect, it } from 'vitest';
import { defaultHealthLimits } from '../../src/inventory/collector-options.ts';
import { hostFileName, workbookFileName } from '../../src/inventory/file-names.ts';
import { isRunId, makeRunId } from '../../src/inventory/run-id.ts';
import { defaultWaits, parseRunOptions } from '../../src/inventory/run-options.ts';

describe('a run id', () => {
  it('is the start of the run and six random hex digits', () => {
    expect(makeRunId(new Date('2026-11-23T02:00:00.987Z'), () => 0.4971)).toBe('20261123T020000Z-7f41f2');
    expect(makeRunId(new Date('2026-01-02T03:04:05Z'), () => 0)).toBe('20260102T030405Z-000000');
    expect(isRunId(makeRunId(new Date(), () => 0.999999999))).toBe(true);
  });
  it.each([
    '',
    '../x',
    '20261123T020000Z-',
    '20261123T020000Z-UP',
    `20261123T020000Z-${'a'.repeat(33)}`,
    '20261123T020000Z-a\n',
  ])('is not %j', (text) => expect(isRunId(text)).toBe(false));
});

describe("a host's file", () => {
  it('is named after its entry', () => {
    expect(hostFileName('HV1.corp.example')).toBe('hosts/hv1.corp.example.json.gz');
  });
  it('has a hash where the entry holds other characters, so that no two entries share it', () => {
    const names = ['hv1:5986', 'hv1_5986', 'hv1 5986', '[fd00::1]'].map(hostFileName);
    expect(names[0]).toMatch(/^hosts\/hv1_5986-[0-9a-f]{6}\.json\.gz$/);
    expect(new Set(names).size).toBe(names.length);
  });
  it('fits a file system, however long the entry', () => {
    const name = hostFileName(`${'a'.repeat(60)}.`.repeat(4));
    expect(name.length).toBeLessThan(230);
    expect(name).toMatch(/-[0-9a-f]{6}\.json\.gz$/);
  });
});

it('the workbook is named by the start of the run in UTC, as RVTools names its own', () => {
  expect(workbookFileName('2026-11-23T02:05:09.000Z')).toBe('RVTools_export_all_2026-11-23_02.05.09.xlsx');
});

describe('run options', () => {
  const collectors = ['vInfo', 'vCPU', 'vHost'];
  it('have the documented defaults', () => {
    expect(parseRunOptions({}, { collectors })).toEqual({
      ok: true,
      value: {
        only: collectors,
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
        extraColumns: false,
        unknownSize: 'blank',
        health: { checkpointDays: 7, backupDays: 1, freePercent: 10, vcpusPerCore: 4, memoryPercent: 100 },
        datacenter: null,
      },
    });
  });
  it('take collectors in any case and order', () => {
    const parsed = parseRunOptions({ only: ['vcpu', 'VINFO', 'vInfo'] }, { collectors });
    expect(parsed.ok && parsed.value.only).toEqual(['vInfo', 'vCPU']);
  });
  it('keep the other limits of health where one is given, and name one that there is not', () => {
    const parsed = parseRunOptions({ health: { freePercent: 20 } }, { collectors });
    expect(parsed.ok && parsed.value.health).toEqual({ ...defaultHealthLimits, freePercent: 20 });
    expect(parseRunOptions({ health: { freeSpace: 20 }, unknownSize: 'zero' }, { collectors })).toEqual({
      ok: false,
      error: {
        problems: [
          { option: 'unknownSize', problem: 'must be one of blank, capacity' },
          { option: 'health.freeSpace', problem: 'there is no such option' },
        ],
      },
    });
  });
  it('keep the other waits where one is given', () => {
    const parsed = parseRunOptions({ waits: { retryMs: [] } }, { collectors });
    expect(parsed.ok && parsed.value.waits).toEqual({ ...defaultWaits, retryMs: [] });
  });
  it.each([0, 1])('take a threshold of %d', (coverageThreshold) => {
    expect(parseRunOptions({ coverageThreshold }, { collectors }).ok).toBe(true);
  });
  it('are refused with every problem named', () => {
    const input = {
      only: ['vInfo', 'vDream'],
      coverageThreshold: 1.1,
      concurrency: 257,
      dryRun: 'yes',
      via: 'magic',
      authentication: 'telepathy',
      speed: 9,
      waits: { connectMs: 0, retryMs: [-1], sleep: 1 },
    };
    const parsed = parseRunOptions(input, { collectors });
    const named = parsed.ok ? [] : parsed.error.problems;
    expect(named.map(({ option }) => option).sort()).toEqual([
      'authentication',
      'concurrency',
      'coverageThreshold',
      'dryRun',
      'only.1',
      'speed',
      'via',
      'waits.connectMs',
      'waits.retryMs.0',
      'waits.sleep',
    ]);
    expect(named.find(({ option }) => option === 'only.1')?.problem).toContain('vDream');
  });
  it.each([Number.NaN, '0.9', -0.1, null])('refuse %j as a threshold', (coverageThreshold) => {
    expect(parseRunOptions({ coverageThreshold }, { collectors })).toEqual({
      ok: false,
      error: { problems: [{ option: 'coverageThreshold', problem: 'must be a number from 0 to 1' }] },
    });
  });
  it.each([null, 'vInfo', []])('are an object, not %j', (input) => {
    const parsed = parseRunOptions(input, { collectors });
    expect(!parsed.ok && parsed.error.problems.map(({ option }) => option)).toEqual(['options']);
  });
  it('name at least one collector', () => {
    expect(parseRunOptions({ only: [] }, { collectors }).ok).toBe(false);
  });
});
