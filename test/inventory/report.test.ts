import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReport, type ReportInput } from '../../src/inventory/build-report.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import { parseHostList } from '../../src/inventory/host-list.ts';
import { summarizeRecord } from '../../src/inventory/host-summary.ts';
import { retryList } from '../../src/inventory/retry-list.ts';
import { buildRunState } from '../../src/inventory/run-state.ts';
import {
  collector,
  identityOf,
  manifest,
  perVm,
  preflight,
  record,
  runId,
  unreachable,
  vm,
  vmId,
  vms,
} from './records.ts';

const finishedAt = '2026-11-23T02:01:00.000Z';
const nobody = { finishedAt, cancelled: false, preflights: [], summaries: [], outcomes: [] };
const report = (input: Partial<ReportInput> & Pick<ReportInput, 'manifest'>) => buildReport({ ...nobody, ...input });

/** One host of every kind: fine, partial, empty, unreachable, no Hyper-V, listed twice, moved from and to, lost on the way. */
function mixedRun() {
  const dead = hostError('connectTimedOut', 'dead', undefined, '10.0.0.9: no answer');
  return report({
    manifest: manifest(['fine', 'partial', 'empty', 'dead', 'workstation', 'again', 'from', 'to', 'lost']),
    // In another order than the list: whoever answers first comes first.
    preflights: [
      preflight('again', { identity: identityOf('fine') }),
      unreachable('dead', dead),
      preflight('workstation', { hyperV: 'notHyperV', error: hostError('notHyperV', 'workstation') }),
      ...['fine', 'partial', 'empty', 'from', 'to', 'lost'].map((given) => preflight(given)),
    ],
    summaries: [
      record('fine'),
      record('partial', {
        before: [vm(21), vm(22)],
        collectors: perVm.map((tab) => collector(tab, tab === 'vCPU' ? [vm(21)] : [vm(21), vm(22)])),
      }),
      record('empty', { before: [] }),
      record('from', { before: [vm(31), vm(32)], after: [vm(31)] }),
      record('to', { before: [vm(32)] }),
    ].map(summarizeRecord),
    outcomes: [
      ...['fine', 'partial', 'empty', 'from', 'to'].map((given) => ({
        given,
        record: `${runId}/hosts/${given}.json.gz`,
        complete: true,
      })),
      { given: 'lost', complete: false, error: hostError('connectionLost', 'lost') },
    ],
  });
}
const hostOf = (given: string, of = mixedRun()) => of.hosts.find((host) => host.given === given);

describe('the report', () => {
  it('has every host asked for, in the order of the list', () => {
    expect(mixedRun().hosts.map(({ given, final_status }) => [given, final_status])).toEqual([
      ['fine', 'Inventory OK'],
      ['partial', 'Inventory Partial'],
      ['empty', 'Inventory Empty'],
      ['dead', 'Inventory Error'],
      ['workstation', 'Inventory Error'],
      ['again', 'Inventory OK'],
      ['from', 'Inventory OK'],
      ['to', 'Inventory OK'],
      ['lost', 'Inventory Error'],
    ]);
  });

  it('adds up, and counts a second mention nowhere but among the duplicates', () => {
    expect(mixedRun().totals).toEqual({
      hosts: 9,
      duplicates: 1,
      reachable: 7,
      unreachable: 1,
      inventory_ok: 3,
      inventory_partial: 1,
      inventory_empty: 1,
      inventory_error: 3,
      not_collected: 0,
      vms: { in_baselines: 14, with_gaps: 1, moved: 1, changed: 0, missing_in_baseline: 0, known_not_collected: 0 },
      clusters: { told_of: 0, nodes_not_listed: 0, unread_by_hosts: 0 },
      durations: {
        run_ms: 60_000,
        preflight_ms: 8 * 120 + 10_000,
        collect_ms: 200_000,
        slowest_host: 'fine',
        slowest_host_ms: 40_120,
      },
    });
  });

  it('tells of a second mention whose it is, and no error of its own', () => {
    expect(hostOf('again')).toMatchObject({ duplicate_of: 'fine', reachable: true, error: null, baseline: null });
  });

  it('lists every attempt with its time, duration, outcome and code', () => {
    expect(hostOf('dead')?.attempts).toMatchObject([
      {
        stage: 'preflight',
        duration_ms: 10_000,
        outcome: 'failed',
        error: { code: 'connectTimedOut', detail: '10.0.0.9: no answer' },
      },
    ]);
    expect(hostOf('fine')?.attempts.map(({ stage, outcome }) => [stage, outcome])).toEqual([
      ['preflight', 'ok'],
      ['collect', 'ok'],
    ]);
  });

  it('lists an attempt once, though the record repeats the preflight', () => {
    const host = preflight('hv1');
    const kept = { ...record('hv1'), attempts: [...host.attempts, ...record('hv1').attempts] };
    const built = report({ manifest: manifest(['hv1']), preflights: [host], summaries: [summarizeRecord(kept)] });
    expect(built.hosts[0]?.attempts).toHaveLength(2);
  });

  it('tells where a VM went that moved during the run', () => {
    expect(hostOf('from')?.baseline).toMatchObject({
      vm_count: 2,
      moved: [{ vm_id: vmId(32), moved_to: 'to', in_before: true, in_after: false }],
      changed: [],
    });
  });

  it('tells why a host whose record was lost has none', () => {
    expect(hostOf('lost')).toMatchObject({ error: { code: 'connectionLost' }, reasons: [{ code: 'connectionLost' }] });
  });

  it('keeps the whole record of a machine whose first mention came back late and dropped out', () => {
    const built = report({
      manifest: manifest(['hv1', '10.0.0.1']),
      preflights: [preflight('hv1'), preflight('10.0.0.1', { identity: identityOf('hv1') })],
      summaries: [summarizeRecord(record('10.0.0.1', { identity: identityOf('hv1') }))],
      outcomes: [
        { given: 'hv1', complete: false, error: hostError('connectionLost', 'hv1') },
        { given: '10.0.0.1', record: `${runId}/hosts/10.0.0.1.json.gz`, complete: true },
      ],
    });
    expect(built.hosts).toMatchObject([
      { given: 'hv1', duplicate_of: '10.0.0.1', final_status: 'Inventory OK' },
      { given: '10.0.0.1', duplicate_of: null, final_status: 'Inventory OK', baseline: { vm_count: 10 } },
    ]);
    expect(built.totals).toMatchObject({ duplicates: 1, inventory_ok: 1, inventory_error: 0 });
  });

  it('counts a machine once whose first mention is silent by now, but left a record with its identity', () => {
    const summaries = [
      record('hv1', { complete: false, after: null }),
      record('10.0.0.1', { identity: identityOf('hv1') }),
    ].map(summarizeRecord);
    const built = report({
      manifest: manifest(['hv1', '10.0.0.1']),
      preflights: [
        unreachable('hv1', hostError('connectTimedOut', 'hv1')),
        preflight('10.0.0.1', { identity: identityOf('hv1') }),
      ],
      summaries,
    });
    expect(built.hosts).toMatchObject([
      { given: 'hv1', duplicate_of: '10.0.0.1', baseline: null, identity: { fqdn: 'hv1.corp.example' } },
      { given: '10.0.0.1', duplicate_of: null, final_status: 'Inventory OK' },
    ]);
    // What was tried is told all the same.
    expect(built.hosts[0]?.attempts.map(({ stage }) => stage)).toEqual(['preflight', 'collect']);
    expect(built.totals.vms.in_baselines).toBe(10);
  });

  it('tells a note once, though the record repeats the preflight', () => {
    const note = hostError('accessDenied', 'hv1');
    const kept = { ...record('hv1'), notes: [note] };
    const built = report({
      manifest: manifest(['hv1']),
      preflights: [preflight('hv1', { notes: [note] })],
      summaries: [summarizeRecord(kept)],
    });
    expect(built.hosts[0]?.notes).toHaveLength(1);
  });

  it('names settings that no VM claims', () => {
    const collectors = perVm.map((tab) =>
      collector(tab, vms(10), tab === 'vCPU' ? { unjoined: ['processors: odd'] } : {}),
    );
    const summaries = [summarizeRecord(record('hv1', { collectors }))];
    const built = report({ manifest: manifest(['hv1']), preflights: [preflight('hv1')], summaries });
    expect(built.hosts[0]).toMatchObject({
      final_status: 'Inventory Partial',
      unjoined: [{ tab: 'vCPU', rows: ['processors: odd'], empty_facts: [] }],
    });
  });

  it('of a cancelled run gives whoever was never asked the code cancelled, and keeps the others', () => {
    const built = report({
      manifest: manifest(['done', 'checked', 'waiting']),
      cancelled: true,
      preflights: [preflight('done'), preflight('checked')],
      summaries: [summarizeRecord(record('done'))],
    });
    expect(built.state).toBe('cancelled');
    expect(built.hosts.map(({ final_status, error }) => [final_status, error?.code])).toEqual([
      ['Inventory OK', undefined],
      ['Inventory Error', 'cancelled'],
      ['Inventory Error', 'cancelled'],
    ]);
  });

  it('gives a host that was forgotten a status all the same', () => {
    const built = report({ manifest: manifest(['hv1', 'hv2']), preflights: [preflight('hv2')] });
    expect(built.hosts.map(({ error }) => error?.code)).toEqual(['activityFailed', 'nothingCollected']);
  });

  it('needs no facts: a summary holds none of them', () => {
    const facts = { processors: { status: 'ok' as const, properties: ['InstanceID'], rows: [['big']] } };
    expect(JSON.stringify(summarizeRecord(record('hv1', { facts })))).not.toContain('big');
  });

  it.each([
    ['a mixed run', mixedRun],
    [
      'a dry run',
      () =>
        report({
          manifest: manifest(['hv1', 'hv2'], { dryRun: true }),
          preflights: [preflight('hv1'), unreachable('hv2', hostError('nameNotResolved', 'hv2'))],
        }),
    ],
    [
      'a run with a disk of unknown size',
      () =>
        report({
          manifest: manifest(['hv1'], { only: [...perVm, 'vDisk'] }),
          preflights: [preflight('hv1')],
          summaries: [
            summarizeRecord(
              record('hv1', {
                before: [vm(1)],
                collectors: [
                  ...perVm.map((tab) => collector(tab, [vm(1)])),
                  collector('vDisk', [], { sizeUnknown: [vmId(1)] }),
                ],
              }),
            ),
          ],
        }),
    ],
    ['a cancelled run', () => report({ manifest: manifest(['hv1']), cancelled: true })],
  ])('of %s matches its JSON Schema, after JSON too', (_, build) => {
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    formats.default(ajv);
    const schema = JSON.parse(readFileSync(new URL('../../src/exports/report.schema.json', import.meta.url), 'utf8'));
    const validate = ajv.compile(schema);
    validate(JSON.parse(JSON.stringify(build())));
    expect(validate.errors).toBeNull();
  });
});

describe('run.json', () => {
  it('has the state, the counts and the files with their sizes', () => {
    const files = [
      { name: 'manifest.json', size: 10 },
      { name: 'hosts/fine.json.gz', size: 20 },
    ];
    expect(buildRunState(mixedRun(), { files, finishedAt })).toEqual({
      schemaVersion: 1,
      runId,
      state: 'completed',
      startedAt: '2026-11-23T02:00:00.000Z',
      finishedAt,
      dryRun: false,
      counts: {
        hosts: 9,
        duplicates: 1,
        reachable: 7,
        unreachable: 1,
        inventory_ok: 3,
        inventory_partial: 1,
        inventory_empty: 1,
        inventory_error: 3,
        not_collected: 0,
      },
      files: files.toReversed(),
    });
  });
  it('says so where a file could not be made', () => {
    const state = buildRunState(mixedRun(), { files: [], finishedAt, error: 'no space is left' });
    expect(state).toMatchObject({ state: 'failed', error: 'no space is left' });
  });
});

describe('the retry file', () => {
  const parsed = (text: string) => {
    const list = parseHostList(text, { source: 'targets_retry_hosts.txt' });
    return list.ok ? list.value.hosts.map(({ given }) => given) : list.error.problems;
  };

  it('has every host that is not OK, and feeds back as a host list', () => {
    expect(parsed(retryList(mixedRun()))).toEqual(['partial', 'empty', 'dead', 'workstation', 'lost']);
  });
  it('repeats an entry as it was given, with its scheme, port and credential', () => {
    const given = 'https://hv1.corp.example:15986 credential=LAB';
    const list = parseHostList(given, { source: 'hosts' });
    const hosts = list.ok ? list.value.hosts : [];
    const retried = parseHostList(retryList(report({ manifest: { ...manifest([]), hosts } })), { source: 'retry' });
    expect(retried.ok && retried.value.hosts).toEqual(hosts);
  });
  it('gives the reasons as comments on lines of their own', () => {
    const lines = retryList(mixedRun()).split('\n');
    expect(lines[0]).toBe(`# 5 of 9 hosts of run ${runId} are not "Inventory OK".`);
    expect(lines[lines.indexOf('workstation') - 1]).toMatch(/^# Inventory Error, notHyperV: workstation: /);
  });
  it('of a dry run has only the hosts that could not be reached', () => {
    const dead = unreachable('dead', hostError('connectionRefused', 'dead'));
    const built = report({
      manifest: manifest(['fine', 'dead'], { dryRun: true }),
      preflights: [preflight('fine'), dead],
    });
    expect(parsed(retryList(built))).toEqual(['dead']);
  });
  it('is a list without hosts where all is well', () => {
    const built = report({
      manifest: manifest(['hv1']),
      preflights: [preflight('hv1')],
      summaries: [summarizeRecord(record('hv1'))],
    });
    expect(parsed(retryList(built))).toEqual([]);
  });
  it('reads back whatever a host said in its errors', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (said) => {
        const dead = unreachable('dead', hostError('wsmanFault', 'dead', said));
        const text = retryList(report({ manifest: manifest(['dead']), preflights: [dead] }));
        expect(parsed(text)).toEqual(['dead']);
      }),
      { examples: [['first\nevil-host'], ['first\r\nx'], ['\u2028evil'], ['a\u0085b']] },
    );
  });
});
