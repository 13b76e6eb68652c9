import { describe, expect, it } from 'vitest';
import type { FactOutcomes } from '../../src/facts/fact.ts';
import { coveredByHosts, hostCoverage } from '../../src/inventory/coverage.ts';
import { finalStatus } from '../../src/inventory/final-status.ts';
import { hostError } from '../../src/inventory/host-error.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import { summarizeRecord } from '../../src/inventory/host-summary.ts';
import { collector, perVm, record, vm, vmId, vms } from './records.ts';

const rules = { requested: perVm, dryRun: false, coverageThreshold: 0.9, allowPartialOk: false };
type Rules = typeof rules;

/** Coverage and status of the first record, in a run that also has the others. */
function judge(records: readonly HostRecord[], over: Partial<Rules> = {}) {
  const summaries = records.map(summarizeRecord);
  const [summary] = summaries;
  if (!summary) throw new Error('no record');
  const applied = { ...rules, ...over };
  const coverage = hostCoverage(summary, { requested: applied.requested, coveredBy: coveredByHosts(summaries) });
  const { status, reasons } = finalStatus({ reachable: true, summary, coverage }, applied);
  return { status, codes: reasons.map(({ code }) => code), coverage, reasons };
}

const missing = (tab: string, count: number) =>
  perVm.map((name) => collector(name, name === tab ? vms(10).slice(count) : vms(10)));
const failing = collector('vCPU', vms(10), { status: 'error', failedFacts: ['processors: factTimedOut'], covered: [] });
const ok = perVm.map((tab) => collector(tab, vms(10)));
const instead = (one: ReturnType<typeof collector>) => ok.map((other) => (other.tab === one.tab ? one : other));
const nothing = perVm.map((tab) =>
  collector(tab, [], { status: 'error', failedFacts: ['virtualSystems: factFailed'] }),
);

describe('the final status of a host', () => {
  it.each<[string, HostRecord, Partial<Rules>, string, string[]]>([
    ['all VMs everywhere', record('hv1'), {}, 'Inventory OK', []],
    ['no VMs', record('hv1', { before: [] }), {}, 'Inventory Empty', ['noVms']],
    [
      'one of ten missing at a threshold of 0.9',
      record('hv1', { collectors: missing('vNetwork', 1) }),
      {},
      'Inventory OK',
      [],
    ],
    [
      'two of ten missing',
      record('hv1', { collectors: missing('vNetwork', 2) }),
      {},
      'Inventory Partial',
      ['coverageUnderThreshold'],
    ],
    [
      'two of ten missing, allowed',
      record('hv1', { collectors: missing('vNetwork', 2) }),
      { allowPartialOk: true },
      'Inventory OK',
      ['partialAllowed'],
    ],
    [
      'two of ten missing at 0.8',
      record('hv1', { collectors: missing('vNetwork', 2) }),
      { coverageThreshold: 0.8 },
      'Inventory OK',
      [],
    ],
    [
      'a failed collector',
      record('hv1', { collectors: instead(failing) }),
      {},
      'Inventory Partial',
      ['collectorError'],
    ],
    [
      'a failed collector, partials allowed',
      record('hv1', { collectors: instead(failing) }),
      { allowPartialOk: true, coverageThreshold: 0 },
      'Inventory Partial',
      ['collectorError'],
    ],
    [
      'a failed collector that was not asked for',
      record('hv1', { collectors: instead(failing) }),
      { requested: ['vInfo'] },
      'Inventory OK',
      [],
    ],
    [
      'a collector that left no trace',
      record('hv1', { collectors: ok.slice(1) }),
      {},
      'Inventory Partial',
      ['collectorError'],
    ],
    [
      'no VMs, but a failed collector',
      record('hv1', {
        before: [],
        collectors: perVm.map((tab) => (tab === 'vCPU' ? { ...failing, rowCount: 0 } : collector(tab, []))),
      }),
      {},
      'Inventory Partial',
      ['collectorError'],
    ],
    [
      'no VMs, and every collector failed',
      record('hv1', { before: [], collectors: nothing }),
      {},
      'Inventory Partial',
      perVm.map(() => 'collectorError'),
    ],
    [
      'settings rows that nobody claims',
      record('hv1', { collectors: instead(collector('vCPU', vms(10), { unjoined: ['processors: strange'] })) }),
      { allowPartialOk: true },
      'Inventory Partial',
      ['joinFailed'],
    ],
    [
      'no processors at all, though there are VMs',
      record('hv1', { collectors: instead(collector('vCPU', vms(10), { emptyFacts: ['processors'] })) }),
      {},
      'Inventory Partial',
      ['joinFailed'],
    ],
    [
      'VMs in the list, and not one row',
      record('hv1', { collectors: nothing }),
      {},
      'Inventory Error',
      ['nothingCollected'],
    ],
    [
      'the script cut off for good',
      record('hv1', { collectors: nothing, complete: false, error: hostError('scriptFailed', 'hv1') }),
      {},
      'Inventory Error',
      ['scriptFailed'],
    ],
    [
      'no list of VMs and no row',
      record('hv1', { before: null, collectors: nothing, error: hostError('baselineFailed', 'hv1') }),
      {},
      'Inventory Error',
      ['baselineFailed'],
    ],
    [
      'no list of VMs, but rows',
      record('hv1', { before: null, found: vms(3) }),
      { allowPartialOk: true },
      'Inventory Partial',
      ['baselineFailed'],
    ],
    [
      'dropped out before the last baseline',
      record('hv1', { after: null, complete: false, error: hostError('connectionLost', 'hv1') }),
      {},
      'Inventory Partial',
      ['baselineFailed', 'connectionLost'],
    ],
    [
      'an empty list, but VMs were found',
      record('hv1', { before: [], found: vms(2) }),
      {},
      'Inventory Partial',
      ['coverageUnderThreshold'],
    ],
    [
      'found more than the list has',
      record('hv1', { before: vms(8), found: vms(10) }),
      {},
      'Inventory Partial',
      ['coverageUnderThreshold'],
    ],
  ])('%s', (_, host, over, status, codes) => {
    expect(judge([host], over)).toMatchObject({ status, codes });
  });

  it("is an error with the error's own code where the host was not reached", () => {
    const error = hostError('logonRefused', 'hv1');
    expect(finalStatus({ reachable: false, error }, rules)).toEqual({
      status: 'Inventory Error',
      reasons: [{ code: 'logonRefused', message: error.message }],
    });
  });
  it.each(['notHyperV', 'vmmsStopped', 'noHyperVRights'] as const)(
    'is an error where Hyper-V is not usable (%s), though the host was reached',
    (code) => {
      const error = hostError(code, 'hv1');
      expect(finalStatus({ reachable: true, error }, rules).status).toBe('Inventory Error');
      const summary = summarizeRecord(record('hv1', { before: [] }));
      const coverage = hostCoverage(summary, { requested: perVm, coveredBy: new Map() });
      expect(finalStatus({ reachable: true, error, summary, coverage }, rules).status).toBe('Inventory Error');
    },
  );
  it('of a dry run is Not Collected for whoever was reached', () => {
    const dry = { ...rules, dryRun: true };
    expect(finalStatus({ reachable: true }, dry).status).toBe('Not Collected');
    expect(finalStatus({ reachable: true, error: hostError('notHyperV', 'hv1') }, dry)).toMatchObject({
      status: 'Not Collected',
      reasons: [{ code: 'dryRun' }, { code: 'notHyperV' }],
    });
    expect(finalStatus({ reachable: false, error: hostError('connectTimedOut', 'hv1') }, dry).status).toBe(
      'Inventory Error',
    );
  });
  it('does not read like the threshold when it is under it', () => {
    const { reasons } = judge([record('hv1', { before: vms(9999), found: vms(8999) })]);
    expect(reasons[0]?.message).toBe('Coverage is 89.99 %, under the threshold of 90 %.');
  });
});

describe('coverage', () => {
  it('is the lowest of all requested collectors', () => {
    const collectors = [
      ...missing('vCPU', 3).slice(0, 2),
      collector('vMemory', vms(9)),
      collector('vNetwork', vms(10)),
    ];
    const { coverage } = judge([record('hv1', { collectors })]);
    expect(coverage.coverage).toBe(0.7);
    expect(coverage.collectors).toEqual([
      { tab: 'vInfo', vmCount: 10, missing: 0 },
      { tab: 'vCPU', vmCount: 7, missing: 3 },
      { tab: 'vMemory', vmCount: 9, missing: 1 },
      { tab: 'vNetwork', vmCount: 10, missing: 0 },
    ]);
  });

  it('names each VM that is missing, where, and why', () => {
    const collectors = instead(failing).map((one) => (one.tab === 'vNetwork' ? collector('vNetwork', vms(9)) : one));
    const { coverage } = judge([record('hv1', { collectors })]);
    expect(coverage.gaps.filter(({ vmId: id }) => id === vmId(10))).toEqual([
      { vmId: vmId(10), vmName: 'vm10', missingIn: ['vNetwork'], reason: 'notFound' },
      { vmId: vmId(10), vmName: 'vm10', missingIn: ['vCPU'], reason: 'collectorFailed' },
    ]);
    expect(coverage.gaps).toHaveLength(11);
  });

  it('suffers from a VM with a disk of unknown size, and says so', () => {
    const seen = collector('vDisk', vms(10).slice(2), { sizeUnknown: [vmId(1), vmId(2)] });
    const judged = judge([record('hv1', { collectors: [...ok, seen] })], { requested: [...perVm, 'vDisk'] });
    expect(judged).toMatchObject({ status: 'Inventory Partial', codes: ['coverageUnderThreshold'] });
    expect(judged.coverage.gaps).toEqual([
      { vmId: vmId(1), vmName: 'vm1', missingIn: ['vDisk'], reason: 'diskSizeUnknown' },
      { vmId: vmId(2), vmName: 'vm2', missingIn: ['vDisk'], reason: 'diskSizeUnknown' },
    ]);
  });

  it('still lists gaps of a host that is OK', () => {
    const { status, coverage } = judge([record('hv1', { collectors: missing('vNetwork', 1) })]);
    expect([status, coverage.gaps]).toEqual([
      'Inventory OK',
      [{ vmId: vmId(1), vmName: 'vm1', missingIn: ['vNetwork'], reason: 'notFound' }],
    ]);
  });

  it('counts a VM that left during the run as missing, whatever was found of it half-way', () => {
    const { status, coverage } = judge([record('hv1', { before: vms(4), after: vms(3) })]);
    expect(status).toBe('Inventory Partial');
    expect(coverage).toMatchObject({
      baselineVmCount: 4,
      expectedVmCount: 4,
      coverage: 0.75,
      gaps: [{ vmId: vmId(4), vmName: 'vm4', missingIn: perVm, reason: 'leftDuringRun' }],
      moved: [{ vmId: vmId(4), vmName: 'vm4', inBefore: true, inAfter: false, movedTo: null }],
    });
  });

  it('counts a VM that appeared during the run as missing', () => {
    const { coverage } = judge([record('hv1', { before: vms(3), after: vms(4) })]);
    expect(coverage).toMatchObject({ coverage: 0.75, gaps: [{ vmId: vmId(4), reason: 'appearedDuringRun' }] });
  });

  it('does not miss a VM that moved to another host of the run and was covered there', () => {
    const { status, coverage } = judge([
      record('hv1', { before: vms(4), after: vms(3) }),
      record('hv2', { before: [vm(4)] }),
    ]);
    expect(status).toBe('Inventory OK');
    expect(coverage).toMatchObject({
      baselineVmCount: 4,
      expectedVmCount: 3,
      coverage: 1,
      gaps: [],
      moved: [{ vmId: vmId(4), inBefore: true, inAfter: false, movedTo: 'hv2' }],
    });
  });

  it('does not take the replica of a VM for the VM itself', () => {
    const facts: FactOutcomes = {
      computerSystems: { status: 'ok', properties: ['Name', 'ReplicationMode'], rows: [[vmId(4).toUpperCase(), 2]] },
    };
    const { coverage } = judge([
      record('hv1', { before: vms(4), after: vms(3) }),
      record('hv2', { before: [vm(4)], facts }),
    ]);
    expect(coverage).toMatchObject({ coverage: 0.75, gaps: [{ vmId: vmId(4), reason: 'leftDuringRun' }] });
  });

  it('is not blind to a VM that moved to a host which did not cover it', () => {
    const other = record('hv2', { before: [vm(4)], found: [] });
    expect(judge([record('hv1', { before: vms(4), after: vms(3) }), other]).coverage.coverage).toBe(0.75);
  });

  it('suffers from VMs that were found but are not in the list, and names them by their settings', () => {
    const facts = {
      virtualSystems: {
        status: 'ok' as const,
        properties: ['VirtualSystemIdentifier', 'VirtualSystemType', 'ElementName'],
        rows: [
          [vmId(5).toUpperCase(), 'Microsoft:Hyper-V:System:Realized', 'hidden'],
          [vmId(5).toUpperCase(), 'Microsoft:Hyper-V:Snapshot:Realized', 'before the update'],
        ],
      },
    };
    const { coverage } = judge([record('hv1', { before: vms(4), found: vms(5), facts })]);
    expect(coverage).toMatchObject({
      coverage: 0.8,
      missingInBaseline: 1,
      gaps: [{ vmId: vmId(5), vmName: 'hidden', missingIn: ['baseline'], reason: 'notInBaseline' }],
    });
  });

  it('does not suffer from a VM that was on its way through to another host of the run', () => {
    const { coverage } = judge([record('hv1', { before: vms(4), found: vms(5) }), record('hv2', { before: [vm(5)] })]);
    expect(coverage).toMatchObject({ coverage: 1, missingInBaseline: 0, gaps: [], moved: [{ movedTo: 'hv2' }] });
  });

  it('is whole where no per-VM collector was asked for', () => {
    const host = record('hv1', { collectors: [collector('vHost', [], { rowCount: 1 })] });
    expect(judge([host], { requested: ['vHost'] })).toMatchObject({
      status: 'Inventory OK',
      coverage: { coverage: 1 },
    });
  });
});
